package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar as somebody runs it: a process of its own. */
@Timeout(180)
class ProxyJarIT {

  private static final Path JAR = Path.of("target", "multiplexer-proxy.jar");

  @TempDir Path directory;

  private Process run(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-jar");
    command.add(JAR.toAbsolutePath().toString());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("MULTIPLEXER_"));
    builder.redirectError(errors());
    return builder.start();
  }

  private File errors() {
    return directory.resolve("stderr").toFile();
  }

  @Test
  void runsUntilItIsTerminatedAndExitsWithZero() throws Exception {
    try (RegtestNode node = RegtestNode.start(0)) {
      Process proxy =
          run("--network=regtest", "--listen=127.0.0.1:0", "--upstream=127.0.0.1:" + node.port());
      try (BufferedReader out = proxy.inputReader()) {
        String ready = out.readLine();
        assertThat(ready)
            .matches(
                "ready listen=127\\.0\\.0\\.1:\\d+ upstream=127\\.0\\.0\\.1:"
                    + node.port()
                    + " strategy=key");
        int port = Integer.parseInt(ready.replaceAll(".*listen=127\\.0\\.0\\.1:(\\d+).*", "$1"));
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
          client.getOutputStream().write(hello());
          assertThat(client.getInputStream().read()).as("it answers").isNotEqualTo(-1);
          // SIGTERM; the process itself would close our streams, too.
          proxy.toHandle().destroy();
          assertThat(proxy.waitFor(5, TimeUnit.SECONDS)).as("ends within 5 s").isTrue();
          assertThat(proxy.exitValue()).isZero();
          assertThat(client.getInputStream().readAllBytes()).as("closed, not reset").isNotEmpty();
        }
        assertThat(out.readLine()).as("nothing but the ready line").isNull();
      } finally {
        proxy.destroyForcibly();
      }
      assertThat(Files.readString(errors().toPath()))
          .contains("listening on")
          .doesNotContain("Exception");
    }
  }

  @Test
  void strangersFillNoLogAndAHangUpEndsNothing() throws Exception {
    try (RegtestNode node = RegtestNode.start(0)) {
      Process proxy =
          run(
              "--network=regtest",
              "--listen=127.0.0.1:0",
              "--log-level=debug",
              "--upstream=127.0.0.1:" + node.port());
      try (BufferedReader out = proxy.inputReader()) {
        int port =
            Integer.parseInt(out.readLine().replaceAll(".*listen=127\\.0\\.0\\.1:(\\d+).*", "$1"));
        for (int i = 0; i < 200; i++) {
          try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port)) {
            stranger.getOutputStream().write("GET / HTTP/1.1\r\nHost: there\r\n\r\n".getBytes());
            assertThat(stranger.getInputStream().read()).isEqualTo(-1);
          }
        }
        assertThat(new ProcessBuilder("sh", "-c", "kill -HUP " + proxy.pid()).start().waitFor())
            .isZero();
        assertThat(proxy.waitFor(1, TimeUnit.SECONDS)).as("ended by SIGHUP").isFalse();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
          client.getOutputStream().write(hello());
          assertThat(client.getInputStream().read()).as("it answers").isNotEqualTo(-1);
        }
        proxy.toHandle().destroy();
        assertThat(proxy.waitFor(5, TimeUnit.SECONDS)).as("ends within 5 s").isTrue();
        assertThat(proxy.exitValue()).isZero();
      } finally {
        proxy.destroyForcibly();
      }
      assertThat(Files.readAllLines(errors().toPath()).stream().filter(l -> l.contains("gone")))
          .hasSizeBetween(1, 20);
    }
  }

  private static byte[] hello() {
    Version version =
        new Version(
            70016,
            0,
            0,
            NetworkAddress.UNSPECIFIED,
            NetworkAddress.UNSPECIFIED,
            1,
            "/client:1/",
            0,
            false);
    return FrameEncoder.of(Network.REGTEST).frame(version.toMessage()).array();
  }

  @Test
  void aPortInUseIsOneLineWithoutAStackTrace() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process proxy = run("--upstream=127.0.0.1:1", "--listen=127.0.0.1:" + taken.getLocalPort());
      assertThat(proxy.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(proxy.exitValue()).isEqualTo(ProxyProgram.FAILURE);
      assertThat(Files.readAllLines(errors().toPath()))
          .singleElement()
          .asString()
          .contains("cannot listen on");
    }
  }

  @Test
  void theDemoBringsEveryWalletWhereItMustBe() throws Exception {
    Path out = directory.resolve("stdout");
    Process demo = run("--demo", "--demo-seconds=5");
    try (BufferedReader lines = demo.inputReader()) {
      Files.write(out, lines.lines().toList());
    }
    assertThat(demo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as(() -> read(out)).isZero();
    assertThat(Files.readAllLines(out))
        .contains("all wallets have what they must have")
        .noneMatch(line -> line.contains("complained"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void theManifestTellsTheVersionAndTheServicesAreMerged() throws Exception {
    Process version = run("--version");
    try (BufferedReader lines = version.inputReader()) {
      assertThat(lines.readLine()).matches("multiplexer-proxy \\d+\\.\\d+\\.\\d+.*");
    }
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.getEntry("META-INF/services/org.slf4j.spi.SLF4JServiceProvider")).isNotNull();
      assertThat(jar.stream().map(entry -> entry.getName()))
          .noneMatch(name -> name.endsWith(".SF") || name.endsWith("module-info.class"));
    }
  }
}
