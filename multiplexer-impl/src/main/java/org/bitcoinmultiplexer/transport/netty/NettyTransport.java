package org.bitcoinmultiplexer.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.Addresses;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.Inbox;
import org.bitcoinmultiplexer.transport.Outbox;
import org.jspecify.annotations.Nullable;

/**
 * A conversation over a channel of Netty, and the last handler of its pipeline.
 *
 * <p>Whatever is sent during one turn of the event loop is flushed together at its end. Netty is
 * given no more than its high-water mark; the rest waits as messages in the outbox.
 */
final class NettyTransport extends ChannelInboundHandlerAdapter implements Transport {

  /** How many bytes Netty is given at a time; and half of what it may hold per channel. */
  static final int CHUNK = 32 * 1024;

  /** How long closing may take, for a peer that does not read, or does not close. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private static final String CLOSED_HERE = "closed here";

  private final SocketChannel channel;
  private final NettyLoop loop;
  private final String remote;
  private final Runnable onRelease;
  private final Inbox inbox;
  private final Outbox outbox;
  private final FrameDecoder decoder;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean flushing = new AtomicBoolean();
  private final Runnable flush = this::flush;
  private volatile boolean gone; // accepts nothing to send any more
  private volatile boolean released; // the channel is being closed
  private boolean finSent;
  private long handed; // bytes that Netty has and the operating system has not
  private EventLoop.@Nullable Timer lingering;

  /**
   * Wraps a connected channel that does not read by itself.
   *
   * @param prepaid up to which announced length memory is taken before bytes arrive
   * @param onRelease called once when the channel is closed
   */
  NettyTransport(SocketChannel channel, Network network, int prepaid, Runnable onRelease) {
    this.channel = channel;
    this.loop = new NettyLoop(channel.eventLoop());
    this.remote = Addresses.inWords(channel.remoteAddress());
    this.onRelease = onRelease;
    this.inbox = new Inbox(loop, this::release);
    this.outbox = new Outbox(network);
    this.decoder = new FrameDecoder(network, FrameDecoder.MAX_BODY_SIZE, prepaid, inbox);
  }

  /** Where the callbacks come. */
  EventLoop loop() {
    return loop;
  }

  @Override
  public void start(Listener listener) {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("the connection to " + remote + " has been started before");
    }
    EventLoops.offer(
        loop,
        () -> {
          inbox.open(listener);
          updateInterest();
        });
  }

  @Override
  public void send(Message message) {
    if (!gone) {
      outbox.add(message);
      requestFlush();
    }
  }

  private void requestFlush() {
    if (flushing.compareAndSet(false, true)) {
      EventLoops.offer(loop, flush);
    }
  }

  @Override
  public long pendingBytes() {
    return released ? 0 : outbox.pending();
  }

  @Override
  public void reading(boolean enabled) {
    inbox.reading(enabled);
    EventLoops.offer(
        loop,
        () -> {
          inbox.resume();
          updateInterest();
        });
  }

  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      gone = true;
      if (loop.inEventLoop()) {
        inbox.closing(); // nothing is delivered once close() has returned there
      }
      EventLoops.offer(loop, this::beginClose);
    }
  }

  private void beginClose() {
    inbox.closing();
    if (released) {
      inbox.closed(CLOSED_HERE);
      return;
    }
    lingering = loop.schedule(LINGER, this::cut);
    flush();
    updateInterest();
  }

  private void cut() {
    long unwritten = outbox.pending();
    inbox.closed(
        unwritten == 0
            ? CLOSED_HERE
            : CLOSED_HERE + "; the peer did not take the last " + unwritten + " bytes");
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object received) {
    ByteBuf bytes = (ByteBuf) received;
    try {
      if (!closing.get()) {
        decoder.decode(bytes.nioBuffer());
        updateInterest();
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (channel.eventLoop().isShuttingDown()) {
      lost("the event loop was closed");
    } else {
      lost(decoder.isIdle() ? "closed by the peer" : "closed by the peer within a frame");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    lost(Addresses.inWords(cause));
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      requestFlush();
    }
  }

  private void flush() {
    flushing.set(false); // before looking: what is sent from now on asks for another
    boolean written = false;
    while (!released && !finSent && channel.isWritable() && writeChunk()) {
      written = true;
    }
    if (written) {
      channel.flush();
    }
    finish();
  }

  /** Gives Netty the next bytes, if there are any. */
  private boolean writeChunk() {
    int size = (int) Math.min(CHUNK, outbox.pending() - handed);
    if (size <= 0) {
      return false;
    }
    ByteBuf chunk = channel.alloc().directBuffer(size, size);
    ByteBuffer out = chunk.internalNioBuffer(0, size);
    int start = out.position();
    outbox.copyTo(out);
    int length = out.position() - start;
    outbox.advance(length);
    handed += length;
    channel
        .write(chunk.writerIndex(length))
        .addListener((ChannelFuture future) -> written(length, future));
    return length > 0;
  }

  private void written(int length, ChannelFuture future) {
    handed -= length;
    if (released) {
      return;
    }
    Throwable failure = future.cause();
    if (failure != null) {
      lost(Addresses.inWords(failure));
      return;
    }
    if (outbox.taken(length)) {
      inbox.writable();
    }
    finish();
  }

  /** If everything is written, and was the last of it, says so to the peer. */
  @SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel, which is heard of
  private void finish() {
    if (closing.get() && !released && !finSent && handed == 0 && outbox.isEmpty()) {
      finSent = true;
      channel.shutdownOutput();
    }
  }

  private void updateInterest() {
    if (!released) {
      channel.config().setAutoRead(closing.get() || inbox.ready());
    }
  }

  private void lost(String cause) {
    if (closing.get()) {
      inbox.closing();
      inbox.closed(CLOSED_HERE);
    } else {
      inbox.ended(cause);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing depends on when it is closed
  private void release() {
    if (!released) {
      released = true;
      gone = true;
      if (lingering != null) {
        lingering.cancel();
      }
      outbox.clear();
      channel.close();
      onRelease.run();
    }
  }

  @Override
  public String remote() {
    return remote;
  }

  @Override
  public String toString() {
    return "netty transport of " + remote;
  }
}
