package embedder;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** A transport written by hand: one blocking socket, a thread that reads and a thread that writes. */
public final class SocketTransport implements Transport {

  private final Socket socket;
  private final Network network;
  private final LinkedBlockingQueue<Message> outgoing = new LinkedBlockingQueue<>();
  private final AtomicLong pending = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ReentrantLock gate = new ReentrantLock();
  private final Condition opened = gate.newCondition();
  private boolean reading = true;
  private volatile boolean started;

  public SocketTransport(Socket socket, Network network) {
    this.socket = socket;
    this.network = network;
  }

  /** Dials with blocking sockets. */
  public static Connector connector(String host, int port, Network network) {
    return new Connector() {
      @Override
      public CompletionStage<Transport> connect() {
        return CompletableFuture.supplyAsync(
            () -> {
              try {
                return new SocketTransport(new Socket(host, port), network);
              } catch (IOException e) {
                throw new IllegalStateException(target() + ": " + e.getMessage(), e);
              }
            });
      }

      @Override
      public String target() {
        return host + ":" + port;
      }
    };
  }

  @Override
  public void start(Listener listener) {
    if (started) {
      throw new IllegalStateException("started twice");
    }
    started = true;
    spawn("writer", () -> write(listener));
    spawn("reader", () -> read(listener));
  }

  private void spawn(String what, Runnable loop) {
    Thread thread = new Thread(loop, what + " of " + remote());
    thread.setDaemon(true);
    thread.start();
  }

  private void read(Listener listener) {
    String cause = "the peer closed";
    String[] fatal = new String[1];
    FrameDecoder decoder =
        new FrameDecoder(
            network,
            MAX_PROTOCOL_MESSAGE_LENGTH,
            0,
            new FrameDecoder.Listener() {
              @Override
              public void onMessage(Message message) {
                listener.onMessage(message);
              }

              @Override
              public void onDropped(String reason) {
                listener.onRejected(reason);
              }

              @Override
              public void onFatal(String reason) {
                fatal[0] = reason;
              }
            });
    try (InputStream in = socket.getInputStream()) {
      byte[] buffer = new byte[64 * 1024];
      for (int n = in.read(buffer); n >= 0 && fatal[0] == null; n = in.read(buffer)) {
        decoder.decode(ByteBuffer.wrap(buffer, 0, n));
        awaitGate();
      }
    } catch (IOException | InterruptedException e) {
      cause = e.toString();
    }
    close();
    listener.onClosed(fatal[0] != null ? fatal[0] : cause);
  }

  private void write(Listener listener) {
    FrameEncoder encoder = FrameEncoder.of(network);
    try (OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024)) {
      while (!closed.get()) {
        Message message = outgoing.take();
        ByteBuffer header = encoder.header(message);
        byte[] bytes = new byte[header.remaining()];
        header.duplicate().get(bytes);
        out.write(bytes);
        out.write(message.array(), message.offset(), message.size());
        if (outgoing.isEmpty()) {
          out.flush();
        }
        if (pending.addAndGet(-FrameEncoder.frameSize(message)) == 0) {
          listener.onWritable();
        }
      }
    } catch (IOException | InterruptedException e) {
      close();
    }
  }

  private void awaitGate() throws InterruptedException {
    gate.lock();
    try {
      while (!reading && !closed.get()) {
        opened.await();
      }
    } finally {
      gate.unlock();
    }
  }

  @Override
  public void send(Message message) {
    if (!closed.get()) {
      pending.addAndGet(FrameEncoder.frameSize(message));
      outgoing.add(message);
    }
  }

  @Override
  public long pendingBytes() {
    return pending.get();
  }

  @Override
  public void reading(boolean enabled) {
    gate.lock();
    try {
      reading = enabled;
      opened.signalAll();
    } finally {
      gate.unlock();
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      reading(true);
      try {
        socket.close();
      } catch (IOException e) {
        // Closed is closed.
      }
    }
  }

  @Override
  public String remote() {
    return socket.getInetAddress().getHostAddress() + ":" + socket.getPort();
  }
}
