package org.bitcoinmultiplexer.transport.tcp;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bitcoinmultiplexer.transport.EventLoops;

/**
 * A loop's tasks, run in rounds: a round runs what was there when it began. A task that gives
 * itself again, and a thousand that do, thus leave the loop its sockets and timers in between.
 *
 * <p>Confined to the loop, except {@link #add}, {@link #remove} and {@link #isEmpty}.
 */
final class TaskRounds {

  /** At most so many in a round, however many were there. */
  static final int MOST = 1024;

  /** Stands among the tasks where a round ends. */
  private enum Mark implements Runnable {
    END_OF_ROUND;

    @Override
    public void run() {}
  }

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private boolean marked; // whether the end of a round is among the tasks

  void add(Runnable task) {
    tasks.add(task);
  }

  boolean remove(Runnable task) {
    return tasks.remove(task);
  }

  /** Whether a round would do nothing. */
  boolean isEmpty() {
    return tasks.isEmpty();
  }

  /** Runs a round. */
  void runRound() {
    if (!marked && !tasks.isEmpty()) {
      tasks.add(Mark.END_OF_ROUND);
      marked = true;
    }
    for (int i = 0; i < MOST; i++) {
      Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      if (task == Mark.END_OF_ROUND) {
        marked = false;
        return;
      }
      EventLoops.contain(task);
    }
  }
}
