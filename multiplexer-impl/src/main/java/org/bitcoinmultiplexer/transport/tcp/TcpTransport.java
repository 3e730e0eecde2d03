package org.bitcoinmultiplexer.transport.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation over a socket of a {@link TcpLoop}.
 *
 * <p>Whatever is sent during one round of the loop is written together at its end. Once the
 * operating system takes no more, nothing is tried until the selector says that it does again.
 */
final class TcpTransport implements Transport, Selectable {

  /** How long closing may take, for a peer that does not read, or does not close. */
  static final Duration LINGER = Duration.ofSeconds(1);

  private static final String CLOSED_HERE = "closed here";
  private static final Logger log = LoggerFactory.getLogger(TcpTransport.class);

  /** So many buffers of bytes one connection may read, or write, in one round. */
  private static final int BUFFERS_PER_ROUND = 4;

  /**
   * After so long the next connection is read from: a buffer of a block is copied in no time, one
   * of thousands of small messages is not, and the others must not wait for four of those.
   */
  private static final long NANOS_PER_ROUND = 500_000;

  private final TcpLoop loop;
  private final SocketChannel channel;
  private final SelectionKey key;
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
  private volatile boolean released; // the socket is closed
  private boolean blocked; // until the selector says that the socket takes more
  private boolean finSent;
  private EventLoop.@Nullable Timer lingering;

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
    this.loop = loop;
    this.channel = channel;
    this.remote = Addresses.inWords((InetSocketAddress) channel.getRemoteAddress());
    this.onRelease = onRelease;
    this.inbox = new Inbox(loop, this::release);
    this.outbox = new Outbox(network);
    this.decoder = new FrameDecoder(network, FrameDecoder.MAX_BODY_SIZE, prepaid, inbox);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.key = loop.register(channel, 0, this);
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
  public void onReady() {
    if (key.isReadable()) {
      read();
    }
    if (!released && key.isWritable()) {
      blocked = false;
      flush();
      updateInterest();
    }
  }

  private void read() {
    try {
      long begun = loop.nanoTime();
      for (int i = 0; i < BUFFERS_PER_ROUND && wantsToRead(); i++) {
        ByteBuffer buffer = loop.readBuffer();
        if (channel.read(buffer) < 0) {
          lost(decoder.isIdle() ? "closed by the peer" : "closed by the peer within a frame");
          return;
        }
        boolean more = !buffer.hasRemaining();
        if (!closing.get()) {
          decoder.decode(buffer.flip());
        }
        if (!more || loop.nanoTime() - begun > NANOS_PER_ROUND) {
          break;
        }
      }
      updateInterest();
    } catch (IOException e) {
      lost(Addresses.inWords(e));
    }
  }

  private boolean wantsToRead() {
    return !released && (closing.get() || inbox.ready());
  }

  private void flush() {
    flushing.set(false); // before looking: what is sent from now on asks for another
    if (released || blocked || finSent) {
      return;
    }
    try {
      for (int i = 0; i < BUFFERS_PER_ROUND; i++) {
        if (outbox.isEmpty()) {
          finish();
          return;
        }
        ByteBuffer buffer = loop.writeBuffer();
        outbox.copyTo(buffer);
        int written = channel.write(buffer.flip());
        outbox.advance(written);
        if (outbox.taken(written)) {
          inbox.writable();
        }
        if (buffer.hasRemaining()) {
          blocked = true;
          updateInterest();
          return;
        }
      }
      requestFlush();
    } catch (IOException e) {
      lost(Addresses.inWords(e));
    }
  }

  /** Everything is written; if that was the last of it, says so to the peer. */
  private void finish() throws IOException {
    if (closing.get()) {
      finSent = true;
      channel.shutdownOutput();
    }
  }

  private void updateInterest() {
    if (!released) {
      int interest =
          (wantsToRead() ? SelectionKey.OP_READ : 0) | (blocked ? SelectionKey.OP_WRITE : 0);
      if (interest != key.interestOps()) {
        key.interestOps(interest);
      }
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

  @Override
  public void onLoopClosed() {
    closing.set(true);
    gone = true;
    while (!released && !blocked && !finSent) {
      flush();
    }
    inbox.closing();
    inbox.closed("the event loop was closed");
  }

  private void release() {
    if (!released) {
      released = true;
      gone = true;
      if (lingering != null) {
        lingering.cancel();
      }
      outbox.clear();
      key.cancel();
      try {
        channel.close();
      } catch (IOException e) {
        log.debug("closing the connection to {}", remote, e);
      }
      onRelease.run();
    }
  }

  @Override
  public String remote() {
    return remote;
  }

  @Override
  public String toString() {
    return "tcp transport of " + remote;
  }
}
