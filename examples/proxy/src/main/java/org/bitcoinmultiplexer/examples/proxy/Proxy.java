package org.bitcoinmultiplexer.examples.proxy;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.transport.tcp.TcpLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy proper: listens at once, dials until upstream is there, and runs until told to stop.
 */
final class Proxy {

  private static final Logger log = LoggerFactory.getLogger(Proxy.class);
  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final ProxySettings settings;
  private final PrintStream out;
  private final PrintStream err;
  private final Termination termination;

  Proxy(ProxySettings settings, PrintStream out, PrintStream err, Termination termination) {
    this.settings = settings;
    this.out = out;
    this.err = err;
    this.termination = termination;
  }

  /**
   * Runs until it is told to stop, or knows that upstream will never be usable.
   *
   * @return the exit code
   * @throws IOException if the address to listen on cannot be had
   * @throws IllegalArgumentException if there is something that cannot be configured so
   */
  int run() throws IOException, InterruptedException {
    // Ended last: closing, too, is heard of.
    ExecutorService events = Executors.newSingleThreadExecutor(Proxy::eventThread);
    try (TcpLoop loop = TcpLoop.start("multiplexer")) {
      UpstreamWatch watch = new UpstreamWatch(settings, loop, out);
      try (BitcoinMultiplexer multiplexer =
          BitcoinMultiplexer.builder()
              .configuration(settings.configuration())
              .loop(loop)
              .listener(watch, events)
              .build()) {
        return run(multiplexer, watch);
      }
    } finally {
      events.shutdown();
    }
  }

  private static Thread eventThread(Runnable task) {
    Thread thread = new Thread(task, "events");
    thread.setDaemon(true);
    return thread;
  }

  private int run(BitcoinMultiplexer multiplexer, UpstreamWatch watch)
      throws IOException, InterruptedException {
    watch.listeningOn(listen(multiplexer));
    multiplexer.start();
    CompletableFuture<Void> told = termination.awaited();
    CompletableFuture.anyOf(told, watch.hopeless()).join();
    if (!told.isDone()) {
      err.println("multiplexer-proxy: " + watch.hopeless().join());
    } else {
      log.info("told to stop");
    }
    close(multiplexer);
    return told.isDone() ? ProxyProgram.OK : ProxyProgram.FAILURE;
  }

  private String listen(BitcoinMultiplexer multiplexer) throws IOException {
    var address = settings.listen().toSocketAddress();
    if (address.isUnresolved()) {
      throw new IOException("cannot listen on " + settings.listen() + ": unknown host");
    }
    try {
      return Endpoint.inWords(multiplexer.listen(address).address());
    } catch (IOException e) {
      throw new IOException("cannot listen on " + e.getMessage(), e);
    }
  }

  /** Closes the clients and waits, within reason, until they are. */
  private static void close(BitcoinMultiplexer multiplexer) {
    long started = System.nanoTime();
    multiplexer.close();
    while (multiplexer.stats().clients() > 0 && System.nanoTime() - started < CLOSING.toNanos()) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }
}
