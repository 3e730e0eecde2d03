package org.bitcoinmultiplexer;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinProtocol;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.cache.AnswerCache;
import org.bitcoinmultiplexer.cache.MemoryStore;
import org.bitcoinmultiplexer.cache.Writable;
import org.bitcoinmultiplexer.cache.disk.DataDirectory;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cache of one multiplexer, with the directory and the threads that it has for itself. */
final class Cache implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Cache.class);

  private static final int READERS = 2;

  /** How long closing waits for what is being read and written. */
  private static final long PATIENCE_SECONDS = 20;

  private final MemoryStore memory;
  private final @Nullable Path path;
  private final @Nullable DataDirectory directory;
  private final @Nullable ExecutorService readers;
  private final @Nullable ExecutorService writer;
  private final AnswerCache answers;

  Cache(
      long bytes,
      long diskBytes,
      boolean filters,
      @Nullable Path directory,
      @Nullable AnswerStore embeddersStore) {
    memory =
        new MemoryStore(
            bytes, filters ? BitcoinProtocol::footprintWithFilters : BitcoinProtocol::footprint);
    if (directory != null && embeddersStore != null) {
      throw new IllegalArgumentException("data-dir: an answer store is set already");
    }
    this.path = directory;
    this.directory = directory == null ? null : open(directory, diskBytes);
    AnswerStore store = this.directory != null ? this.directory : embeddersStore;
    if (store == null) {
      readers = null;
      writer = null;
      answers = AnswerCache.of(memory);
    } else {
      readers = executor("multiplexer-store-reader", READERS);
      writer = executor("multiplexer-store-writer", 1);
      answers = AnswerCache.of(memory, store, BitcoinProtocol::isDurable, readers, writer);
    }
  }

  private static DataDirectory open(Path directory, long capacity) {
    try {
      Writable.directory(directory);
      Writable.file(directory.resolve(DataDirectory.FILE));
      return DataDirectory.open(directory, capacity);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("data-dir: " + e.getMessage(), e);
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "data-dir: needs com.h2database:h2-mvstore on the class path", e);
    }
  }

  private static ExecutorService executor(String name, int threads) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  AnswerLookup answers() {
    return answers;
  }

  /** The file of the headers, which unlike blocks are not told apart by a hash alone. */
  @Nullable Path headerFile(Network network) {
    return file(network, ".headers");
  }

  /** The file of what clients submitted and is not mined. */
  @Nullable Path submissionFile(Network network) {
    return file(network, ".submissions");
  }

  private @Nullable Path file(Network network, String ending) {
    if (path == null) {
      return null;
    }
    Path file = path.resolve(network.id() + ending);
    try {
      Writable.file(file);
    } catch (IllegalArgumentException e) {
      close();
      throw new IllegalArgumentException("data-dir: " + e.getMessage(), e);
    }
    return file;
  }

  /** What reads and writes headers and submissions, one task after the other. */
  Executor io() {
    return writer == null ? Runnable::run : writer;
  }

  /** Waits for what is being written, so that the directory can be opened again at once. */
  @Override
  public void close() {
    end(readers);
    end(writer);
    if (directory != null) {
      directory.close();
    }
    memory.close();
  }

  private static void end(@Nullable ExecutorService executor) {
    if (executor == null) {
      return;
    }
    executor.shutdown();
    try {
      // Never interrupted: that would close the file under whoever else reads it.
      if (!executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("the store of answers is still busy after {} s", PATIENCE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
