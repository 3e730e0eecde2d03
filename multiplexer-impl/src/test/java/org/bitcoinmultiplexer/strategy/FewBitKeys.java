package org.bitcoinmultiplexer.strategy;

import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.StageContext;
import org.bitcoinmultiplexer.api.Strategy;

/** The {@code key} strategy with keys so short that most of them are equal. */
public final class FewBitKeys implements Strategy {

  private final int mask;

  /**
   * A strategy whose keys are worth nothing.
   *
   * @param bits how many of a key are kept, 0 to 8
   */
  public FewBitKeys(int bits) {
    mask = (1 << bits) - 1;
  }

  @Override
  public Stage stages(StageContext context, Stage dispatcher) {
    return context.coalescing(dispatcher);
  }

  @Override
  public ResponseRouter newRouter(Dialect dialect, Window window) {
    return new KeyRouter(dialect, window, this::shorten);
  }

  private Key shorten(Key key) {
    byte[] value = key.value();
    return Key.of(key.kind(), new byte[] {(byte) (value[0] & mask)});
  }
}
