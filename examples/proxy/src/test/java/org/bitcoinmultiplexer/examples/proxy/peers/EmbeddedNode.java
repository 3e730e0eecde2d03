package org.bitcoinmultiplexer.examples.proxy.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.script.Script;
import org.bitcoinmultiplexer.examples.regtest.NodeStats;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.bitcoinmultiplexer.testing.Ports;

/** The project's own embedded node: there is always one, and it is strict. */
public final class EmbeddedNode implements UpstreamNode {
  private final RegtestNode node;

  /** Starts one with an empty chain. */
  public EmbeddedNode() {
    try {
      node = RegtestNode.start(Ports.free());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts one that takes numbered requests from whoever offers them. */
  public static EmbeddedNode takingNumbers() {
    EmbeddedNode node = new EmbeddedNode();
    node.node.takeNumbers(true);
    return node;
  }

  /** Starts one that serves compact filters (BIP157). */
  public static EmbeddedNode servingFilters() {
    EmbeddedNode node = new EmbeddedNode();
    node.node.serveFilters(true);
    return node;
  }

  @Override
  public InetSocketAddress address() {
    return Ports.loopback(node.port());
  }

  @Override
  public List<String> mine(int blocks, byte[] script) {
    return node.mine(blocks, Script.parse(script)).stream().map(Sha256Hash::toString).toList();
  }

  /** Mines empty blocks on any block, as another miner would; see what becomes of the chain. */
  public List<String> mineOn(String parent, int blocks) {
    return node.mineOn(Sha256Hash.wrap(parent), blocks).stream().map(Sha256Hash::toString).toList();
  }

  @Override
  public int height() {
    return node.height();
  }

  @Override
  public String tip() {
    return node.tip().toString();
  }

  @Override
  public byte[] block(int height) {
    return node.block(node.hashAt(height).orElseThrow()).orElseThrow().serialize();
  }

  @Override
  public String submit(byte[] transaction) {
    Transaction read = Transaction.read(ByteBuffer.wrap(transaction));
    node.submit(read);
    return read.getTxId().toString();
  }

  @Override
  public Set<String> mempool() {
    Set<String> ids = new TreeSet<>();
    node.mempool().forEach(id -> ids.add(id.toString()));
    return ids;
  }

  @Override
  public Set<String> inboundPeers() {
    // Peers have no names here, but of connections that are all open the last ones are named.
    NodeStats stats = node.stats();
    Set<String> peers = new TreeSet<>();
    for (int i = 0; i < stats.connections(); i++) {
      peers.add(Long.toString(stats.accepted() - i));
    }
    return peers;
  }

  @Override
  public void awaitHeight(int height) {
    await(() -> node.height() >= height);
  }

  @Override
  public void awaitMempool(String txid) {
    await(() -> mempool().contains(txid));
  }

  private void await(BooleanSupplier condition) {
    try {
      node.await(condition, Await.PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public List<String> faults() {
    return node.violations().stream().map(Object::toString).toList();
  }

  @Override
  public void kill() {
    node.goOffline();
  }

  @Override
  public void restart() {
    // The old listener's thread holds the port until it has noticed that it is closed.
    Await.until(() -> address() + " is free again", this::goOnline);
  }

  private boolean goOnline() {
    try {
      node.goOnline();
      return true;
    } catch (BindException taken) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
