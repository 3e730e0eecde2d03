package org.bitcoinmultiplexer.bitcoinj;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.bitcoinj.core.Context;
import org.bitcoinj.net.MessageWriteTarget;
import org.bitcoinj.net.StreamConnection;
import org.bitcoinj.utils.ListenableCompletableFuture;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What bitcoinj takes for a socket.
 *
 * <pre>
 *   WAITING ──open──► OPEN ──► CLOSED
 *      └─────────────────────────►
 * </pre>
 *
 * <p>Bitcoinj wants its calls in an order: the target first, then that it is open, whereupon it
 * writes at once, and only then the end of the future it waits for. Everything that it is told
 * comes in the channel's loop and so never within a call of its own; and with the context of its
 * wallet, whatever the thread had before.
 *
 * <p>A {@link DirectPeer} gets messages; anybody else frames, in a buffer with room for more than a
 * header, which bitcoinj insists on.
 */
final class PeerChannel implements MessageWriteTarget, Transport.Listener {

  /**
   * A conversation with the multiplexer.
   *
   * @param transport this side of it
   * @param closed why the multiplexer closed the other
   */
  record Joined(Transport transport, CompletableFuture<String> closed) {}

  /** What the channel needs of its manager. */
  interface Host {

    /**
     * Joins the channel to the multiplexer.
     *
     * @throws IllegalStateException if the multiplexer is closed
     */
    Joined connect(EventLoop loop);

    /** Bitcoinj has been told that the channel is closed; its last call. In the channel's loop. */
    void gone(PeerChannel channel);
  }

  /** More bytes than this that the multiplexer has not taken, and the channel is closed. */
  static final long MOST_UNSENT = 2L * ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

  /** The shortest buffer that bitcoinj reads from: four bytes more than a header. */
  static final int SHORTEST_BUFFER = FrameEncoder.HEADER_SIZE + 4;

  private enum State {
    WAITING,
    OPEN,
    CLOSED
  }

  private static final Logger log = LoggerFactory.getLogger(PeerChannel.class);

  private final Host host;
  private final EventLoop loop;
  private final SocketAddress address;
  private final StreamConnection connection;
  private final Context context;
  private final FrameEncoder encoder;
  private final FrameDecoder decoder; // guarded by itself
  private final ListenableCompletableFuture<SocketAddress> opened =
      new ListenableCompletableFuture<>();
  private volatile State state = State.WAITING; // changes in the loop
  private volatile @Nullable Transport transport;
  private @Nullable CompletableFuture<String> reason; // confined to the loop, as the next
  private boolean isClosedHere;

  PeerChannel(
      Host host,
      EventLoop loop,
      SocketAddress address,
      StreamConnection connection,
      Network framing,
      Context context) {
    this.host = host;
    this.loop = loop;
    this.address = address;
    this.connection = connection;
    this.context = context;
    this.encoder = FrameEncoder.of(framing);
    int limit = ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;
    this.decoder = new FrameDecoder(framing, limit, limit, new Framed());
  }

  SocketAddress address() {
    return address;
  }

  ListenableCompletableFuture<SocketAddress> opened() {
    return opened;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isWaiting() {
    return state == State.WAITING;
  }

  /** Nobody waits for it any more, and nobody is told. Any thread. */
  void forget() {
    EventLoops.offer(
        loop,
        () -> {
          if (state == State.WAITING) {
            state = State.CLOSED;
          }
        });
  }

  /** Connects, unless it is closed already. Any thread. */
  void open() {
    EventLoops.offer(loop, this::connect);
  }

  private void connect() {
    if (state != State.WAITING) {
      return;
    }
    Context.propagate(context);
    Joined joined;
    try {
      joined = host.connect(loop);
    } catch (IllegalStateException e) {
      finish(String.valueOf(e.getMessage()));
      return;
    }
    state = State.OPEN;
    transport = joined.transport();
    reason = joined.closed();
    joined.transport().start(this);
    greet();
  }

  @SuppressWarnings("CatchingUnchecked") // whatever it is, this connection ends and no other
  private void greet() {
    try {
      connection.setWriteTarget(this);
      connection.connectionOpened();
      opened.complete(address);
    } catch (Exception e) {
      log.warn("{}: it cannot be opened", address, e);
      closeConnection();
    }
  }

  // ---- what bitcoinj does

  /** A whole frame, as bitcoinj makes them. */
  @Override
  public ListenableCompletableFuture<Void> writeBytes(byte[] frame) throws IOException {
    synchronized (decoder) {
      decoder.decode(ByteBuffer.wrap(frame));
    }
    if (state == State.CLOSED) {
      throw new IOException("the connection is closed");
    }
    return written();
  }

  /** A message. Any thread. */
  ListenableCompletableFuture<Void> write(Message message) {
    Transport to = transport;
    if (to == null || state == State.CLOSED) {
      return failed("the connection is closed");
    }
    if (to.pendingBytes() > MOST_UNSENT) {
      closeConnection();
      return failed(to.pendingBytes() + " bytes wait for the multiplexer to take them");
    }
    to.send(message);
    return written();
  }

  private static ListenableCompletableFuture<Void> written() {
    ListenableCompletableFuture<Void> written = new ListenableCompletableFuture<>();
    written.complete(null);
    return written;
  }

  private static ListenableCompletableFuture<Void> failed(String reason) {
    ListenableCompletableFuture<Void> failed = new ListenableCompletableFuture<>();
    failed.completeExceptionally(new IOException(reason));
    return failed;
  }

  /** Any thread. */
  @Override
  public void closeConnection() {
    EventLoops.offer(
        loop,
        () -> {
          Transport open = transport;
          isClosedHere = true;
          if (open != null) {
            open.close();
          } else if (state == State.WAITING) {
            finish("closed before it was open");
          }
        });
  }

  /** What bitcoinj writes, out of its frames. */
  private final class Framed implements FrameDecoder.Listener {

    @Override
    public void onMessage(Message message) {
      var unused = write(message); // whether it is closed is looked at behind it
    }

    @Override
    public void onDropped(String reason) {
      log.warn("{}: a frame of bitcoinj's is passed over: {}", address, reason);
    }

    @Override
    public void onFatal(String reason) {
      log.warn("{}: bitcoinj writes what is no frame: {}", address, reason);
      closeConnection();
    }
  }

  // ---- what the multiplexer does

  @Override
  public void onMessage(Message message) {
    Context.propagate(context); // a listener may have left another here
    if (connection instanceof DirectPeer peer) {
      peer.receive(message);
    } else {
      receiveFrame(message);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // whatever it is, this connection ends and no other
  private void receiveFrame(Message message) {
    int size = FrameEncoder.frameSize(message);
    ByteBuffer frame = ByteBuffer.allocate(Math.max(SHORTEST_BUFFER, size));
    encoder.write(message, frame);
    frame.flip();
    try {
      if (connection.receiveBytes(frame) < 0) {
        closeConnection();
      }
    } catch (Exception e) {
      log.warn("{}: {} cannot be dealt with", address, message, e);
      closeConnection();
    }
  }

  @Override
  public void onRejected(String reason) {
    log.debug("{}: {}", address, reason); // no frame comes this way
  }

  @Override
  public void onWritable() {}

  @Override
  public void onClosed(String cause) {
    if (!isClosedHere && reason != null) {
      var unused = reason.thenAccept(why -> log.info("{}: closed: {}", address, why));
    }
    finish(cause);
  }

  private void finish(String cause) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    Context.propagate(context);
    try {
      connection.connectionClosed();
    } finally {
      host.gone(this);
      // Behind what bitcoinj has been told: it would bury the same peer twice.
      opened.completeExceptionally(new ConnectException(cause));
    }
  }
}
