package org.bitcoinmultiplexer.api;

/**
 * A request that was given to a {@link Stage}, in the hands of the {@link Waiter} who gave it.
 *
 * <p><b>Threading.</b> Confined to the loop of the upstream. Once the request has its outcome, or
 * was withdrawn, nothing has an effect any more.
 */
public interface PendingRequest {

  /** One that has its outcome. */
  PendingRequest SETTLED =
      new PendingRequest() {
        @Override
        public void join(Waiter another) {}

        @Override
        public void withdraw() {}
      };

  /**
   * Somebody else waits for the same outcome, of which the waiter will tell him. The request takes
   * turns on behalf of both from now on, so that nobody waits longer for having joined whoever has
   * much to ask.
   *
   * @param another whose {@link Waiter#source} counts
   */
  void join(Waiter another);

  /** Nobody waits any more: the waiter hears nothing from now on. */
  void withdraw();
}
