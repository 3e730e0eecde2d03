package org.bitcoinmultiplexer.transport;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom to tell of an error that {@linkplain EventLoops#isFatal no program survives}, and memory set
 * aside for telling them, since it is memory that has run out as a rule.
 *
 * <p>Told are, in this order: the log, in one line; the uncaught exception handler of the thread,
 * as if it had died of it, where a program may end the process at once; and the listeners, who
 * close what can be closed. That one of them fails in turn keeps the others from nothing.
 *
 * <p>Safe for use by any number of threads.
 */
public final class Failures {

  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  /** Enough for a line of the log, some tasks and last words to a thousand clients. */
  private static final int RESERVE = 2 << 20;

  /** One for the whole process. */
  private static volatile byte @Nullable [] reserve = new byte[RESERVE];

  private final String who;

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array, for an iterator would take memory
  private volatile Consumer<? super Error>[] listeners = new Consumer[0];

  /**
   * Nobody to be told.
   *
   * @param who has failed then, in words
   */
  public Failures(String who) {
    this.who = who;
    refill();
  }

  private static void refill() {
    if (reserve == null) {
      reserve = new byte[RESERVE];
    }
  }

  /**
   * Has somebody told.
   *
   * @param listener called where the error came up
   */
  public synchronized void add(Consumer<? super Error> listener) {
    Consumer<? super Error>[] more = Arrays.copyOf(listeners, listeners.length + 1);
    more[listeners.length] = listener;
    listeners = more;
  }

  /**
   * Tells everybody.
   *
   * @param cause what happened
   */
  @SuppressWarnings({"CatchingUnchecked", "EmptyCatch"}) // there may be no memory even for this
  public void tell(Error cause) {
    reserve = null;
    try {
      log.error("{} cannot go on and ends: {}", who, cause.toString());
    } catch (Throwable e) {
      // It was worth a try.
    }
    try {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, cause);
    } catch (Throwable e) {
      // As above.
    }
    for (Consumer<? super Error> listener : listeners) {
      try {
        listener.accept(cause);
      } catch (Throwable e) {
        // The others are to be told all the same.
      }
    }
  }
}
