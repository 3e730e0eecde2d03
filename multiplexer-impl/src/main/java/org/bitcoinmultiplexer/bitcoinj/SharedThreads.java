package org.bitcoinmultiplexer.bitcoinj;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bitcoinj.core.Context;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.transport.EventLoops;

/**
 * The threads that all groups share. Three kinds, so that none waits for another of its own:
 *
 * <ul>
 *   <li>peers: bitcoinj reads what arrived, one message of a peer after the other;
 *   <li>jobs: what a group does in the background, among it to wait until its peers have ended;
 *   <li>sessions: the multiplexer's side, which goes on, and sees that a wallet does not read,
 *       while a wallet's listener keeps one of the others.
 * </ul>
 */
final class SharedThreads {

  private final ThreadPoolExecutor peers;
  private final ScheduledThreadPoolExecutor jobs;
  private final List<EventLoops.OwnedLoop> sessions = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  SharedThreads(int threads) {
    peers =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            named("bitcoinj-peers-"));
    jobs = new ScheduledThreadPoolExecutor(Math.max(2, threads / 2), named("bitcoinj-jobs-"));
    jobs.setRemoveOnCancelPolicy(true);
    jobs.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    for (int i = 1; i <= Math.max(1, threads / 2); i++) {
      sessions.add(EventLoops.singleThread("bitcoinj-sessions-" + i));
    }
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger made = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + made.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Where a peer's callbacks come. */
  SerialLoop newPeerLoop() {
    return new SerialLoop(peers, jobs);
  }

  /** Where a group's jobs run. */
  SerialLoop newJobLoop() {
    return new SerialLoop(jobs, jobs);
  }

  /** Makes something in a thread that has a context, whichever the caller's has or has not. */
  <T> T with(Context context, Supplier<T> maker) {
    try {
      return CompletableFuture.supplyAsync(
              () -> {
                Context.propagate(context);
                return maker.get();
              },
              jobs)
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  ScheduledExecutorService timers() {
    return jobs;
  }

  /** Where the multiplexer's side of another connection lives. */
  EventLoop nextSessionLoop() {
    return sessions.get(Math.floorMod(next.getAndIncrement(), sessions.size()));
  }

  /** Ends the threads, once what is queued has been done. */
  void close() {
    jobs.shutdown();
    peers.shutdown();
    sessions.forEach(EventLoops.OwnedLoop::close);
  }
}
