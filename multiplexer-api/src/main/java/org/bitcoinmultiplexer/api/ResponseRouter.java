package org.bitcoinmultiplexer.api;

import java.util.List;
import java.util.function.Consumer;

/**
 * Decides to which pending exchange an upstream message belongs, for the life of one upstream
 * connection.
 *
 * <p>The caller offers exchanges in fair turns over its clients, then flushes:
 *
 * <pre>{@code
 * while (hasNext() && router.admit(next())) { remove(); }   // as much as the window takes
 * router.flush(transport::send);                            // requests, and the marker behind them
 * ...
 * switch (router.route(message)) { ... }                    // for each message from upstream
 * }</pre>
 *
 * <p>Rules that the kit of tests checks: every admitted exchange ends exactly once, by the router
 * or by being drained; nothing is added to an exchange after its end; {@link #abandon} never frees
 * a slot early; {@link #drain} is complete and oldest first; an unsolicited message is never
 * swallowed; equal requests in flight never steal each other's answers.
 *
 * <p><b>Threading.</b> Confined to one loop by its caller. An exchange that ends may make the
 * caller admit another from within {@link #route}.
 */
public interface ResponseRouter {

  /**
   * Takes an exchange into the window, to be written with the next {@link #flush}.
   *
   * @param exchange an open exchange
   * @return false if there is no room for it now; offer it again after something has ended or a
   *     marker's echo has come
   */
  boolean admit(Exchange exchange);

  /**
   * Writes what was admitted since the last flush, and the marker that ends silence behind it.
   * Writes nothing if nothing was admitted.
   *
   * @param upstream takes the messages in order
   */
  void flush(Consumer<? super Message> upstream);

  /**
   * Finds the exchange that a message from upstream belongs to, adds it there, and ends what is
   * complete.
   *
   * @param response a message from upstream that is not a matter of the connection itself
   * @return what the message was
   */
  Routing route(Message response);

  /**
   * Nobody waits for an exchange any more. Its slot stays taken until its answer or its marker has
   * come, because the answer is still on its way; it then ends as any other.
   *
   * @param exchange an admitted exchange; any other is ignored
   */
  void abandon(Exchange exchange);

  /**
   * The connection is gone: forgets all exchanges and gives them back.
   *
   * @return those that have not ended and were not abandoned, oldest first
   */
  List<Exchange> drain();

  /**
   * How many exchanges hold a slot, the abandoned ones included.
   *
   * @return 0 or more; 0 after {@link #drain}
   */
  int inFlight();

  /** What a message from upstream was to a router. */
  enum Routing {
    /** An answer, a part of one, or a refusal: it belonged to an exchange. */
    CLAIMED,
    /** The echo of a marker of this router. */
    MARKER,
    /** None of this router's business: an announcement, or a late answer nobody waits for. */
    UNSOLICITED,
    /**
     * Proof that upstream broke the order this router relies on: the connection must be given up.
     */
    VIOLATION
  }
}
