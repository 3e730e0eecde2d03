package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process that is measured. Ends with this one: ours see the end of their input, and the others
 * are stopped by a hook.
 */
final class Child implements AutoCloseable {

  /** A proxy keeps next to nothing for long, so the simplest collector costs it least. */
  private static final String JVM_OPTIONS = "-XX:+UseSerialGC -Xms256m -Xmx1g";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String name;
  private final Path log;
  private final Process process;
  private final BufferedReader out;
  private final Writer in;
  private final Thread hook;

  private Child(String name, Path log, List<String> command) {
    this.name = name;
    this.log = log;
    try {
      process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
    out = process.inputReader(StandardCharsets.UTF_8);
    in = process.outputWriter(StandardCharsets.UTF_8);
    hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Starts a program that is not ours and says nothing on its standard output. */
  static Child start(String name, Path directory, List<String> command) {
    return new Child(name, directory.resolve(name + ".log"), command);
  }

  /**
   * Starts a class of ours in a Java machine of its own, with the options that the system property
   * {@code benchmarks.jvm.NAME} has, if it is set: for a recording, or another collector.
   */
  static Child java(String name, Path directory, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String options = System.getProperty("benchmarks.jvm." + name, JVM_OPTIONS);
    command.addAll(Arrays.asList(options.split(" ")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new Child(name, directory.resolve(name + ".log"), command);
  }

  /** The next number that it says; whatever else it says, as a Java machine may, is passed over. */
  long number() {
    CompletableFuture<@Nullable String> line = CompletableFuture.supplyAsync(this::readLine);
    try {
      String text = line.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (text == null) {
        throw new IllegalStateException(name + " has ended; see " + log + "\n" + logged());
      }
      return Long.parseLong(text);
    } catch (TimeoutException e) {
      throw new IllegalStateException(name + " says nothing since " + PATIENCE.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new IllegalStateException(name + " cannot be read", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private @Nullable String readLine() {
    try {
      String line = out.readLine();
      while (line != null && !line.matches("-?\\d+")) {
        line = out.readLine();
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a line to it and reads a number. */
  long ask(String question) {
    try {
      in.write(question + "\n");
      in.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " has ended; see " + log + "\n" + logged(), e);
    }
    return number();
  }

  String logged() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      return "";
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The processor time it has taken, in nanoseconds, as exactly as the system counts. */
  long cpuNanos() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** The memory it occupies, in bytes; 0 where the system does not tell. */
  long residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return 0;
  }

  /** Stops it, and waits until it has gone. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
