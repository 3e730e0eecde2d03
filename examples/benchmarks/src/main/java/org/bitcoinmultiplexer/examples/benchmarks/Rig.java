package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/** A node and the ways to it, all running, until it is closed. */
final class Rig implements AutoCloseable {

  /** Half of the round trip over the line. */
  private static final long ONE_WAY_MICROS = 1_000;

  private final String name;
  private final Network network;
  private final int port;
  private final Child node;
  private final @Nullable Child line;
  private final Path directory;
  private final List<Target> targets = new ArrayList<>();

  private Rig(
      String name, Network network, int port, Child node, @Nullable Child line, Path directory) {
    this.name = name;
    this.network = network;
    this.port = port;
    this.node = node;
    this.line = line;
    this.directory = directory;
  }

  /** A bare node with the test chain. */
  static Rig small(Path directory) {
    return bare(Network.REGTEST, directory, BareNode.SMALL);
  }

  /** A bare node with the large blocks. */
  static Rig large(Network network, Path directory) {
    return bare(network, directory, BareNode.LARGE);
  }

  /** A bare node with blocks that no proxy has seen. */
  static Rig fresh(Path directory) {
    return bare(Network.REGTEST, directory, BareNode.NEW);
  }

  /** A bare node with headers only. */
  static Rig headers(int count, Path directory) {
    return bare(Network.REGTEST, directory, BareNode.HEADERS, Integer.toString(count));
  }

  private static Rig bare(Network network, Path directory, String... has) {
    Child node = Child.java("node", directory, BareNode.class, has);
    return new Rig("bare node", network, (int) node.number(), node, null, directory);
  }

  /** A bare node with the test chain at the far end of a line, which all ways have to pass. */
  static Rig distant(Path directory) {
    Child node = Child.java("node", directory, BareNode.class, "small");
    Child line =
        Child.java(
            "line",
            directory,
            DelayLine.class,
            Long.toString(node.number()),
            Long.toString(ONE_WAY_MICROS));
    String name = "bare node, " + 2 * ONE_WAY_MICROS / 1_000 + " ms away";
    return new Rig(name, Network.REGTEST, (int) line.number(), node, line, directory);
  }

  /** A bare node that is as slow and as strict as a pruned bitcoind. */
  static Rig strict(Path directory) {
    return bare(Network.REGTEST, directory, BareNode.STRICT);
  }

  /** A bitcoind with the test chain. */
  static Rig bitcoind(Path executable, TestChain chain, Path directory, String... options)
      throws IOException {
    int port = freePort();
    Child node = Bitcoind.start(executable, directory, port, chain, options);
    return new Rig("bitcoind", Network.REGTEST, port, node, null, directory);
  }

  /**
   * Starts the ways that there are; says which are left out, and why.
   *
   * @param options further ones of every multiplexer, as {@code NAME=VALUE}
   */
  Rig with(List<Way> ways, String... options) throws IOException {
    for (Way way : ways) {
      start(way, options).ifPresent(this::keepIfItWorks);
    }
    return this;
  }

  /**
   * Starts a way.
   *
   * @param options further ones of a multiplexer, as {@code NAME=VALUE}
   * @return the way; empty if what it needs is not there
   */
  Optional<Target> start(Way way, String... options) throws IOException {
    if (way == Way.DIRECT) {
      return Optional.of(new Target(way, port, null));
    }
    if (way == Way.SEQUENCE_CHAINED) {
      Child root = multiplexer(way, "_root", port, options);
      Child edge = multiplexer(way, "", (int) root.number(), options);
      return Optional.of(new Target(way, (int) edge.number(), edge, root));
    }
    if (way.isOurs()) {
      Child proxy = multiplexer(way, "", port, options);
      return Optional.of(new Target(way, (int) proxy.number(), proxy));
    }
    Optional<Path> haproxy = Haproxy.executable();
    if (haproxy.isEmpty()) {
      System.out.println("haproxy is left out: it is not on the PATH");
      return Optional.empty();
    }
    int own = freePort();
    Child proxy = Haproxy.start(haproxy.get(), directory, own, port);
    Pause.millis(300);
    return Optional.of(new Target(way, own, proxy));
  }

  private Child multiplexer(Way way, String suffix, int upstream, String... options) {
    List<String> arguments = new ArrayList<>();
    arguments.add(way.strategy());
    arguments.add(way == Way.KEY_NETTY ? "netty" : "tcp");
    arguments.add(network.id());
    arguments.add(Integer.toString(upstream));
    arguments.addAll(way.options());
    arguments.addAll(List.of(options));
    return Child.java(
        way.name().toLowerCase(Locale.ROOT) + suffix,
        directory,
        ProxyProcess.class,
        arguments.toArray(String[]::new));
  }

  private void keepIfItWorks(Target target) {
    try (Conversation conversation = Conversation.open(target.port(), network)) {
      conversation.pingPong();
      targets.add(target);
    } catch (IOException e) {
      System.out.println(target.way() + " is left out: " + e);
      target.close();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  String name() {
    return name;
  }

  Network network() {
    return network;
  }

  Child node() {
    return node;
  }

  /** Where the node itself serves. */
  int port() {
    return port;
  }

  List<Target> targets() {
    return targets;
  }

  @Override
  public void close() {
    targets.forEach(Target::close);
    if (line != null) {
      line.close();
    }
    node.close();
  }
}
