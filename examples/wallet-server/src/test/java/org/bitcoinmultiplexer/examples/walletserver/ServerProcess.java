package org.bitcoinmultiplexer.examples.walletserver;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A wallet server in a process of its own, which can be killed. */
final class ServerProcess implements AutoCloseable {

  private static final Pattern READY =
      Pattern.compile("ready listen=(\\S+) upstream=(\\S+) strategy=(\\S+)");

  private final Process process;
  private final String listen;

  private ServerProcess(Process process, String listen) {
    this.process = process;
    this.listen = listen;
  }

  /** Starts the classes of this module, and returns when they are ready. */
  static ServerProcess start(Path data, String... more) throws IOException {
    return start(
        List.of("-cp", System.getProperty("java.class.path"), WalletServerMain.class.getName()),
        data,
        more);
  }

  /** Starts a Java program, and returns when it is ready. */
  static ServerProcess start(List<String> program, Path data, String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-ea"));
    command.addAll(program);
    command.addAll(List.of("--listen=127.0.0.1:0", "--data-dir=" + data));
    command.addAll(List.of(more));
    File errors = data.resolveSibling(data.getFileName() + ".log").toFile();
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("MULTIPLEXER_"));
    builder.redirectError(ProcessBuilder.Redirect.appendTo(errors));
    Process process = builder.start();
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    Matcher ready = READY.matcher(String.valueOf(line));
    if (!ready.matches()) {
      process.destroyForcibly();
      throw new AssertionError(line + "\n" + Files.readString(errors.toPath()));
    }
    return new ServerProcess(process, ready.group(1));
  }

  Http http() {
    return new Http(listen);
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** As {@code kill}. */
  int terminate() throws InterruptedException {
    process.toHandle().destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
