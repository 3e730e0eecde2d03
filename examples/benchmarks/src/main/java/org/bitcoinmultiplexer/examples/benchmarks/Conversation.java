package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** A connection whose handshake is done. */
final class Conversation implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 20_000;

  private final SocketChannel channel;
  private final Network network;

  private Conversation(SocketChannel channel, Network network) {
    this.channel = channel;
    this.network = network;
  }

  static Conversation open(int port, Network network) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().setSoTimeout(PATIENCE_MILLIS);
      Conversation conversation = new Conversation(channel, network);
      conversation.write(ByteBuffer.wrap(Wire.version(network, 0)));
      conversation.await("verack");
      conversation.write(ByteBuffer.wrap(Wire.frame(network, "verack", new byte[0])));
      conversation.pingPong();
      return conversation;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  SocketChannel channel() {
    return channel;
  }

  /** Writes all of it: what is sent here is small, or the channel blocks. */
  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0) {
        throw new IOException("the other side does not read");
      }
    }
  }

  /** Waits until the other side has dealt with all it was sent. While the channel blocks. */
  void pingPong() throws IOException {
    write(ByteBuffer.wrap(Wire.frame(network, "ping", new byte[Long.BYTES])));
    await("pong");
  }

  /** Reads until the other side closes. While the channel blocks. */
  void awaitEnd() throws IOException {
    await("");
  }

  private void await(String command) throws IOException {
    DataInputStream in = new DataInputStream(channel.socket().getInputStream());
    byte[] header = new byte[Wire.HEADER_SIZE];
    do {
      in.readFully(header);
      byte[] body = in.readNBytes(Wire.bodySize(header));
      if (Wire.command(header).equals("ping")) {
        write(ByteBuffer.wrap(Wire.frame(network, "pong", body)));
      }
    } while (!Wire.command(header).equals(command));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
