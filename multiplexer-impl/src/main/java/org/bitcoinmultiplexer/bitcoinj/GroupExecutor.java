package org.bitcoinmultiplexer.bitcoinj;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.bitcoinj.core.Context;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code PeerGroup} takes for an executor of its own: one job at a time, in their order,
 * with the group's context; but on threads that all groups share.
 *
 * <pre>
 *   PARKED ──open──► RUNNING ──shutdown, and the last job is done──► TERMINATED
 * </pre>
 *
 * <p>A group makes its executor before it is itself made, hence it is told late where to run; and
 * its jobs wait until it is started, as it wants them to. Shutting down ends this one, not the
 * threads; jobs whose time has not come are forgotten then, so that nobody waits for a time out.
 */
final class GroupExecutor extends AbstractExecutorService implements ScheduledExecutorService {

  private final Object lock = new Object();
  private final Queue<Runnable> parked = new ArrayDeque<>(); // guarded by lock, as all below
  private final Set<TimedJob<?>> timed = new HashSet<>();
  private final CountDownLatch terminated = new CountDownLatch(1);
  private @Nullable SerialLoop loop;
  private @Nullable ScheduledExecutorService timers;
  private @Nullable Context context;
  private int jobs; // not done
  private boolean isShutdown;

  /** Begins to run jobs. Called once. */
  void open(SerialLoop where, ScheduledExecutorService clock, Context inContext) {
    synchronized (lock) {
      loop = where;
      timers = clock;
      context = inContext;
      parked.forEach(job -> where.execute(() -> run(job)));
      parked.clear();
      timed.forEach(TimedJob::arm);
    }
  }

  @Override
  public void execute(Runnable job) {
    synchronized (lock) {
      if (isShutdown) {
        throw new RejectedExecutionException("the peer group has been stopped");
      }
      jobs++;
      if (loop == null) {
        parked.add(job);
      } else {
        loop.execute(() -> run(job));
      }
    }
  }

  private void run(Runnable job) {
    if (context != null) {
      Context.propagate(context);
    }
    try {
      EventLoops.contain(job);
    } finally {
      synchronized (lock) {
        jobs--;
        endIfDone();
      }
    }
  }

  private void endIfDone() {
    if (isShutdown && jobs == 0) {
      terminated.countDown();
    }
  }

  @Override
  public void shutdown() {
    synchronized (lock) {
      isShutdown = true;
      List.copyOf(timed).forEach(job -> job.cancel(false));
      endIfDone();
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    synchronized (lock) {
      return isShutdown;
    }
  }

  @Override
  public boolean isTerminated() {
    return terminated.getCount() == 0;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return terminated.await(timeout, unit);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable job, long delay, TimeUnit unit) {
    return start(new TimedJob<>(Executors.callable(job), unit.toNanos(delay), 0));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> job, long delay, TimeUnit unit) {
    return start(new TimedJob<>(job, unit.toNanos(delay), 0));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable job, long initialDelay, long period, TimeUnit unit) {
    return start(
        new TimedJob<>(Executors.callable(job), unit.toNanos(initialDelay), unit.toNanos(period)));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable job, long initialDelay, long delay, TimeUnit unit) {
    return start(
        new TimedJob<>(Executors.callable(job), unit.toNanos(initialDelay), -unit.toNanos(delay)));
  }

  private <V> TimedJob<V> start(TimedJob<V> job) {
    synchronized (lock) {
      if (isShutdown) {
        throw new RejectedExecutionException("the peer group has been stopped");
      }
      timed.add(job);
      job.arm();
    }
    return job;
  }

  /** A job whose time comes, perhaps again and again; never twice in the queue. */
  private final class TimedJob<V> extends FutureTask<V> implements ScheduledFuture<V> {

    private final long period; // nanoseconds; 0 for once, negative for a delay after the last time
    private long due;
    private @Nullable ScheduledFuture<?> timer; // guarded by lock

    TimedJob(Callable<V> job, long delay, long period) {
      super(job);
      this.period = period;
      this.due = System.nanoTime() + delay;
    }

    /** With the lock held; waits for the group to be started. */
    void arm() {
      if (timers != null && !isDone()) {
        timer = timers.schedule(this::enqueue, due - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    }

    private void enqueue() {
      synchronized (lock) {
        if (!isShutdown && !isDone()) {
          execute(this);
        }
      }
    }

    @Override
    public void run() {
      if (period == 0) {
        super.run();
      } else if (runAndReset()) {
        long now = System.nanoTime();
        synchronized (lock) {
          due = period < 0 ? now - period : Math.max(now, due + period);
          arm();
        }
      }
    }

    @Override
    protected void done() {
      synchronized (lock) {
        timed.remove(this);
        if (timer != null) {
          timer.cancel(false);
        }
      }
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
