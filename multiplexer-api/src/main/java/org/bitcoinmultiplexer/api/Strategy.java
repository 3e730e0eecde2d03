package org.bitcoinmultiplexer.api;

/**
 * How responses find their exchange: chosen by one word of configuration.
 *
 * <p>An embedder's own strategy is a {@link StrategyProvider} and is chosen like the built-in ones.
 */
public interface Strategy {

  /**
   * Whether an equal request that is in flight may be joined instead of asked again.
   *
   * @return true if answers to equal requests are interchangeable and may be shared
   */
  boolean joins();

  /**
   * Makes the correlator for one upstream connection, when its handshake has ended.
   *
   * @param dialect the protocol's knowledge
   * @param window how much may be in flight
   * @return a new router, confined to the upstream's loop
   */
  ResponseRouter newRouter(Dialect dialect, Window window);

  /**
   * How much may be in flight upstream.
   *
   * @param items at most so many exchanges, at least 1
   * @param bytes at most so many bytes of expected answers; a single larger one is still admitted
   */
  record Window(int items, long bytes) {

    /**
     * Refuses a window that admits nothing.
     *
     * @param items at most so many exchanges, at least 1
     * @param bytes at most so many bytes of expected answers; a single larger one is still admitted
     */
    public Window {
      if (items < 1 || bytes < 1) {
        throw new IllegalArgumentException(
            "a window admits at least one item and one byte, not " + items + " and " + bytes);
      }
    }
  }
}
