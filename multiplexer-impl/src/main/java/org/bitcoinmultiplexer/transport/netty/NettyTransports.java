package org.bitcoinmultiplexer.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.Addresses;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens and dials with Netty, on event loops of its own or on a host's.
 *
 * <p>With the engine on one of them, and the node dialled there too, nothing is handed over between
 * threads for the clients that are served there:
 *
 * <pre>{@code
 * var netty = NettyTransports.start("netty", 1, network);
 * EventLoop loop = netty.loop();
 * var multiplexer = BitcoinMultiplexer.builder()
 *     .network(network).loop(loop).upstream(netty.connector("127.0.0.1", 8333, loop)).build();
 * multiplexer.start();
 * netty.listen(address, multiplexer::accept);
 * }</pre>
 *
 * <p>Safe for use by any number of threads.
 */
public final class NettyTransports implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(NettyTransports.class);

  /** How long a connector tries each address unless told otherwise. */
  public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private static final int BACKLOG = 1024;
  private static final long CLOSE_SECONDS = 5;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(NettyTransport.CHUNK, 2 * NettyTransport.CHUNK);

  private final EventLoopGroup group;
  private final boolean owned;
  private final Network network;

  private NettyTransports(EventLoopGroup group, boolean owned, Network network) {
    this.group = group;
    this.owned = owned;
    this.network = network;
  }

  /**
   * Starts event loops: of epoll where it is available, otherwise of NIO.
   *
   * @param name of their daemon threads, which are numbered
   * @param threads how many; at least 1
   * @param network whose frames are exchanged
   * @return what {@link #close} ends
   */
  public static NettyTransports start(String name, int threads, Network network) {
    ThreadFactory factory = new DefaultThreadFactory(name, true);
    return new NettyTransports(
        epoll()
            ? new EpollEventLoopGroup(threads, factory)
            : new NioEventLoopGroup(threads, factory),
        true,
        network);
  }

  /**
   * Uses a host's event loops.
   *
   * @param group of epoll or of NIO; not closed by {@link #close}
   * @param network whose frames are exchanged
   * @return what listens and dials there
   * @throws IllegalArgumentException if the group is of another kind
   */
  @SuppressWarnings("exports") // Netty is optional: who has such a group reads Netty's module
  public static NettyTransports on(EventLoopGroup group, Network network) {
    if (!isEpoll(group) && !(group instanceof NioEventLoopGroup)) {
      throw new IllegalArgumentException(
          "event loops are of epoll or of NIO, not " + group.getClass().getName());
    }
    return new NettyTransports(group, false, network);
  }

  private static boolean epoll() {
    try {
      return Epoll.isAvailable();
    } catch (NoClassDefFoundError e) {
      return false; // the optional artifact is not there
    }
  }

  private static FairReads fairReads() {
    return new FairReads(NettyTransport.NANOS_PER_ROUND);
  }

  private static boolean isEpoll(EventLoopGroup group) {
    return epoll() && group instanceof EpollEventLoopGroup;
  }

  /**
   * One of the event loops, in turn: for the multiplexer's builder, or for whatever else should run
   * where sockets are served. An error that no program survives goes to the uncaught exception
   * handler of its thread; the multiplexer does not hear of it.
   *
   * @return a loop, not owned by who asks
   */
  public EventLoop loop() {
    return new NettyLoop(group.next());
  }

  /**
   * Dials a node, and serves the connection in a certain loop.
   *
   * @param host as below
   * @param port as below
   * @param loop what {@link #loop()} gave
   * @return a connector that gives an address up after {@link #CONNECT_TIMEOUT}
   * @throws IllegalArgumentException if the loop is not one of Netty's
   */
  public Connector connector(String host, int port, EventLoop loop) {
    if (loop instanceof NettyLoop one) {
      return connector(one.executor(), host, port, CONNECT_TIMEOUT);
    }
    throw new IllegalArgumentException("this is no loop of Netty's: " + loop);
  }

  /**
   * Dials a node.
   *
   * @param host its name or address; a name is looked up at each attempt, and all its addresses are
   *     tried in turn
   * @param port its TCP port, 1 to 65535
   * @return a connector that gives an address up after {@link #CONNECT_TIMEOUT}
   */
  public Connector connector(String host, int port) {
    return connector(host, port, CONNECT_TIMEOUT);
  }

  /**
   * Dials a node.
   *
   * @param host its name or address; a name is looked up at each attempt, and all its addresses are
   *     tried in turn
   * @param port its TCP port, 1 to 65535
   * @param timeout how long to try each address, at least a millisecond
   * @return a connector; its transports trust the peer with memory for one body of 4 MB that is
   *     announced, as one may with one's own node
   */
  public Connector connector(String host, int port, Duration timeout) {
    return connector(group, host, port, timeout);
  }

  private Connector connector(EventLoopGroup where, String host, int port, Duration timeout) {
    long millis = timeout.toMillis();
    if (millis < 1 || millis > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a connect timeout is 1 ms to 24 days, not " + timeout);
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(where)
            .channel(isEpoll(group) ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) millis)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(ChannelOption.RCVBUF_ALLOCATOR, fairReads())
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {}
                });
    return new NettyConnector(bootstrap, host, port, network);
  }

  /**
   * Listens, without limits.
   *
   * @param address where; port 0 takes any that is free
   * @param acceptor takes each transport, not started, in the loop its callbacks come from, which
   *     it is given too
   * @return the listener, which is listening
   * @throws IOException saying in words which address could not be had, and why
   */
  public NettyListener listen(
      InetSocketAddress address, BiConsumer<? super Transport, ? super EventLoop> acceptor)
      throws IOException {
    return listen(address, AcceptLimits.NONE, acceptor);
  }

  /**
   * Listens. Not to be called from one of the event loops, since it waits for the socket.
   *
   * @param address where; port 0 takes any that is free
   * @param limits how many connections may be open at a time; one above is closed at once
   * @param acceptor takes each transport, not started, in the loop its callbacks come from, which
   *     it is given too
   * @return the listener, which is listening
   * @throws IOException saying in words which address could not be had, and why
   */
  public NettyListener listen(
      InetSocketAddress address,
      AcceptLimits limits,
      BiConsumer<? super Transport, ? super EventLoop> acceptor)
      throws IOException {
    AcceptLimits.Gate gate = new AcceptLimits.Gate(limits);
    Class<? extends ServerSocketChannel> kind =
        isEpoll(group) ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(kind)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(ChannelOption.RCVBUF_ALLOCATOR, fairReads())
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    admit(channel, gate, acceptor);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    Throwable failure = bound.cause();
    if (failure != null) {
      BindException inWords =
          new BindException(Addresses.inWords(address) + ": " + Addresses.inWords(failure));
      inWords.initCause(failure);
      throw inWords;
    }
    return new NettyListener(bound.channel(), gate);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing depends on when it is closed
  private void admit(
      SocketChannel channel,
      AcceptLimits.Gate gate,
      BiConsumer<? super Transport, ? super EventLoop> acceptor) {
    InetSocketAddress from = channel.remoteAddress();
    if (from == null) {
      channel.close(); // it has gone again
      return;
    }
    String host = gate.host(from.getAddress());
    if (!gate.enter(host)) {
      gate.complaint().ifPresent(line -> log.warn("{}; last {}", line, from));
      channel.close();
      return;
    }
    NettyTransport transport =
        NettyTransport.accepted(
            channel, network, gate.memory(Addresses.inWords(from)), () -> gate.leave(host));
    EventLoops.contain(() -> hand(transport, acceptor));
  }

  private static void hand(
      NettyTransport transport, BiConsumer<? super Transport, ? super EventLoop> acceptor) {
    boolean taken = false;
    try {
      acceptor.accept(transport, transport.loop());
      taken = true;
    } finally {
      if (!taken) {
        transport.close();
      }
    }
  }

  /**
   * Ends the event loops that were started here, and with them their listeners and connections;
   * waits up to five seconds for that, unless called from one of them. A host's are left alone.
   */
  @Override
  public void close() {
    if (owned) {
      // No quiet period: whoever closes this has nothing more to say.
      Future<?> ended = group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
      if (!inOneOfTheLoops()) {
        ended.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private boolean inOneOfTheLoops() {
    boolean[] inside = new boolean[1];
    group.forEach(executor -> inside[0] |= executor.inEventLoop());
    return inside[0];
  }
}
