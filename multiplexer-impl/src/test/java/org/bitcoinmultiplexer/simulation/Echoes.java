package org.bitcoinmultiplexer.simulation;

import java.util.Deque;
import java.util.Set;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;

/**
 * How the node echoes pings: in order and behind all answers to what was asked before, but for a
 * few times. Then it forgets one, swaps two, says one twice or one that is not its own, or answers
 * first what stands behind the ping. Whatever a router makes of that, nobody may be told anything
 * wrong by it.
 */
final class Echoes {

  private static final Set<String> QUESTIONS = Set.of(Commands.GETDATA, Commands.GETHEADERS);

  private final Draw draw;
  private final double disorder;
  private final Deque<Message> inbox;
  private final Consumer<Message> pipe;
  private Message heldBack;
  private boolean allAnswered = true;
  private boolean brokeOrder;

  /**
   * Nothing is echoed yet.
   *
   * @param inbox what the node has not looked at yet
   * @param pipe takes what it says
   */
  Echoes(Draw draw, double disorder, Deque<Message> inbox, Consumer<Message> pipe) {
    this.draw = draw;
    this.disorder = disorder;
    this.inbox = inbox;
    this.pipe = pipe;
  }

  /**
   * The node looked at a question.
   *
   * @param answered whether it surely said all that there is to say
   */
  void asked(boolean answered) {
    allAnswered &= answered;
  }

  /**
   * Whether it has done what a router may give it up for. To say an echo twice, or one that nobody
   * waits for, is none of it.
   */
  boolean brokeOrder() {
    return brokeOrder;
  }

  /**
   * Echoes a ping.
   *
   * @param orderly whether this is not the time for mischief
   * @return what the node should look at next, before this ping is echoed; null if it was, or will
   *     not be
   */
  Message echo(Message ping, boolean orderly) {
    Message pong = Ping.pong(Ping.nonce(ping));
    boolean all = allAnswered;
    allAnswered = true;
    if (orderly || !draw.chance(disorder)) {
      say(pong);
      return null;
    }
    switch (draw.below(5)) {
      case 0 -> brokeOrder = true; // it never will be
      case 1 -> {
        brokeOrder = true;
        heldBack = pong;
      }
      case 2 -> {
        say(pong);
        say(pong);
      }
      case 3 -> {
        say(Ping.pong(draw.nextLong()));
        say(pong);
      }
      default -> {
        // Behind silence an early answer could not be told from the one that is missing.
        Message next = inbox.peek();
        if (all && next != null && QUESTIONS.contains(next.command())) {
          brokeOrder = true;
          inbox.remove();
          inbox.addFirst(ping);
          return next;
        }
        say(pong);
      }
    }
    return null;
  }

  private void say(Message pong) {
    pipe.accept(pong);
    if (heldBack != null) {
      pipe.accept(heldBack);
      heldBack = null;
    }
  }
}
