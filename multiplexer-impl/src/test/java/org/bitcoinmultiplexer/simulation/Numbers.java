package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * A node that agreed to numbers: answers each request by itself, in whatever order, and says where
 * there is no answer.
 */
final class Numbers {

  private static final Set<String> QUESTIONS = Set.of(Commands.GETDATA, Commands.GETHEADERS);

  /** What takes a request, and says at most one message. */
  interface Answerer {
    void answer(Message request, Sender voice);
  }

  private final SimulatedLoop time;
  private final Draw draw;
  private final FaultLog faults;
  private final Node node;
  private final SimulationParameters parameters;
  private final NodeLine line;
  private final Pipe pipe;
  private final Answerer answerer;
  private final Set<Long> open = new HashSet<>();
  private final int window;
  private Long next;

  Numbers(
      SimulatedLoop time,
      Draw draw,
      FaultLog faults,
      Node node,
      SimulationParameters parameters,
      NodeLine line,
      Pipe pipe,
      Answerer answerer) {
    this.time = time;
    this.draw = draw;
    this.faults = faults;
    this.node = node;
    this.parameters = parameters;
    this.line = line;
    this.pipe = pipe;
    this.answerer = answerer;
    this.window = draw.between(2, 100);
  }

  /** What offers them. */
  Message offer() {
    return new SendSequence(SendSequence.VERSION, window).toMessage();
  }

  /** How many requests wait for their answer. */
  int open() {
    return open.size();
  }

  /** Whether a message is a number, or the request behind one. */
  boolean hears(Message message) {
    if (message.command().equals(Commands.SEQ)) {
      Sequence number = Sequence.parse(message);
      NodeLine.require(number.kind() == Sequence.Kind.REQUEST, message, "no request of ours");
      NodeLine.require(next == null, message, "a number behind another");
      NodeLine.require(open.add(number.id()), message, "a number that is in use");
      NodeLine.require(open.size() <= window, message, "more than " + window + " at once");
      next = number.id();
      return true;
    }
    if (next == null) {
      return false;
    }
    long id = next;
    next = null;
    if (QUESTIONS.contains(message.command())) {
      later(id, message);
    } else { // as it would be without a number
      answerer.answer(message, (said, heard) -> pipe.say(said, heard));
      open.remove(id);
      pipe.say(Sequence.message(id, Sequence.Kind.END));
    }
    return true;
  }

  private void later(long id, Message request) {
    Duration pause =
        node.isCalm() || draw.chance(0.95)
            ? draw.within(0, 10 * parameters.slowest())
            : draw.within(20, 300);
    time.schedule(
        pause,
        () -> {
          if (line.isReady()) {
            answer(id, request);
          } else if (!line.isClosed()) {
            later(id, request);
          }
        });
  }

  private void answer(long id, Message request) {
    open.remove(id);
    if (!node.isCalm() && draw.chance(parameters.silence())) {
      line.keptSilent(question(request));
      pipe.say(Sequence.message(id, draw.chance(0.5) ? Sequence.Kind.FAILED : Sequence.Kind.END));
      return;
    }
    if (!node.isCalm() && draw.chance(parameters.lie())) {
      pipe.say(Sequence.message(id, Sequence.Kind.LAST));
      pipe.say(somethingElse(request), () -> faults.lied(question(request), time.nanoTime()));
      return;
    }
    boolean[] said = new boolean[1];
    boolean marksLast = draw.chance(0.5);
    answerer.answer(
        request,
        (message, heard) -> {
          NodeLine.require(!said[0], request, "more than one thing at once");
          said[0] = true;
          pipe.say(Sequence.message(id, marksLast ? Sequence.Kind.LAST : Sequence.Kind.PART));
          pipe.say(message, heard);
        });
    if (!(said[0] && marksLast)) {
      pipe.say(Sequence.message(id, Sequence.Kind.END));
    }
  }

  /** The number is right, and what comes under it is not. */
  private Message somethingElse(Message request) {
    return request.command().equals(Commands.GETHEADERS)
        ? BlockFactory.block(draw.hash(), 7, List.of(), draw).full
        : Message.of(Commands.HEADERS, new byte[1]);
  }

  /** Says a number that has no place: the engine is to give the connection up. */
  void breakTheRules() {
    Message unknown = Sequence.message(draw.nextLong(), draw.of(List.of(Sequence.Kind.values())));
    if (draw.chance(0.5)) {
      pipe.say(unknown);
    } else {
      pipe.say(Message.of(Commands.SEQ, draw.bytes(draw.below(9))));
    }
  }

  private static Question question(Message request) {
    return request.command().equals(Commands.GETDATA)
        ? Question.of(Inventory.parse(request).get(0))
        : Question.of(BlockLocator.parse(request));
  }
}
