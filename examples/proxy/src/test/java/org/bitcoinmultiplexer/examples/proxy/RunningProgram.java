package org.bitcoinmultiplexer.examples.proxy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program in this process: all of it but the exit. */
final class RunningProgram implements AutoCloseable {

  private static final Pattern READY =
      Pattern.compile("ready listen=(\\S+):(\\d+) upstream=(\\S+) strategy=(\\S+)");

  final Captured out = new Captured();
  final Captured err = new Captured();
  private final Termination termination = new Termination();
  private final CompletableFuture<Integer> code = new CompletableFuture<>();

  private RunningProgram(Map<String, String> environment, String... args) {
    ProxyProgram program =
        new ProxyProgram(environment, out.stream(), err.stream(), termination, () -> {});
    Thread thread =
        new Thread(
            () -> {
              try {
                code.complete(program.run(args));
              } catch (Throwable e) {
                code.completeExceptionally(e);
              }
            },
            "program");
    thread.setDaemon(true);
    thread.start();
  }

  static RunningProgram start(String... args) {
    return new RunningProgram(Map.of(), args);
  }

  static RunningProgram start(Map<String, String> environment, String... args) {
    return new RunningProgram(environment, args);
  }

  /** Waits until it has ended by itself. */
  int awaitExit(Duration patience) throws Exception {
    return code.get(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  boolean isRunning() {
    return !code.isDone();
  }

  /** Does what SIGTERM does. */
  int stop() throws Exception {
    termination.request();
    return awaitExit(Duration.ofSeconds(10));
  }

  /** Waits until it is ready; where it listens then. */
  InetSocketAddress awaitReady() throws InterruptedException {
    String line = out.awaitLine();
    Matcher ready = READY.matcher(line);
    if (!ready.matches()) {
      throw new AssertionError("not the ready line: " + line);
    }
    return new InetSocketAddress(ready.group(1), Integer.parseInt(ready.group(2)));
  }

  @Override
  public void close() throws Exception {
    stop();
  }
}
