package org.bitcoinmultiplexer.transport.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.Addresses;
import org.bitcoinmultiplexer.transport.SocketTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation over a socket of a {@link TcpLoop}.
 *
 * <p>Once the operating system takes no more, nothing is tried until the selector says that it does
 * again.
 */
final class TcpTransport extends SocketTransport implements Selectable {

  private static final Logger log = LoggerFactory.getLogger(TcpTransport.class);

  /** So many buffers of bytes one connection may read, or write, in one round. */
  private static final int BUFFERS_PER_ROUND = 4;

  /**
   * So many bytes are read at a time of a peer one has no reason to trust: as messages, which wait
   * if it must not be heard on, the smallest take six times that.
   */
  static final int STRANGERS_BUFFER = 16 * 1024;

  private final TcpLoop loop;
  private final SocketChannel channel;
  private final SelectionKey key;
  private final int bufferSize;
  private boolean blocked; // until the selector says that the socket takes more

  /**
   * Wraps a connected socket. In the loop.
   *
   * @param prepaid up to which announced length memory is taken before bytes arrive
   * @param onRelease called once when the socket has been closed
   * @throws IOException if the socket has been lost meanwhile
   */
  TcpTransport(
      TcpLoop loop, SocketChannel channel, Network network, int prepaid, Runnable onRelease)
      throws IOException {
    super(
        loop,
        Addresses.inWords((InetSocketAddress) channel.getRemoteAddress()),
        network,
        prepaid,
        onRelease);
    this.loop = loop;
    this.channel = channel;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.key = loop.register(channel, 0, this);
    this.bufferSize = Integer.MAX_VALUE;
  }

  /**
   * Wraps a socket that was accepted. In the loop.
   *
   * @param memory for what arrives in pieces
   * @param onRelease called once when the socket has been closed
   * @throws IOException if the socket has been lost meanwhile
   */
  TcpTransport(
      TcpLoop loop,
      SocketChannel channel,
      Network network,
      FrameDecoder.Memory memory,
      Runnable onRelease)
      throws IOException {
    super(
        loop,
        Addresses.inWords((InetSocketAddress) channel.getRemoteAddress()),
        network,
        memory,
        onRelease);
    this.loop = loop;
    this.channel = channel;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.key = loop.register(channel, 0, this);
    this.bufferSize = STRANGERS_BUFFER;
  }

  @Override
  public void onReady() {
    if (key.isReadable()) {
      read();
    }
    if (!isReleased() && key.isWritable()) {
      blocked = false;
      write();
      updateInterest();
    }
  }

  private void read() {
    try {
      long begun = loop.nanoTime();
      for (int i = 0; i < BUFFERS_PER_ROUND && wantsToRead(); i++) {
        ByteBuffer buffer = loop.readBuffer();
        buffer.limit(Math.min(buffer.capacity(), bufferSize));
        if (channel.read(buffer) < 0) {
          endOfStream();
          return;
        }
        boolean more = !buffer.hasRemaining();
        received(buffer.flip());
        if (!more || loop.nanoTime() - begun > NANOS_PER_ROUND) {
          break;
        }
      }
      updateInterest();
    } catch (IOException e) {
      lost(Addresses.inWords(e));
    }
  }

  @Override
  protected void write() {
    try {
      for (int i = 0; i < BUFFERS_PER_ROUND && !blocked; i++) {
        if (outbox().isEmpty()) {
          allWritten();
          return;
        }
        ByteBuffer buffer = loop.writeBuffer();
        outbox().copyTo(buffer);
        int written = channel.write(buffer.flip());
        outbox().advance(written);
        taken(written);
        if (buffer.hasRemaining()) {
          blocked = true;
          updateInterest();
        }
      }
      if (!blocked) {
        requestFlush();
      }
    } catch (IOException e) {
      lost(Addresses.inWords(e));
    }
  }

  @Override
  protected void updateInterest() {
    if (!isReleased()) {
      int interest =
          (wantsToRead() ? SelectionKey.OP_READ : 0) | (blocked ? SelectionKey.OP_WRITE : 0);
      if (interest != key.interestOps()) {
        key.interestOps(interest);
      }
    }
  }

  @Override
  protected void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void onLoopClosed() {
    endWithLoop();
  }

  @Override
  protected void closeSocket() {
    key.cancel();
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("closing the connection to {}", remote(), e);
    }
  }

  @Override
  public String toString() {
    return "tcp transport of " + remote();
  }
}
