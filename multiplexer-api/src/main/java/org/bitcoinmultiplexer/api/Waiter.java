package org.bitcoinmultiplexer.api;

/**
 * Whoever waits for the outcome of a {@link Request}: a client, the multiplexer itself, or a {@link
 * Stage} that asks on behalf of others and passes on what it hears.
 *
 * <p><b>Threading.</b> Confined to the loop of the upstream.
 */
public interface Waiter {

  /**
   * On whose behalf is asked.
   *
   * @return the same each time
   */
  RequestSource source();

  /**
   * The request has its outcome: called once, also before {@link Stage#ask} returns; not after
   * {@link PendingRequest#withdraw}.
   *
   * @param outcome shared with everybody who asked for the same
   */
  void settled(Outcome outcome);

  /**
   * The request waits to be written, for the first time or again, after a connection was lost or an
   * answer was wrong. Whoever asks for the same from now on, and before it is {@link #written}, has
   * asked in time to share whatever comes.
   */
  default void queued() {}

  /**
   * The request is about to be written. Whoever asks for the same from now on has come too late to
   * share a negative outcome: what upstream did not have when it was asked, it may have a moment
   * afterwards.
   */
  default void written() {}
}
