package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy in this process, from its first word to its last. */
@Timeout(90)
class ProxyTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private static String upstream(int port) {
    return "--upstream=127.0.0.1:" + port;
  }

  private static ServerSocket loopbackServer() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "sequence", "cache", "serial", "passthrough"})
  void saysOnceThatItIsReadyAndWhere(String strategy) throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RunningProgram program =
            RunningProgram.start(
                "--network=regtest",
                "--listen=127.0.0.1:0",
                "--strategy=" + strategy,
                upstream(node.port()))) {
      InetSocketAddress listening = program.awaitReady();
      assertThat(listening.getPort()).isPositive();
      assertThat(program.out.lines())
          .containsExactly(
              "ready listen=127.0.0.1:"
                  + listening.getPort()
                  + " upstream=127.0.0.1:"
                  + node.port()
                  + " strategy="
                  + strategy);
      assertThat(program.stop()).isZero();
      assertThat(program.out.lines()).hasSize(1);
      assertThat(program.err.lines()).isEmpty();
    }
  }

  @Test
  void listensAndWaitsForANodeThatComesLater() throws Exception {
    int port;
    try (ServerSocket free = loopbackServer()) {
      port = free.getLocalPort();
    }
    try (RegtestNode node = RegtestNode.start(0)) {
      node.goOffline();
      try (RunningProgram program =
          RunningProgram.start(
              "--network=regtest", "--listen=127.0.0.1:" + port, upstream(node.port()))) {
        try (Socket client = connect(port)) {
          assertThat(program.out.lines()).isEmpty();
          node.goOnline();
          assertThat(program.awaitReady().getPort()).isEqualTo(port);
          assertThat(program.stop()).isZero();
          assertThat(client.getInputStream().readAllBytes()).as("closed, not reset").isNotNull();
        }
      }
    }
  }

  private static Socket connect(int port) throws IOException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (true) {
      try {
        return new Socket(InetAddress.getLoopbackAddress(), port);
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aPortInUseIsAnError() throws Exception {
    try (ServerSocket taken = loopbackServer();
        RunningProgram program =
            RunningProgram.start(
                "--listen=127.0.0.1:" + taken.getLocalPort(), "--upstream=127.0.0.1:1")) {
      assertThat(program.awaitExit(SOON)).isEqualTo(ProxyProgram.FAILURE);
      assertThat(program.err.lines())
          .singleElement()
          .asString()
          .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort(), "in use");
    }
  }

  @Test
  void aHostThatDoesNotExistIsAnError() throws Exception {
    try (RunningProgram program =
        RunningProgram.start("--listen=no.such.host.invalid:1", "--upstream=127.0.0.1:1")) {
      assertThat(program.awaitExit(SOON)).isEqualTo(ProxyProgram.FAILURE);
      assertThat(program.err.lines()).singleElement().asString().contains("unknown host");
    }
  }

  @Test
  void aNodeWithTheMagicOfAnotherNetworkIsAnError() throws Exception {
    byte[] hello =
        FrameEncoder.of(Network.TESTNET4).frame(Message.of("verack", new byte[0])).array();
    try (ServerSocket server = loopbackServer();
        RunningProgram program =
            RunningProgram.start("--listen=127.0.0.1:0", upstream(server.getLocalPort()));
        Socket proxy = server.accept()) {
      OutputStream out = proxy.getOutputStream();
      out.write(hello);
      out.flush();
      assertThat(program.awaitExit(SOON)).isEqualTo(ProxyProgram.FAILURE);
      assertThat(program.err.lines())
          .singleElement()
          .asString()
          .contains("speaks another network than mainnet", "testnet4");
      assertThat(program.out.lines()).isEmpty();
    }
  }

  @Test
  void findsOutThatANodeWhichHangsUpIsOfAnotherNetwork() throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RunningProgram program =
            RunningProgram.start(
                "--listen=127.0.0.1:0", "--network=signet", upstream(node.port()))) {
      assertThat(program.awaitExit(SOON)).isEqualTo(ProxyProgram.FAILURE);
      assertThat(program.err.lines())
          .singleElement()
          .asString()
          .contains("speaks regtest, another network than signet");
    }
  }

  @Test
  void keepsDiallingANodeThatHangsUpOnEverybody() throws Exception {
    try (ServerSocket full = loopbackServer();
        RunningProgram program =
            RunningProgram.start("--listen=127.0.0.1:0", upstream(full.getLocalPort()))) {
      // The first time, then once in each other network, then again.
      for (int i = 0; i < Network.known().size() + 1; i++) {
        full.accept().close();
      }
      assertThat(program.isRunning()).isTrue();
      assertThat(program.stop()).isZero();
      assertThat(program.out.lines()).isEmpty();
    }
  }

  @Test
  void aCheckTellsWhatIsThere() throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RunningProgram program =
            RunningProgram.start(
                "--check", "--network=regtest", upstream(node.port()) + ",127.0.0.1:1")) {
      assertThat(program.awaitExit(SOON)).as("the best of both").isZero();
      assertThat(program.out.lines())
          .anyMatch(line -> line.contains("bitcoin.conf: whitebind=noban"))
          .anyMatch(line -> line.contains("a ping behind a request for what does not exist comes"))
          .contains("127.0.0.1:" + node.port() + " is usable for strategy key")
          .contains("127.0.0.1:1 is not usable for strategy key");
    }
  }

  @Test
  void aCheckOfAnRpcPortSaysSoWithinThreeSeconds() throws Exception {
    try (HttpPort rpc = new HttpPort()) {
      long start = System.nanoTime();
      try (RunningProgram program =
          RunningProgram.start("--check", "--network=regtest", upstream(rpc.port()))) {
        assertThat(program.awaitExit(SOON)).isEqualTo(2);
        assertThat(program.out.lines())
            .anyMatch(line -> line.contains("it speaks HTTP") && line.contains("18444"))
            .noneMatch(line -> line.contains("slot"));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }
  }

  /** Waits for the end of a line, as bitcoind's RPC port does, and answers then. */
  private static final class HttpPort implements AutoCloseable {

    private final ServerSocket server = loopbackServer();

    HttpPort() throws IOException {
      Thread thread = new Thread(this::serve, "http");
      thread.setDaemon(true);
      thread.start();
    }

    int port() {
      return server.getLocalPort();
    }

    private void serve() {
      List<Socket> waiting = new ArrayList<>();
      try {
        while (true) {
          Socket client = server.accept();
          waiting.add(client);
          if (client.getInputStream().read() == 'G') {
            client.getOutputStream().write("HTTP/1.1 405 Method Not Allowed\r\n\r\n".getBytes());
            client.close();
          }
        }
      } catch (IOException e) {
        // It was closed.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  @Test
  void aCheckNamesTheNetworkOfANodeThatHangsUp() throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RunningProgram program = RunningProgram.start("--check", upstream(node.port()))) {
      assertThat(program.awaitExit(SOON)).isEqualTo(2);
      assertThat(program.out.lines()).contains("  unusable  it speaks regtest: --network=regtest");
    }
  }
}
