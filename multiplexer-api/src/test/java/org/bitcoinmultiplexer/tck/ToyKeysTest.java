package org.bitcoinmultiplexer.tck;

import java.util.Collection;
import java.util.List;
import org.bitcoinmultiplexer.api.KeyStrategy;

class ToyKeysTest implements KeyStrategyKit {

  @Override
  public KeyStrategy keyStrategy() {
    return new ToyKeys();
  }

  @Override
  public Collection<Sample> samples() {
    return List.of(
        new Sample(ToyDialect.get("a"), ToyDialect.item("a")),
        new Sample(ToyDialect.get("b", "c"), ToyDialect.item("c")),
        new Sample(ToyDialect.get("d", "e"), ToyDialect.none("x", "e")),
        new Sample(ToyDialect.list("a"), ToyDialect.part("a", 0)),
        new Sample(ToyDialect.list("b"), ToyDialect.lastPart("b", 1)),
        new Sample(ToyDialect.ask("a"), ToyDialect.told("a")),
        new Sample(ToyDialect.ask("b"), ToyDialect.told("b")));
  }
}
