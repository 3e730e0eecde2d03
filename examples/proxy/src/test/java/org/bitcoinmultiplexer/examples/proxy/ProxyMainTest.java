package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the program logs, in a process of its own: a logger reads its level once. */
@Timeout(60)
class ProxyMainTest {

  private static Process start(RegtestNode node, String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(classPathOfTheProgram());
    command.add(ProxyMain.class.getName());
    command.add("--network=regtest");
    command.add("--listen=127.0.0.1:0");
    command.add("--upstream=127.0.0.1:" + node.port());
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("MULTIPLEXER_"));
    return builder.start();
  }

  /** The tests have another configuration of the logs. */
  private static String classPathOfTheProgram() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static void terminate(Process proxy) throws InterruptedException {
    proxy.toHandle().destroy();
    assertThat(proxy.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(proxy.exitValue()).isZero();
  }

  @Test
  void atLogLevelErrorItLogsNothingButErrors() throws Exception {
    try (RegtestNode node = RegtestNode.start(0)) {
      Process proxy = start(node, "--log-level=error");
      try (BufferedReader out = proxy.inputReader();
          BufferedReader err = proxy.errorReader()) {
        assertThat(out.readLine()).startsWith("ready ");
        terminate(proxy);
        assertThat(err.lines()).isEmpty();
      } finally {
        proxy.destroyForcibly();
      }
    }
  }

  /** Whether whoever runs the tests has them ignore it, as nohup does, and all that they start. */
  private static boolean isHangUpIgnoredAnyway() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
  }

  @Test
  void saysThatItIgnoresAHangUp() throws Exception {
    assumeFalse(isHangUpIgnoredAnyway(), "whoever runs this ignores SIGHUP, as nohup does");
    try (RegtestNode node = RegtestNode.start(0)) {
      Process proxy = start(node);
      try (BufferedReader out = proxy.inputReader();
          BufferedReader err = proxy.errorReader()) {
        assertThat(out.readLine()).startsWith("ready ");
        new ProcessBuilder("kill", "-HUP", Long.toString(proxy.pid())).start().waitFor();
        List<String> lines = new ArrayList<>();
        for (String line = ""; !line.contains("SIGHUP is ignored"); line = err.readLine()) {
          lines.add(line);
        }
        assertThat(lines).anyMatch(line -> line.contains("INFO") && line.contains("listening on"));
        terminate(proxy);
      } finally {
        proxy.destroyForcibly();
      }
    }
  }
}
