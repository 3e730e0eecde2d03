package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.core.EngineContext;

/**
 * Gives the node what it asked us for, a little at a time and in turns with what is asked of it: a
 * node that asks for much, or for what it needs long to judge, keeps nobody waiting, and what is on
 * its way to it is bounded.
 *
 * <p>Confined to the engine's loop.
 */
final class UpstreamReplies {

  /** How many answers wait; Core asks for 100 transactions and 16 blocks at once. */
  static final int MOST_WAITING = 1_000;

  private static final int MOST_IN_FLIGHT = 4;

  private record Answer(Message message, Runnable then) {}

  private final EngineContext.Source source;
  private final Deque<Answer> waiting = new ArrayDeque<>();
  private int inFlight;
  private int connection;

  UpstreamReplies(EngineContext engine) {
    source = engine.source();
  }

  /** What was asked for was asked on a connection that is gone. */
  void disconnected() {
    connection++;
    waiting.clear();
    inFlight = 0;
  }

  /**
   * Gives something.
   *
   * @param then is run once the node has dealt with it
   * @return false if there is too much of it
   */
  boolean give(Message message, Runnable then) {
    if (waiting.size() >= MOST_WAITING) {
      return false;
    }
    waiting.add(new Answer(message, then));
    proceed();
    return true;
  }

  private void proceed() {
    while (inFlight < MOST_IN_FLIGHT && !waiting.isEmpty()) {
      Answer next = waiting.remove();
      int over = connection;
      inFlight++;
      source.submit(
          next.message,
          new EngineContext.Receipt() {
            @Override
            public void processed(long took) {
              if (over == connection) {
                inFlight--;
                next.then.run();
                proceed();
              }
            }

            @Override
            public void lost() {
              if (over == connection) {
                inFlight--;
              }
            }
          });
    }
  }
}
