package org.bitcoinmultiplexer.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A child process that cannot outlive the tests: what still runs when the virtual machine exits is
 * killed.
 *
 * <p>Its output (both streams) is read by a thread of its own, line by line; the last lines are
 * kept to explain a failure.
 */
public final class ChildProcess implements AutoCloseable {
  private static final int LAST_LINES = 40;
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(20);
  private static final Set<Process> LIVING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> LIVING.forEach(Process::destroyForcibly), "end-peers"));
  }

  private final String name;
  private final Process process;
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final CompletableFuture<Void> outputEnded = new CompletableFuture<>();

  private ChildProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts a process.
   *
   * @param onLine called for each line it prints, by the reading thread
   */
  public static ChildProcess start(
      String name, List<String> command, Path directory, Consumer<String> onLine) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      LIVING.add(process);
      process.onExit().thenAccept(LIVING::remove);
      ChildProcess child = new ChildProcess(name, process);
      Thread reader = new Thread(() -> child.read(onLine), "output of " + name);
      reader.setDaemon(true);
      reader.start();
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  private void read(Consumer<String> onLine) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (lastLines) {
          if (lastLines.size() == LAST_LINES) {
            lastLines.removeFirst();
          }
          lastLines.addLast(line);
        }
        onLine.accept(line);
      }
    } catch (IOException ended) {
      // The process was killed: its pipe is gone, and there is nothing more to read.
    } finally {
      outputEnded.complete(null);
    }
  }

  /** Completes when the process has ended and all it printed was handed over. */
  public CompletableFuture<Integer> ended() {
    return outputEnded.thenCombine(process.onExit(), (nothing, ended) -> ended.exitValue());
  }

  /** Writes a line to its standard input. */
  public void say(String line) {
    try {
      OutputStream input = process.getOutputStream();
      synchronized (input) {
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(name + " does not listen any more: " + lastWords(), e);
    }
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** The last lines it printed. */
  public String lastWords() {
    synchronized (lastLines) {
      return name + " said: " + String.join(" | ", lastLines);
    }
  }

  /** Waits for it to end by itself, and kills it if it does not. */
  public void awaitEnd(Duration patience) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }

  /** Sends it a signal, such as {@code STOP}. */
  public void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("no signal can be sent", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while sending a signal", e);
    }
  }

  /** Ends it at once, without a chance to tidy up, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(KILL_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(name + " does not die");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + name + " dies", e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
