package org.bitcoinmultiplexer.strategy;

import java.security.SecureRandom;
import java.util.function.UnaryOperator;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.bitcoinmultiplexer.tck.ResponseRouterKit;
import org.junit.jupiter.api.Nested;

class KeyRouterTest implements ResponseRouterKit {

  @Override
  public ResponseRouter newRouter(Dialect dialect, Window window) {
    return new KeyRouter(dialect, window, UnaryOperator.identity());
  }

  @Nested
  class WithShortKeys implements ResponseRouterKit {
    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return new KeyRouter(dialect, window, new ShortKeys(32, new SecureRandom()));
    }
  }

  /** Nearly every key collides with every other: exchanges wait, and all else stays true. */
  @Nested
  class WithKeysOfOneBit implements ResponseRouterKit {
    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return new KeyRouter(
          dialect, window, key -> Key.of(0, new byte[] {(byte) (key.hashCode() & 1)}));
    }
  }
}
