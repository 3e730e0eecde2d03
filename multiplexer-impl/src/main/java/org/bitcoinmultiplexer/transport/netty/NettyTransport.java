package org.bitcoinmultiplexer.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.nio.ByteBuffer;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.Addresses;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.SocketTransport;

/**
 * A conversation over a channel of Netty, of whose pipeline it is the last handler.
 *
 * <p>Netty is given no more than its high-water mark; the rest waits as messages in the outbox.
 */
final class NettyTransport extends SocketTransport {

  /** How many bytes Netty is given at a time; and half of what it may hold per channel. */
  static final int CHUNK = 32 * 1024;

  private final SocketChannel channel;
  private final NettyLoop loop;
  private long handed; // bytes that Netty has and the operating system has not

  private NettyTransport(
      SocketChannel channel, NettyLoop loop, Network network, int prepaid, Runnable onRelease) {
    super(loop, Addresses.inWords(channel.remoteAddress()), network, prepaid, onRelease);
    this.channel = channel;
    this.loop = loop;
  }

  private NettyTransport(
      SocketChannel channel,
      NettyLoop loop,
      Network network,
      FrameDecoder.Memory memory,
      Runnable onRelease) {
    super(loop, Addresses.inWords(channel.remoteAddress()), network, memory, onRelease);
    this.channel = channel;
    this.loop = loop;
  }

  /**
   * Wraps a connected channel that does not read by itself.
   *
   * @param prepaid up to which announced length memory is taken before bytes arrive
   * @param onRelease called once when the channel is closed
   */
  static NettyTransport over(
      SocketChannel channel, Network network, int prepaid, Runnable onRelease) {
    NettyTransport transport =
        new NettyTransport(
            channel, new NettyLoop(channel.eventLoop()), network, prepaid, onRelease);
    return transport.serving();
  }

  /**
   * Wraps a channel that was accepted and does not read by itself.
   *
   * @param memory for what arrives in pieces
   * @param onRelease called once when the channel is closed
   */
  static NettyTransport accepted(
      SocketChannel channel, Network network, FrameDecoder.Memory memory, Runnable onRelease) {
    NettyTransport transport =
        new NettyTransport(channel, new NettyLoop(channel.eventLoop()), network, memory, onRelease);
    return transport.serving();
  }

  private NettyTransport serving() {
    channel.config().setAllowHalfClosure(true);
    channel.pipeline().addLast(new Handler());
    return this;
  }

  /** Where the callbacks come. */
  NettyLoop loop() {
    return loop;
  }

  /** Hears from the channel. */
  private final class Handler extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      try {
        received(bytes.nioBuffer());
        updateInterest();
      } finally {
        bytes.release();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (channel.eventLoop().isShuttingDown()) {
        lost("the event loop was closed");
      } else {
        peerClosed();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        endOfStream();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      lost(Addresses.inWords(cause));
      if (EventLoops.isFatal(cause)) {
        NettyLoop.uncaught((VirtualMachineError) cause);
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (channel.isWritable()) {
        requestFlush();
      }
    }
  }

  @Override
  protected void write() {
    boolean written = false;
    while (!isReleased() && channel.isWritable() && writeChunk()) {
      written = true;
    }
    if (written) {
      channel.flush();
    }
    finishIfDone();
  }

  /** Gives Netty the next bytes, if there are any. */
  private boolean writeChunk() {
    int size = (int) Math.min(CHUNK, outbox().pending() - handed);
    if (size <= 0) {
      return false;
    }
    ByteBuf chunk = channel.alloc().directBuffer(size, size);
    ByteBuffer out = chunk.internalNioBuffer(0, size);
    int start = out.position();
    outbox().copyTo(out);
    int length = out.position() - start;
    outbox().advance(length);
    handed += length;
    channel
        .write(chunk.writerIndex(length))
        .addListener((ChannelFuture future) -> written(length, future));
    return length > 0;
  }

  private void written(int length, ChannelFuture future) {
    handed -= length;
    if (isReleased()) {
      return;
    }
    Throwable failure = future.cause();
    if (failure != null) {
      lost(Addresses.inWords(failure));
      return;
    }
    taken(length);
    finishIfDone();
  }

  private void finishIfDone() {
    if (handed == 0 && outbox().isEmpty()) {
      allWritten();
    }
  }

  @Override
  protected void updateInterest() {
    if (!isReleased()) {
      channel.config().setAutoRead(wantsToRead());
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel, which is heard of
  protected void shutdownOutput() {
    channel.shutdownOutput();
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // nothing depends on when it is closed
  protected void closeSocket() {
    channel.close();
  }

  @Override
  public String toString() {
    return "netty transport of " + remote();
  }
}
