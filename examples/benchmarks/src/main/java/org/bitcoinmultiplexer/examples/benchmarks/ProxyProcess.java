package org.bitcoinmultiplexer.examples.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.MultiplexerBuilder;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.netty.NettyTransports;

/**
 * The multiplexer as a process, with its defaults save the number of clients and what it is told.
 *
 * <p>A program: takes a strategy, {@code tcp} or {@code netty} for what the sockets are served
 * with, a network, the node's port and options as {@code NAME=VALUE}; says its own port; then
 * answers each line it is given with a number, and ends with its standard input.
 */
final class ProxyProcess {

  /** Asks for the bytes that all threads have allocated so far. */
  static final String ALLOCATED = "allocated";

  /** Asks for the bytes of the heap that are in use after a collection. */
  static final String HEAP = "heap";

  /** Asks for the number of clients whose handshake is done. */
  static final String CLIENTS = "clients";

  /** Asks for the height of the header chain, if nothing of it is missing. */
  static final String HEIGHT = "height";

  private static final int MOST_CLIENTS = 100_000;
  private static final int COLLECTIONS = 3;

  private static volatile long height;

  private ProxyProcess() {}

  public static void main(String[] arguments) throws IOException {
    Network network = Network.of(arguments[2]);
    int node = Integer.parseInt(arguments[3]);
    MultiplexerBuilder builder =
        BitcoinMultiplexer.builder()
            .network(network)
            .strategy(arguments[0])
            .listener(new Watch(), Runnable::run);
    List<String> options = Arrays.asList(arguments).subList(4, arguments.length);
    if (options.stream().noneMatch(option -> option.startsWith("clients.max="))) {
      builder.maxClients(MOST_CLIENTS);
    }
    for (String option : options) {
      int equals = option.indexOf('=');
      builder.set(option.substring(0, equals), option.substring(equals + 1));
    }
    if (arguments[1].equals("netty")) {
      overNetty(builder, network, node);
    } else {
      overTcp(builder, node);
    }
  }

  private static void overTcp(MultiplexerBuilder builder, int node) throws IOException {
    try (BitcoinMultiplexer multiplexer = builder.upstream("127.0.0.1:" + node).build()) {
      multiplexer.start();
      serve(multiplexer, multiplexer.listen(anyPort()).address());
    }
  }

  /** One event loop for the clients, the engine and the node. */
  private static void overNetty(MultiplexerBuilder builder, Network network, int node)
      throws IOException {
    try (NettyTransports netty = NettyTransports.start("netty", 1, network)) {
      EventLoop loop = netty.loop();
      try (BitcoinMultiplexer multiplexer =
          builder.loop(loop).upstream(netty.connector("127.0.0.1", node, loop)).build()) {
        multiplexer.start();
        serve(multiplexer, netty.listen(anyPort(), multiplexer::accept).address());
      }
    }
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static void serve(BitcoinMultiplexer multiplexer, InetSocketAddress address)
      throws IOException {
    System.out.println(address.getPort());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(answer(line, multiplexer));
    }
  }

  private static long answer(String question, BitcoinMultiplexer multiplexer) {
    return switch (question) {
      case ALLOCATED -> allocated();
      case HEAP -> heap();
      case HEIGHT -> height;
      case CLIENTS -> multiplexer.stats().clientsReady();
      default -> multiplexer.stats().counter(question);
    };
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).sum();
  }

  private static long heap() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Hears how the header chain gets on. */
  private static final class Watch implements MultiplexerListener {

    @Override
    public void onHeaders(long at, long target) {
      height = at == target ? at : 0;
    }
  }
}
