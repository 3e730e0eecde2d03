package org.bitcoinmultiplexer.transport.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.Addresses;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket at which clients arrive.
 *
 * <p>Accepts a bounded number in one round of the loop, so that a storm of connections does not
 * stop the conversations there are; and pauses when the operating system has no descriptor left
 * instead of asking for one over and over again.
 */
public final class TcpListener implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TcpListener.class);
  private static final int BACKLOG = 1024;
  private static final int ACCEPTS_PER_ROUND = 64;
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration COMPLAINT_EVERY = Duration.ofMinutes(1);
  private static final long CLOSE_SECONDS = 5;

  private final TcpLoop loop;
  private final ServerSocketChannel channel;
  private final InetSocketAddress address;
  private final Network network;
  private final AcceptLimits.Gate gate;
  private final List<TcpLoop> homes;
  private final BiConsumer<? super Transport, ? super EventLoop> onAccept;
  private @Nullable SelectionKey key; // once it has been registered in the loop
  private int turn; // whose it is among the homes; in the loop
  private long pauses;
  private long complained;

  private TcpListener(
      TcpLoop loop,
      ServerSocketChannel channel,
      Network network,
      AcceptLimits limits,
      List<TcpLoop> homes,
      BiConsumer<? super Transport, ? super EventLoop> onAccept)
      throws IOException {
    this.loop = loop;
    this.channel = channel;
    this.address = (InetSocketAddress) channel.getLocalAddress();
    this.network = network;
    this.gate = new AcceptLimits.Gate(limits);
    this.homes = List.copyOf(homes);
    this.onAccept = onAccept;
  }

  static TcpListener open(
      TcpLoop loop,
      InetSocketAddress address,
      Network network,
      AcceptLimits limits,
      List<TcpLoop> homes,
      BiConsumer<? super Transport, ? super EventLoop> onAccept)
      throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(address, BACKLOG);
      TcpListener listener = new TcpListener(loop, channel, network, limits, homes, onAccept);
      loop.execute(listener::register);
      return listener;
    } catch (IOException e) {
      channel.close();
      BindException inWords =
          new BindException(Addresses.inWords(address) + ": " + Addresses.inWords(e));
      inWords.initCause(e);
      throw inWords;
    } catch (RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Where it listens.
   *
   * @return the address with the port that was taken
   */
  public InetSocketAddress address() {
    return address;
  }

  /**
   * Whether clients may arrive here.
   *
   * @return false once it has been closed
   */
  public boolean isListening() {
    return channel.isOpen();
  }

  /**
   * How many of the connections accepted here are open.
   *
   * @return 0 or more
   */
  public int connections() {
    return gate.count();
  }

  /**
   * Stops listening; the connections live on. Idempotent; any thread. Waits until the address is
   * free, up to five seconds, unless called from the loop.
   */
  @Override
  public void close() {
    CountDownLatch done = new CountDownLatch(1);
    boolean given =
        EventLoops.offer(
            loop,
            () -> {
              free();
              done.countDown();
            });
    try {
      if (given && !loop.inEventLoop() && !done.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("{} is still bound {} seconds after it was closed", this, CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "tcp listener at " + Addresses.inWords(address);
  }

  private void register() {
    try {
      key = loop.register(channel, SelectionKey.OP_ACCEPT, new Acceptor());
    } catch (IOException e) {
      log.error("{} cannot listen", this, e);
      free();
    }
  }

  private void free() {
    try {
      channel.close();
      loop.freeCancelled();
    } catch (IOException e) {
      log.debug("closing {}", this, e);
    }
  }

  /** Hears from the selector; not part of the public face. */
  private final class Acceptor implements Selectable {

    @Override
    public void onReady() {
      try {
        for (int i = 0; i < ACCEPTS_PER_ROUND; i++) {
          SocketChannel accepted = channel.accept();
          if (accepted == null) {
            return;
          }
          admit(accepted);
        }
      } catch (IOException e) {
        complain(e);
        interest(0);
        loop.schedule(PAUSE, () -> interest(SelectionKey.OP_ACCEPT));
      }
    }

    @Override
    public void onLoopClosed() {
      free();
    }
  }

  /** Of the first, then once a minute: whoever uses up all descriptors may do so for hours. */
  private void complain(IOException cause) {
    long now = loop.nanoTime();
    if (pauses++ == 0 || now - complained >= COMPLAINT_EVERY.toNanos()) {
      log.warn(
          "{} could not accept a connection, lastly {}; pauses so far: {}",
          this,
          Addresses.inWords(cause),
          pauses);
      complained = now;
    }
  }

  private void interest(int operations) {
    SelectionKey mine = key;
    if (mine != null && mine.isValid()) {
      mine.interestOps(operations);
    }
  }

  private void admit(SocketChannel client) {
    try {
      InetSocketAddress from = (InetSocketAddress) client.getRemoteAddress();
      String host = gate.host(from.getAddress());
      if (!gate.enter(host)) {
        gate.complaint().ifPresent(line -> log.warn("{}: {}; last {}", this, line, from));
        client.close();
        return;
      }
      TcpLoop home = homes.get(turn++ % homes.size());
      if (home == loop) {
        open(client, home, host);
      } else {
        give(client, home, host);
      }
    } catch (IOException e) {
      log.debug("{} lost a connection right after it was accepted", this, e);
      discard(client);
    }
  }

  private void give(SocketChannel client, TcpLoop home, String host) {
    try {
      home.execute(() -> open(client, home, host));
    } catch (RejectedExecutionException e) {
      gate.leave(host); // the loop has been closed, and whoever it serves
      discard(client);
    }
  }

  /** In the loop that is to serve it. */
  private void open(SocketChannel client, TcpLoop home, String host) {
    TcpTransport transport = null;
    FrameDecoder.Memory memory = null;
    try {
      String remote = Addresses.inWords((InetSocketAddress) client.getRemoteAddress());
      memory = gate.memory(remote);
      transport = new TcpTransport(home, client, network, memory, () -> gate.leave(host));
    } catch (IOException e) {
      log.debug("{} lost a connection right after it was accepted", this, e);
    } finally {
      if (transport == null) {
        if (memory != null) {
          memory.close();
        }
        gate.leave(host);
        discard(client);
      }
    }
    if (transport != null) {
      TcpTransport made = transport;
      EventLoops.contain(() -> hand(made, home));
    }
  }

  private void hand(TcpTransport transport, TcpLoop home) {
    boolean taken = false;
    try {
      onAccept.accept(transport, home);
      taken = true;
    } finally {
      if (!taken) {
        transport.close();
      }
    }
  }

  private static void discard(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("closing a lost connection", e);
    }
  }
}
