package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A proxy with a heap of 64 MB bears what clients send to use it up, and goes on to serve. */
@Timeout(120)
class SmallHeapTest {

  private static final FrameEncoder ENCODER = FrameEncoder.of(Network.REGTEST);
  private static final int CLIENTS = 100;
  private static final int HALF = 3_000_000;

  private final List<Socket> sockets = new ArrayList<>();
  private RegtestNode node;
  private Process proxy;
  private int port;

  @TempDir Path directory;

  @BeforeEach
  void start() throws IOException {
    node = RegtestNode.start(0);
    proxy =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ProxyMain.class.getName(),
                "--network=regtest",
                "--listen=127.0.0.1:0",
                "--upstream=127.0.0.1:" + node.port())
            .redirectError(directory.resolve("stderr").toFile())
            .start();
    BufferedReader out = proxy.inputReader();
    port = Integer.parseInt(out.readLine().replaceAll(".*listen=127\\.0\\.0\\.1:(\\d+).*", "$1"));
  }

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    proxy.destroyForcibly();
    proxy.waitFor(10, TimeUnit.SECONDS);
    node.close();
  }

  @Test
  void halfOfALongMessageBeforeTheHandshake() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      sendsHalf(connect(), "version");
    }
    assertServes();
  }

  @Test
  void halfOfALongMessageOfManyWhoseHandshakeIsDone() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      Socket client = connect();
      greet(client);
      sendsHalf(client, "block");
    }
    assertServes();
  }

  @Test
  void clientsThatAskAndDoNotRead() throws Exception {
    byte[] pings = pings();
    for (int i = 0; i < CLIENTS; i++) {
      Socket client = connect();
      greet(client);
      sends(client, pings);
    }
    assertServes();
  }

  private static byte[] pings() {
    ByteBuffer pings = ByteBuffer.allocate(20_000 * 32);
    for (int i = 0; i < 20_000; i++) {
      ENCODER.write(Ping.ping(i), pings);
    }
    return pings.array();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
    sockets.add(socket);
    return socket;
  }

  private static void sendsHalf(Socket client, String command) {
    ByteBuffer frame = ByteBuffer.allocate(24 + HALF).order(ByteOrder.LITTLE_ENDIAN);
    frame.put(ENCODER.header(Message.of(command, new byte[0]))).putInt(16, 4_000_000);
    sends(client, frame.array());
  }

  /** As far as it is taken: from another thread, for a client that is not read from blocks. */
  private static void sends(Socket client, byte[] bytes) {
    Thread sender =
        new Thread(
            () -> {
              try {
                client.getOutputStream().write(bytes);
              } catch (IOException e) {
                // It was closed for that.
              }
            });
    sender.setDaemon(true);
    sender.start();
  }

  private static void greet(Socket client) throws IOException {
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
    client.getOutputStream().write(ENCODER.frame(version.toMessage()).array());
    client.getOutputStream().write(ENCODER.frame(Message.of("verack", new byte[0])).array());
    while (!read(client).command().equals("verack")) {
      // its version and wishes
    }
  }

  private static Message read(Socket client) throws IOException {
    ByteBuffer header =
        ByteBuffer.wrap(client.getInputStream().readNBytes(24)).order(ByteOrder.LITTLE_ENDIAN);
    String command = new String(header.array(), 4, 12, java.nio.charset.StandardCharsets.US_ASCII);
    byte[] body = client.getInputStream().readNBytes(header.getInt(16));
    return Message.of(command.replace("\0", ""), body);
  }

  /** Somebody who wants nothing much is served, after all of that and at once. */
  private void assertServes() throws IOException {
    for (int i = 0; i < 3; i++) {
      Socket client = connect();
      greet(client);
      client.getOutputStream().write(ENCODER.frame(Ping.ping(4711)).array());
      Message answer = read(client);
      while (!answer.command().equals("pong")) {
        answer = read(client);
      }
      assertThat(Ping.nonce(answer)).isEqualTo(4711);
    }
    assertThat(proxy.isAlive()).isTrue();
  }
}
