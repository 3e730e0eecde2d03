package org.bitcoinmultiplexer.transport;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * A conversation over a connected socket: its life, its frames and its queues, whatever moves the
 * bytes.
 *
 * <pre>
 *   OPEN ──close──► CLOSING ──all is written──► FINISHED ──the peer closes too──► RELEASED
 *     │                └───────────────the peer takes its time: LINGER──────────────► ▲
 *     └──────────────the peer goes, the socket fails, the bytes are no frames─────────┘
 * </pre>
 *
 * <p>Whatever is sent during one round of the loop is written together at its end. From CLOSING on
 * nothing more is accepted or delivered, but the peer is still read from: closing a socket that
 * holds unread bytes would take away what was written to it last. In FINISHED the peer has been
 * told that nothing follows. RELEASED is the end; {@code onClosed} is on its way.
 *
 * <p>A peer that has shut down its own side is not read from any more. In OPEN the listener says
 * whether the other side stays; in CLOSING what is left is written all the same.
 *
 * <p><b>Threading.</b> The methods of {@link Transport} from any thread, those for subclasses in
 * the connection's loop.
 */
public abstract class SocketTransport implements Transport {

  /** How long closing may take, for a peer that does not read, or does not close. */
  public static final Duration LINGER = Duration.ofSeconds(1);

  /**
   * After so long the next connection is read from: a buffer of a block is copied in no time, one
   * of thousands of small messages is not, and the others must not wait for several of those. In
   * nanoseconds.
   */
  public static final long NANOS_PER_ROUND = 500_000;

  private static final String CLOSED_HERE = "closed here";

  private enum State {
    OPEN,
    CLOSING,
    FINISHED,
    RELEASED
  }

  private final EventLoop loop;
  private final String remote;
  private final Runnable onRelease;
  private final Inbox inbox;
  private final Outbox outbox;
  private final FrameDecoder decoder;
  private final MemoryWait memoryWait;
  private final AtomicBoolean flushing = new AtomicBoolean();
  private final Runnable flush = this::flush;
  private volatile State state = State.OPEN;
  private boolean inputShutdown; // by the peer
  private EventLoop.@Nullable Timer lingering;

  /**
   * A conversation that has not been started.
   *
   * @param loop where the socket is served and the callbacks come
   * @param remote the peer's address in words
   * @param network whose frames are exchanged
   * @param prepaid up to which announced length memory is taken before bytes arrive
   * @param onRelease called once when the socket has been closed
   */
  protected SocketTransport(
      EventLoop loop, String remote, Network network, int prepaid, Runnable onRelease) {
    this(
        loop,
        remote,
        network,
        onRelease,
        inbox -> new FrameDecoder(network, MAX_PROTOCOL_MESSAGE_LENGTH, prepaid, inbox));
  }

  /**
   * A conversation that has not been started, with somebody one has no reason to trust.
   *
   * @param loop where the socket is served and the callbacks come
   * @param remote the peer's address in words
   * @param network whose frames are exchanged
   * @param memory for what arrives in pieces
   * @param onRelease called once when the socket has been closed
   */
  protected SocketTransport(
      EventLoop loop,
      String remote,
      Network network,
      FrameDecoder.Memory memory,
      Runnable onRelease) {
    this(loop, remote, network, onRelease, inbox -> new FrameDecoder(network, memory, inbox));
  }

  private SocketTransport(
      EventLoop loop,
      String remote,
      Network network,
      Runnable onRelease,
      Function<Inbox, FrameDecoder> decoder) {
    this.loop = loop;
    this.remote = remote;
    this.onRelease = onRelease;
    this.inbox = new Inbox(loop, remote, this::release);
    this.outbox = new Outbox(network);
    this.decoder = decoder.apply(inbox);
    this.memoryWait = new MemoryWait(loop, () -> state == State.OPEN, this::updateInterest);
  }

  // ---- what a subclass does with its socket

  /**
   * Writes what the {@link #outbox} has, as far as the socket takes it, and reports with {@link
   * #taken} and {@link #allWritten}.
   */
  protected abstract void write();

  /** Watches for what arrives, or stops to, as {@link #wantsToRead} says by now. */
  protected abstract void updateInterest();

  /**
   * Tells the peer that nothing follows.
   *
   * @throws IOException if the socket is lost
   */
  protected abstract void shutdownOutput() throws IOException;

  /** Closes the socket. Called once. */
  protected abstract void closeSocket();

  // ---- what a subclass is given for it

  /**
   * What is to be written.
   *
   * @return the queue, whose frames the subclass copies and passes over
   */
  protected final Outbox outbox() {
    return outbox;
  }

  /**
   * Whether the socket should be read from.
   *
   * @return false while the listener does not want to hear, and after the end
   */
  protected final boolean wantsToRead() {
    return switch (state) {
      case OPEN -> !inputShutdown && !memoryWait.isWaiting() && inbox.ready();
      case CLOSING, FINISHED -> !inputShutdown;
      case RELEASED -> false;
    };
  }

  /**
   * Whether the socket has been closed.
   *
   * @return true from the call of {@link #closeSocket} on
   */
  protected final boolean isReleased() {
    return state == State.RELEASED;
  }

  /**
   * Takes what arrived. Behind {@link #close} it is thrown away.
   *
   * @param bytes consumed and not kept
   */
  protected final void received(ByteBuffer bytes) {
    if (state == State.OPEN) {
      decoder.decode(bytes);
      memoryWait.await(decoder);
    }
  }

  /** The peer sends nothing more; whether it reads what it is sent shows when that is written. */
  protected final void endOfStream() {
    inputShutdown = true;
    switch (state) {
      case OPEN -> inbox.inputShutdown(closedByPeer());
      case FINISHED -> closed(CLOSED_HERE);
      case CLOSING, RELEASED -> {
        // What is written last is written, or is not.
      }
    }
    updateInterest();
  }

  /** The peer has closed, in both directions. */
  protected final void peerClosed() {
    lost(closedByPeer());
  }

  private String closedByPeer() {
    return decoder.isIdle() ? "closed by the peer" : "closed by the peer within a frame";
  }

  /**
   * The socket can be used no more.
   *
   * @param cause in words
   */
  protected final void lost(String cause) {
    switch (state) {
      case OPEN -> inbox.ended(cause);
      case CLOSING, FINISHED -> closed(CLOSED_HERE);
      case RELEASED -> {
        // What comes last says nothing new.
      }
    }
  }

  /**
   * The operating system has taken bytes.
   *
   * @param bytes that were copied from the outbox
   */
  protected final void taken(long bytes) {
    if (outbox.taken(bytes)) {
      inbox.writable();
    }
  }

  /** The operating system has taken everything; if that was the last of it, says so to the peer. */
  protected final void allWritten() {
    if (moved(State.CLOSING, State.FINISHED)) {
      try {
        shutdownOutput();
      } catch (IOException e) {
        lost(Addresses.inWords(e));
      }
      if (inputShutdown) {
        closed(CLOSED_HERE);
      }
    }
  }

  /** Has {@link #write} called at the end of the round. Any thread. */
  protected final void requestFlush() {
    if (flushing.compareAndSet(false, true)) {
      EventLoops.offer(loop, flush);
    }
  }

  /** The loop is ending: writes what is taken at once, and says goodbye. */
  protected final void endWithLoop() {
    moved(State.OPEN, State.CLOSING);
    long before;
    do {
      before = outbox.pending();
      flush();
    } while (state == State.CLOSING && outbox.pending() < before);
    closed("the event loop was closed");
  }

  private void flush() {
    flushing.set(false); // before looking: what is sent from now on asks for another
    if (state == State.OPEN || state == State.CLOSING) {
      write();
    }
  }

  /** One step of its life, unless another thread was faster. */
  private synchronized boolean moved(State from, State to) {
    if (state != from) {
      return false;
    }
    state = to;
    return true;
  }

  // ---- the transport

  /**
   * Begins to read: {@link Transport#start}.
   *
   * @param listener hears what comes
   */
  @Override
  public final void start(Listener listener) {
    inbox.start(listener, this::updateInterest);
  }

  /**
   * Sends a message, in the order in which they are given: {@link Transport#send}.
   *
   * @param message is not copied
   */
  @Override
  public final void send(Message message) {
    if (state == State.OPEN) {
      outbox.add(message);
      requestFlush();
    }
  }

  /**
   * How much waits to be sent: {@link Transport#pendingBytes}.
   *
   * @return bytes that the operating system has not taken
   */
  @Override
  public final long pendingBytes() {
    return isReleased() ? 0 : outbox.held();
  }

  /**
   * Stops or resumes reading: {@link Transport#reading}.
   *
   * @param enabled whether to read
   */
  @Override
  public final void reading(boolean enabled) {
    inbox.reading(enabled);
    EventLoops.offer(
        loop,
        () -> {
          inbox.resume();
          updateInterest();
        });
  }

  /** Closes the connection when what was sent is out: {@link Transport#close}. */
  @Override
  public final void close() {
    if (moved(State.OPEN, State.CLOSING) || isReleased()) {
      if (loop.inEventLoop()) {
        inbox.closing(); // nothing is delivered once close() has returned there
      }
      EventLoops.offer(loop, this::beginClose);
    }
  }

  @Override
  public final void abort() {
    if (moved(State.OPEN, State.CLOSING)) {
      if (loop.inEventLoop()) {
        inbox.closing();
      }
      EventLoops.offer(loop, this::cut);
    }
  }

  private void beginClose() {
    if (isReleased()) {
      closed(CLOSED_HERE);
      return;
    }
    inbox.closing();
    lingering = loop.schedule(LINGER, this::cut);
    flush();
    updateInterest();
  }

  private void cut() {
    long unwritten = outbox.pending();
    closed(
        unwritten == 0
            ? CLOSED_HERE
            : CLOSED_HERE + "; the peer did not take the last " + unwritten + " bytes");
  }

  private void closed(String cause) {
    inbox.closing();
    inbox.closed(cause);
  }

  private void release() {
    if (isReleased()) {
      return;
    }
    synchronized (this) { // a close() of another thread comes before or behind this, not in between
      state = State.RELEASED;
    }
    if (lingering != null) {
      lingering.cancel();
    }
    outbox.clear();
    memoryWait.cancel();
    decoder.close();
    closeSocket();
    onRelease.run();
  }

  /**
   * Where the peer is: {@link Transport#remote}.
   *
   * @return its address and port
   */
  @Override
  public final String remote() {
    return remote;
  }
}
