package org.bitcoinmultiplexer.transport.memory;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.Inbox;
import org.bitcoinmultiplexer.transport.Outbox;
import org.jspecify.annotations.Nullable;

/**
 * One end of a conversation in memory.
 *
 * <p>Each end has a mail queue, filled by the other end from any thread and emptied by a task of
 * its own loop, which is under way whenever there may be something to take. What the queue holds
 * counts as the other end's pending bytes, a message as much as in a queue of a socket's.
 */
final class MemoryTransport implements Transport {

  /** So many pieces of mail are taken in one task; then the loop's other tasks have their turn. */
  private static final int TURN = 64;

  /** The last piece of mail. The others are a {@link Message}, or a frame as {@link ByteBuffer}. */
  private static final Object END = new Object();

  private final EventLoop loop;
  private final String remote;
  private final @Nullable FrameEncoder encoder;
  private final @Nullable FrameDecoder decoder;
  private final Runnable onRelease;
  private final Inbox inbox;
  private final Queue<Object> mail = new ConcurrentLinkedQueue<>();
  private final AtomicLong pending = new AtomicLong();
  private final AtomicBoolean collecting = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean gone = new AtomicBoolean(); // takes and sends nothing any more
  private MemoryTransport peer;

  @SuppressWarnings("NullAway") // both ends are joined before either is handed out
  private MemoryTransport(
      EventLoop loop, String remote, @Nullable Network framing, Runnable onRelease) {
    this.loop = loop;
    this.remote = remote;
    this.onRelease = onRelease;
    this.inbox = new Inbox(loop, remote, this::release);
    int limit = MAX_PROTOCOL_MESSAGE_LENGTH;
    this.encoder = framing == null ? null : FrameEncoder.of(framing);
    this.decoder = framing == null ? null : new FrameDecoder(framing, limit, limit, inbox);
  }

  /**
   * Makes two ends that talk to each other.
   *
   * @param framing whose frames the messages pass through, or null to pass them as they are
   */
  static MemoryPair pair(
      EventLoop leftLoop,
      String leftRemote,
      EventLoop rightLoop,
      String rightRemote,
      @Nullable Network framing,
      Runnable onRightReleased) {
    MemoryTransport left = new MemoryTransport(leftLoop, leftRemote, framing, () -> {});
    MemoryTransport right = new MemoryTransport(rightLoop, rightRemote, framing, onRightReleased);
    left.peer = right;
    right.peer = left;
    return new MemoryPair(left, right);
  }

  @Override
  public void start(Listener listener) {
    inbox.start(listener, this::collect);
  }

  @Override
  public void send(Message message) {
    if (!gone.get()) {
      post(encoder == null ? message : encoder.frame(message));
    }
  }

  /** Sends what need not be a frame at all. */
  void sendRaw(byte[] bytes) {
    post(ByteBuffer.wrap(bytes));
  }

  private void post(Object piece) {
    pending.addAndGet(cost(piece));
    peer.mail.add(piece);
    peer.wake();
  }

  private static int cost(Object piece) {
    if (piece instanceof Message message) {
      return Outbox.footprint(message);
    }
    return piece instanceof ByteBuffer bytes ? bytes.capacity() : 0;
  }

  private void wake() {
    if (collecting.compareAndSet(false, true)) {
      EventLoops.offer(loop, this::collect);
    }
  }

  private void collect() {
    collecting.set(false); // before looking: what is posted from now on wakes again
    inbox.resume();
    for (int i = 0; i < TURN; i++) {
      // An end that is gone takes no notice of back-pressure: its last words and the end follow.
      Object piece = inbox.ready() || gone.get() || peer.gone.get() ? mail.poll() : null;
      if (piece == null) {
        return;
      }
      take(piece);
    }
    wake();
  }

  private void take(Object piece) {
    if (piece instanceof Message message) {
      inbox.onMessage(message);
    } else if (piece instanceof ByteBuffer bytes && decoder != null) {
      decoder.decode(bytes);
    } else {
      inbox.ended("closed by the peer");
    }
    int cost = cost(piece);
    long left = peer.pending.addAndGet(-cost);
    if (left <= Outbox.LOW_WATER && left + cost > Outbox.LOW_WATER) {
      peer.inbox.writable();
    }
  }

  @Override
  public long pendingBytes() {
    return gone.get() ? 0 : pending.get();
  }

  @Override
  public void reading(boolean enabled) {
    inbox.reading(enabled);
    if (enabled) {
      wake();
    }
  }

  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      if (loop.inEventLoop()) {
        inbox.closing(); // nothing is delivered once close() has returned there
      }
      release();
      EventLoops.offer(
          loop,
          () -> {
            inbox.closing();
            inbox.closed("closed here");
          });
    }
  }

  private void release() {
    if (gone.compareAndSet(false, true)) {
      post(END);
      wake(); // to throw away what the peer has sent
      onRelease.run();
    }
  }

  @Override
  public String remote() {
    return remote;
  }

  @Override
  public String toString() {
    return "memory transport of " + remote;
  }
}
