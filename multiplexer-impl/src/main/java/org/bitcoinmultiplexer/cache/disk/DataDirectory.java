package org.bitcoinmultiplexer.cache.disk;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory in which one process keeps what is to survive it.
 *
 * <p>A file that turns out to be damaged, when it is opened or any time later, is set aside in
 * place of any that was before, and a new one begun. One that cannot be written is read no more
 * either.
 *
 * <p>Any thread. Owns its file until it is closed; another process that opens it is refused.
 */
public final class DataDirectory implements AnswerStore {

  private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);

  /** The name of the one file in it. */
  public static final String FILE = "multiplexer.mv.db";

  static final String SET_ASIDE = "multiplexer.mv.db.damaged";

  /** Pages that the store itself keeps in memory: enough for its index; answers have their own. */
  private static final int PAGE_CACHE_MB = 8;

  /**
   * For how long the store does not write over what it has replaced: its own default, longer than
   * an operating system leaves writes in memory, so that a loss of power does no harm either.
   */
  private static final int RETENTION_MILLIS = 45_000;

  /** One life of the file. Not a record: which of two it is matters, not what they have. */
  private static final class Opened {

    private final MVStore store;
    private final DiskAnswers answers;

    Opened(MVStore store, long capacity) {
      this.store = store;
      this.answers = new DiskAnswers(store, capacity);
    }
  }

  private final Path file;
  private final long capacity;
  private final int retention;
  private volatile @Nullable Opened opened; // null once it is closed or given up

  private DataDirectory(Path file, long capacity, int retention) {
    this.file = file;
    this.capacity = capacity;
    this.retention = retention;
  }

  /**
   * Opens a directory, which is made if it is not there.
   *
   * @param directory where
   * @param capacity bytes of answers to keep, from 1; the file may have half as much again, because
   *     the room of what was forgotten is free only after a while
   * @return the directory, open
   * @throws IllegalArgumentException saying in words why the directory cannot be used
   */
  public static DataDirectory open(Path directory, long capacity) {
    return open(directory, capacity, RETENTION_MILLIS);
  }

  static DataDirectory open(Path directory, long capacity, int retention) {
    try {
      Files.createDirectories(directory);
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException("'" + directory + "' is no directory but a file", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("'" + directory + "' cannot be made: " + e, e);
    }
    DataDirectory result = new DataDirectory(directory.resolve(FILE), capacity, retention);
    result.open();
    return result;
  }

  private void open() {
    try {
      opened = tryToOpen();
      return;
    } catch (MVStoreException e) {
      if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
        throw new IllegalArgumentException(
            "'" + file.getParent() + "' is in use by another multiplexer", e);
      }
      if (!Files.isRegularFile(file) || !Files.isWritable(file)) {
        throw new IllegalArgumentException(
            "'" + file.getParent() + "' cannot be written to: " + e.getMessage(), e);
      }
      setAside(e);
    } catch (RuntimeException | VirtualMachineError | AssertionError e) {
      // Damaged pages make the store throw whatever reading them leads to: a length has it allocate
      // as much, a page that is its own child has it call itself for ever.
      setAside(e);
    }
    try {
      opened = tryToOpen();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "'" + file + "' cannot be begun anew: " + e.getMessage(), e);
    }
  }

  private Opened tryToOpen() {
    MVStore store =
        new MVStore.Builder()
            .fileName(file.toString())
            .autoCommitDisabled() // what belongs together is committed together
            .cacheSize(PAGE_CACHE_MB)
            .open();
    try {
      store.setRetentionTime(retention);
      return new Opened(store, capacity);
    } catch (RuntimeException | VirtualMachineError | AssertionError e) {
      letGo(store);
      throw e;
    }
  }

  /** Closes a file that may be damaged, and leaves it as it is. */
  private static void letGo(MVStore store) {
    try {
      store.closeImmediately();
    } catch (RuntimeException | VirtualMachineError | AssertionError e) {
      log.debug("closing what is damaged failed", e);
    }
  }

  private void setAside(Throwable why) {
    Path aside = file.resolveSibling(SET_ASIDE);
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IllegalArgumentException("'" + file + "' is damaged and cannot be moved: " + e, e);
    }
    log.warn("{} was damaged and is {} now; a new one is begun: {}", file, aside, why.toString());
  }

  @Override
  public Optional<Message> get(Key name) {
    return with(file -> file.answers.get(name)).orElse(Optional.empty());
  }

  @Override
  public void put(Key name, Message answer) {
    run(file -> file.answers.put(name, answer));
  }

  @Override
  public void remove(Key name) {
    run(file -> file.answers.remove(name));
  }

  private void run(Consumer<Opened> step) {
    var unused =
        with(
            file -> {
              step.accept(file);
              return true;
            });
  }

  private <T> Optional<T> with(Function<Opened, T> step) {
    Opened now = opened;
    if (now == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(step.apply(now));
    } catch (RuntimeException | VirtualMachineError | AssertionError e) {
      failed(now, e);
      return Optional.empty();
    }
  }

  private synchronized void failed(Opened which, Throwable why) {
    if (opened != which) {
      return; // closed meanwhile, or dealt with already
    }
    opened = null;
    letGo(which.store);
    boolean writing =
        why instanceof MVStoreException e && e.getErrorCode() == DataUtils.ERROR_WRITING_FAILED;
    if (writing) {
      log.warn("{} cannot be written and is used no more: {}", file, why.toString());
      return;
    }
    try {
      setAside(why);
      opened = tryToOpen();
    } catch (RuntimeException e) {
      log.warn("{} is used no more: {}", file, e.toString());
    }
  }

  /** What was put survives. */
  @Override
  public synchronized void close() {
    Opened closing = opened;
    opened = null;
    if (closing == null) {
      return;
    }
    try {
      closing.answers.close();
      closing.store.close();
    } catch (RuntimeException | VirtualMachineError | AssertionError e) {
      log.warn("{} was not closed as it should be: {}", file, e.toString());
      letGo(closing.store);
    }
  }
}
