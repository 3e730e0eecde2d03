package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;

/**
 * A long line to a node: passes on what comes, a fixed time later, in either direction. It has room
 * for everything and any bandwidth, so that all it adds is time.
 *
 * <p>A program: takes the node's port and the time of one way in microseconds, says its port, and
 * ends with its standard input.
 */
final class DelayLine {

  private static final int BUFFER_SIZE = 64 * 1024;
  private static final long SHORT = Duration.ofMillis(2).toNanos();
  private static final long PAUSE = Duration.ofNanos(20_000).toNanos();

  private final InetSocketAddress node;
  private final long delay;
  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final ByteBuffer read = ByteBuffer.allocateDirect(BUFFER_SIZE);

  /** What is under way. The delay is the same for all, so the first to come is the first due. */
  private final Deque<Parcel> underWay = new ArrayDeque<>();

  /** Some bytes; none for the end of the stream. */
  private record Parcel(long due, End to, ByteBuffer bytes) {}

  DelayLine(int nodePort, Duration oneWay) throws IOException {
    node = new InetSocketAddress(InetAddress.getLoopbackAddress(), nodePort);
    delay = oneWay.toNanos();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
  }

  public static void main(String[] arguments) throws IOException {
    DelayLine line =
        new DelayLine(
            Integer.parseInt(arguments[0]), Duration.ofNanos(1_000 * Long.parseLong(arguments[1])));
    line.start();
    System.out.println(line.port());
    while (System.in.read() >= 0) {
      // Lives as long as whoever started it.
    }
  }

  void start() {
    Thread passing = new Thread(this::pass, "delay line");
    passing.setDaemon(true);
    passing.start();
  }

  int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  private void pass() {
    try {
      while (selector.isOpen()) {
        select();
        deliver(System.nanoTime());
      }
    } catch (IOException e) {
      throw new IllegalStateException("the delay line's selector failed", e);
    }
  }

  /** Selectors count in milliseconds, so the last of them are waited for in small steps. */
  private void select() throws IOException {
    Parcel next = underWay.peek();
    long left = next == null ? Long.MAX_VALUE : next.due - System.nanoTime();
    if (left > SHORT) {
      selector.select(
          this::ready, next == null ? 0 : Duration.ofNanos(left - SHORT).toMillis() + 1);
      return;
    }
    if (left > 0) {
      LockSupport.parkNanos(Math.min(left, PAUSE));
    }
    selector.selectNow(this::ready);
  }

  private void deliver(long now) {
    for (Parcel next = underWay.peek(); next != null && next.due <= now; next = underWay.peek()) {
      underWay.remove();
      next.to.deliver(next.bytes);
    }
  }

  private void ready(SelectionKey key) {
    if (!key.isValid()) {
      return;
    }
    if (key.attachment() instanceof End end) {
      end.ready(key);
    } else {
      accept();
    }
  }

  private void accept() {
    try {
      for (SocketChannel client = listener.accept(); client != null; client = listener.accept()) {
        SocketChannel server = SocketChannel.open(node);
        End near = new End(client);
        End far = new End(server);
        near.join(far);
        far.join(near);
      }
    } catch (IOException e) {
      System.err.println("a connection was not accepted: " + e);
    }
  }

  /** One end of a connection through the line. */
  private final class End {

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Deque<ByteBuffer> out = new ArrayDeque<>();
    private End other = this;

    End(SocketChannel channel) throws IOException {
      this.channel = channel;
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    void join(End to) {
      other = to;
    }

    void ready(SelectionKey which) {
      try {
        if (which.isReadable()) {
          take();
        }
        if (which.isValid() && which.isWritable()) {
          write();
        }
      } catch (IOException e) {
        end();
      }
    }

    private void take() throws IOException {
      int size = channel.read(read.clear());
      if (size < 0) {
        end();
        return;
      }
      ByteBuffer bytes = ByteBuffer.allocate(size).put(read.flip()).flip();
      underWay.add(new Parcel(System.nanoTime() + delay, other, bytes));
    }

    private void end() {
      close();
      underWay.add(new Parcel(System.nanoTime() + delay, other, ByteBuffer.allocate(0)));
    }

    /** No bytes are the end. */
    void deliver(ByteBuffer bytes) {
      if (!key.isValid()) {
        return;
      }
      if (!bytes.hasRemaining()) {
        close();
        return;
      }
      out.add(bytes);
      try {
        write();
      } catch (IOException e) {
        end();
      }
    }

    private void write() throws IOException {
      while (!out.isEmpty()) {
        channel.write(out.element());
        if (out.element().hasRemaining()) {
          break;
        }
        out.remove();
      }
      key.interestOps(SelectionKey.OP_READ | (out.isEmpty() ? 0 : SelectionKey.OP_WRITE));
    }

    private void close() {
      key.cancel();
      try {
        channel.close();
      } catch (IOException e) {
        // It has gone.
      }
    }
  }
}
