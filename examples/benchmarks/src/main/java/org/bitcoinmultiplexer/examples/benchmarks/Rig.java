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

/** A node and the ways to it, all running, until it is closed. */
final class Rig implements AutoCloseable {

  private final String name;
  private final Network network;
  private final int port;
  private final Child node;
  private final Path directory;
  private final List<Target> targets = new ArrayList<>();

  private Rig(String name, Network network, int port, Child node, Path directory) {
    this.name = name;
    this.network = network;
    this.port = port;
    this.node = node;
    this.directory = directory;
  }

  /** A bare node with the test chain. */
  static Rig small(Path directory) {
    return bare("small", Network.REGTEST, directory);
  }

  /** A bare node with the large blocks. */
  static Rig large(Network network, Path directory) {
    return bare("large", network, directory);
  }

  private static Rig bare(String blocks, Network network, Path directory) {
    Child node = Child.java("node", directory, BareNode.class, blocks);
    return new Rig("bare node", network, (int) node.number(), node, directory);
  }

  /** A bitcoind with the test chain. */
  static Rig bitcoind(Path executable, TestChain chain, Path directory) throws IOException {
    int port = freePort();
    Child node = Bitcoind.start(executable, directory, port, chain);
    return new Rig("bitcoind", Network.REGTEST, port, node, directory);
  }

  /** Starts the ways that there are; says which are left out, and why. */
  Rig with(List<Way> ways) throws IOException {
    for (Way way : ways) {
      start(way).ifPresent(this::keepIfItWorks);
    }
    return this;
  }

  private Optional<Target> start(Way way) throws IOException {
    if (way == Way.DIRECT) {
      return Optional.of(new Target(way, port, null));
    }
    if (way.isOurs()) {
      Child proxy =
          Child.java(
              way.name().toLowerCase(Locale.ROOT),
              directory,
              ProxyProcess.class,
              way.strategy(),
              way == Way.KEY_NETTY ? "netty" : "tcp",
              network.id(),
              Integer.toString(port));
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

  private void keepIfItWorks(Target target) {
    try (Conversation conversation = Conversation.open(target.port(), network)) {
      conversation.pingPong();
      targets.add(target);
    } catch (IOException e) {
      System.out.println(target.way() + " is left out: " + e);
      if (target.process() != null) {
        target.process().close();
      }
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

  List<Target> targets() {
    return targets;
  }

  @Override
  public void close() {
    for (Target target : targets) {
      if (target.process() != null) {
        target.process().close();
      }
    }
    node.close();
  }
}
