package org.bitcoinmultiplexer.strategy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.OptionType.Amount;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.StageContext;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;

/** {@code cache}: as {@code sequence}, for what is not kept already. */
record CacheProvider() implements StrategyProvider {

  /** Room for any one block, in all its forms. */
  private static final long LEAST_MEMORY = 20_000_000;

  private static final long MOST_MEMORY_BY_DEFAULT = 256_000_000;

  /** Less makes no sense on a disk. */
  private static final long LEAST_DISK = 100_000_000;

  private static final OptionDescription BYTES =
      new OptionDescription(
          "bytes",
          "heap/4",
          Amount.bytes(LEAST_MEMORY, Amount.MOST_BYTES),
          "how much is in memory; at most 256MB by default");

  private static final OptionDescription DISK_BYTES =
      new OptionDescription(
          "disk-bytes",
          "10GB",
          Amount.bytes(LEAST_DISK, Amount.MOST_BYTES),
          "how much is in data-dir");

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public String meaning() {
    return "as sequence, and what was answered once is not asked again";
  }

  @Override
  public List<OptionDescription> options() {
    return List.of(BYTES, DISK_BYTES);
  }

  @Override
  public Strategy create(Map<String, String> options) {
    String memory = options.get(BYTES.name());
    String disk = options.getOrDefault(DISK_BYTES.name(), DISK_BYTES.defaultValue());
    return new CachingStrategy(
        new Strategy.CacheSize(
            memory == null ? memoryByDefault() : BYTES.parse(memory), DISK_BYTES.parse(disk)));
  }

  private static long memoryByDefault() {
    long quarter = Math.min(MOST_MEMORY_BY_DEFAULT, Runtime.getRuntime().maxMemory() / 4);
    return Math.max(LEAST_MEMORY, quarter);
  }

  private record CachingStrategy(CacheSize size) implements Strategy {
    @Override
    public Stage stages(StageContext context, Stage dispatcher) {
      return context.coalescing(context.caching(dispatcher));
    }

    @Override
    public Optional<CacheSize> cache() {
      return Optional.of(size);
    }

    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return SequenceProvider.router(dialect, window, true);
    }
  }
}
