package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Clients cannot have the file descriptors that a proxy needs to dial its node. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class FewDescriptorsTest {

  private static final int DESCRIPTORS = 256;

  @TempDir Path directory;

  @Test
  void theNodeIsDialledAgainThoughClientsTakeAllTheyGet() throws Exception {
    List<Socket> silent = new ArrayList<>();
    Process proxy = null;
    try (ServerSocket node = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      node.setSoTimeout(40_000);
      int port = freePort();
      proxy = start(node.getLocalPort(), port);
      Socket upstream = node.accept();
      for (int i = 0; i < 2 * DESCRIPTORS; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
      }
      upstream.close();
      try (Socket again = node.accept()) {
        assertThat(again.isConnected()).isTrue();
      }
      assertThat(proxy.isAlive()).isTrue();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
      if (proxy != null) {
        proxy.destroyForcibly();
        proxy.waitFor(10, TimeUnit.SECONDS);
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  private Process start(int nodePort, int port) throws IOException {
    return new ProcessBuilder(
            "sh",
            "-c",
            "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            ProxyMain.class.getName(),
            "--network=regtest",
            "--listen=127.0.0.1:" + port,
            "--upstream=127.0.0.1:" + nodePort)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("out").toFile())
        .start();
  }
}
