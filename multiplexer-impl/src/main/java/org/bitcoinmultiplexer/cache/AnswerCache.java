package org.bitcoinmultiplexer.cache;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory in front of a slower store, or memory alone.
 *
 * <p>What is found in the store comes into memory; what is put goes to both. Writing never delays
 * anybody: if the store is so slow that more than {@value #MOST_UNWRITTEN} bytes wait for it, what
 * comes then stays in memory only. A store that throws is taken for one that has nothing.
 *
 * <p>Any thread.
 */
public final class AnswerCache implements AnswerLookup {

  private static final Logger log = LoggerFactory.getLogger(AnswerCache.class);

  static final long MOST_UNWRITTEN = 64_000_000;

  private final MemoryStore memory;
  private final @Nullable AnswerStore store;
  private final Predicate<? super Message> durable;
  private final Executor readers;
  private final Executor writer;
  private final AtomicLong unwritten = new AtomicLong();
  private volatile boolean complained;

  private AnswerCache(
      MemoryStore memory,
      @Nullable AnswerStore store,
      Predicate<? super Message> durable,
      Executor readers,
      Executor writer) {
    this.memory = memory;
    this.store = store;
    this.durable = durable;
    this.readers = readers;
    this.writer = writer;
  }

  /**
   * A cache that has nothing but memory.
   *
   * @param memory not owned
   * @return a new cache
   */
  public static AnswerCache of(MemoryStore memory) {
    return new AnswerCache(memory, null, answer -> false, Runnable::run, Runnable::run);
  }

  /**
   * A cache with a store behind the memory.
   *
   * @param memory not owned
   * @param store not owned
   * @param durable which answers are for the store too; asked in the engine's loop
   * @param readers searches the store, and checks what was found; not owned
   * @param writer writes to the store; not owned
   * @return a new cache
   */
  public static AnswerCache of(
      MemoryStore memory,
      AnswerStore store,
      Predicate<? super Message> durable,
      Executor readers,
      Executor writer) {
    return new AnswerCache(memory, store, durable, readers, writer);
  }

  @Override
  public @Nullable Message find(Key name) {
    return memory.find(name);
  }

  @Override
  public boolean search(
      Key name, Predicate<Message> isTrue, Consumer<? super @Nullable Message> then) {
    AnswerStore searched = store;
    if (searched == null) {
      return false;
    }
    try {
      readers.execute(() -> search(searched, name, isTrue, then));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Whatever a store throws: somebody waits to hear that there is nothing. */
  private void search(
      AnswerStore searched,
      Key name,
      Predicate<Message> isTrue,
      Consumer<? super @Nullable Message> then) {
    @Nullable Message found = null;
    try {
      found = read(searched, name, isTrue);
    } finally {
      then.accept(found);
    }
  }

  private @Nullable Message read(AnswerStore from, Key name, Predicate<Message> isTrue) {
    try {
      Optional<Message> found = from.get(name);
      if (found.isEmpty()) {
        return null;
      }
      Message answer = found.get();
      if (isTrue.test(answer)) {
        memory.put(name, answer);
        return answer;
      }
      log.warn("the store has {} under a name that it does not have; it is forgotten", answer);
      from.remove(name);
    } catch (RuntimeException e) {
      complain(e);
    }
    return null;
  }

  @Override
  public void keep(Key name, Message answer) {
    memory.put(name, answer);
    AnswerStore to = store;
    if (to == null || !durable.test(answer)) {
      return;
    }
    if (unwritten.addAndGet(answer.size()) > MOST_UNWRITTEN) {
      unwritten.addAndGet(-answer.size());
      return;
    }
    try {
      writer.execute(() -> write(to, name, answer));
    } catch (RejectedExecutionException e) {
      unwritten.addAndGet(-answer.size());
    }
  }

  private void write(AnswerStore to, Key name, Message answer) {
    try {
      to.put(name, answer);
    } catch (RuntimeException e) {
      complain(e);
    } finally {
      unwritten.addAndGet(-answer.size());
    }
  }

  /** Once: a store that fails will fail again, and the node has the answers anyway. */
  private void complain(RuntimeException e) {
    if (!complained) {
      complained = true;
      log.warn("the store of answers fails, so that more is asked upstream: {}", e.toString());
    }
  }
}
