package org.bitcoinmultiplexer.examples.proxy;

import java.lang.reflect.InvocationHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * The wish that the program should end, as SIGTERM and SIGINT express it.
 *
 * <p>A Java process that is terminated exits with 128 plus the signal's number. A proxy that is
 * told to stop has done nothing wrong, so once it is {@link #awaited} such a signal ends the
 * process with 0, when the program has finished or after {@value #PATIENCE_SECONDS} seconds.
 */
final class Termination {

  private static final int PATIENCE_SECONDS = 4;

  private final CompletableFuture<Void> requested = new CompletableFuture<>();
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean awaited;

  /** One that hears this process's signals. */
  static Termination ofThisProcess() {
    ignoreHangUp();
    Termination termination = new Termination();
    Runtime.getRuntime().addShutdownHook(new Thread(termination::onShutdown, "termination"));
    return termination;
  }

  /**
   * The end of the terminal it was started from does not end a server. By reflection, since nothing
   * that is standardised can do it.
   */
  private static void ignoreHangUp() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler onSignal =
          (self, method, arguments) -> {
            onHangUp();
            return null;
          };
      signal
          .getMethod("handle", signal, handler)
          .invoke(
              null,
              signal.getConstructor(String.class).newInstance("HUP"),
              java.lang.reflect.Proxy.newProxyInstance(
                  handler.getClassLoader(), new Class<?>[] {handler}, onSignal));
    } catch (ReflectiveOperationException e) {
      // A system or a Java machine without such a signal.
    }
  }

  private static void onHangUp() {
    // Made only now: a logger reads its level once, and that may not have been set before.
    LoggerFactory.getLogger(Termination.class)
        .info("SIGHUP is ignored; what is configured is read at the start only");
  }

  /** Completed when the program should end; whoever asks ends the program cleanly then. */
  CompletableFuture<Void> awaited() {
    awaited = true;
    return requested;
  }

  void request() {
    requested.complete(null);
  }

  /** The program has done everything but exit. */
  void finished() {
    finished.countDown();
  }

  private void onShutdown() {
    if (!awaited || finished.getCount() == 0) {
      return;
    }
    request();
    try {
      if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("not everything could be closed within " + PATIENCE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(0);
  }
}
