package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bitcoinj.base.Sha256Hash;

/** A peer that sends what a test tells it to, and hands out every message it gets, in order. */
final class RawPeer implements AutoCloseable {
  static final int TIMEOUT_MILLIS = 20_000;

  private static final AtomicLong NONCES = new AtomicLong(0x1000);

  private final Socket socket;

  private RawPeer(Socket socket) {
    this.socket = socket;
  }

  static RawPeer dial(RegtestNode node) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    return new RawPeer(socket);
  }

  /**
   * Dials and shakes hands as a wtxid peer without services, and drops what the node sends at the
   * start.
   */
  static RawPeer connect(RegtestNode node) throws IOException {
    return dial(node).shakeHands(70016, 0, true, true);
  }

  RawPeer shakeHands(int version, long services, boolean relay, boolean wtxid) throws IOException {
    send("version", version(version, services, relay));
    expect("version");
    if (wtxid) {
      send("wtxidrelay");
    }
    send("verack");
    fence();
    return this;
  }

  static byte[] version(int version, long services, boolean relay) {
    return new PayloadWriter()
        .int32(version)
        .int64(services)
        .int64(0)
        .bytes(new byte[52])
        .int64(4711)
        .compactSize(5)
        .bytes("/raw/".getBytes(StandardCharsets.US_ASCII))
        .int32(0)
        .uint8(relay ? 1 : 0)
        .toByteArray();
  }

  void send(String command, byte... payload) throws IOException {
    sendBytes(Frames.encode(command, payload));
  }

  void sendBytes(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** The next message; answers pings, which are passed over. */
  WireMessage next() throws IOException {
    while (true) {
      WireMessage message =
          Frames.read(
              socket.getInputStream(),
              reason -> {
                throw new AssertionError(reason);
              });
      if (!message.command().equals("ping")) {
        return message;
      }
      send("pong", message.payload());
    }
  }

  Payload expect(String command) throws IOException {
    WireMessage message = next();
    assertThat(message.command()).isEqualTo(command);
    return new Payload(message.payload());
  }

  /** Sends a ping and returns what came before its pong. */
  List<WireMessage> fence() throws IOException {
    long nonce = NONCES.incrementAndGet();
    send("ping", Messages.int64(nonce));
    List<WireMessage> before = new ArrayList<>();
    while (true) {
      WireMessage message = next();
      if (message.command().equals("pong")) {
        assertThat(new Payload(message.payload()).int64()).isEqualTo(nonce);
        return before;
      }
      before.add(message);
    }
  }

  void expectSilence() throws IOException {
    assertThat(fence()).isEmpty();
  }

  /** Expects that the node ends the connection, whatever it sends before. */
  void expectDisconnect() {
    assertThatThrownBy(
            () -> {
              while (true) {
                next();
              }
            })
        .isInstanceOfAny(EOFException.class, SocketException.class);
  }

  void getData(InventoryVector... items) throws IOException {
    send("getdata", Messages.inventory(List.of(items)));
  }

  void getHeaders(List<Sha256Hash> locator, Sha256Hash stop) throws IOException {
    send("getheaders", Messages.getHeaders(locator, stop));
  }

  void getBlocks(List<Sha256Hash> locator, Sha256Hash stop) throws IOException {
    send("getblocks", Messages.getHeaders(locator, stop));
  }

  List<Sha256Hash> expectHeaders() throws IOException {
    return headers(expect("headers"));
  }

  static List<Sha256Hash> headers(Payload payload) {
    List<Sha256Hash> hashes = new ArrayList<>();
    for (int i = payload.compactSize(); i > 0; i--) {
      hashes.add(BlockHeader.parse(payload.bytes(80)).hash());
      assertThat(payload.uint8()).isZero();
    }
    assertThat(payload.remaining()).isZero();
    return hashes;
  }

  List<InventoryVector> expectInventory(String command) throws IOException {
    return InventoryVector.readAll(expect(command));
  }

  BlockBody expectBlock() throws IOException {
    WireMessage message = next();
    assertThat(message.command()).isEqualTo("block");
    return BlockBody.parse(message.payload());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
