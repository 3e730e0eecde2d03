package org.bitcoinmultiplexer.api;

import java.util.Optional;

/**
 * How responses find who asked: a composition of {@linkplain Stage stages} and a {@linkplain
 * ResponseRouter router} for each connection, chosen by one word of configuration.
 *
 * <p>An embedder's own strategy is a {@link StrategyProvider} and is chosen like the built-in ones.
 * Only {@link #newRouter} must be said.
 */
public interface Strategy {

  /**
   * Whether clients share a connection. Where they do not, each gets one of its own, over which
   * messages go both ways as they come: nothing is asked through stages and routers.
   *
   * @return true unless each client has a connection of its own
   */
  default boolean sharesConnection() {
    return true;
  }

  /**
   * Puts stages in front of the dispatcher: {@code
   * context.coalescing(context.caching(dispatcher))}, for instance, or one's own. Called once for
   * each multiplexer.
   *
   * @param context has the library's own
   * @param dispatcher asks upstream, in fair turns
   * @return what is asked first; the dispatcher itself unless said otherwise
   */
  default Stage stages(StageContext context, Stage dispatcher) {
    return dispatcher;
  }

  /**
   * How much is kept of what was answered, for {@link StageContext#caching}. Where it is, the
   * multiplexer keeps the header chain as well.
   *
   * @return empty if nothing is
   */
  default Optional<CacheSize> cache() {
    return Optional.empty();
  }

  /**
   * Makes the router for one upstream connection, when its handshake has ended.
   *
   * @param dialect the protocol's knowledge
   * @param window how much may be in flight
   * @return a new router, confined to the upstream's loop
   */
  ResponseRouter newRouter(Dialect dialect, Window window);

  /**
   * How much is kept of what was answered.
   *
   * @param memoryBytes in memory
   * @param diskBytes in a directory, if there is one
   */
  record CacheSize(long memoryBytes, long diskBytes) {

    /**
     * Refuses what has no room for anything.
     *
     * @param memoryBytes in memory
     * @param diskBytes in a directory, if there is one
     */
    public CacheSize {
      if (memoryBytes < 1 || diskBytes < 1) {
        throw new IllegalArgumentException(
            "a cache keeps at least one byte, not " + memoryBytes + " and " + diskBytes);
      }
    }
  }

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
