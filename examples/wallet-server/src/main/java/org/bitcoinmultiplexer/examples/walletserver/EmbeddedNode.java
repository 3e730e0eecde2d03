package org.bitcoinmultiplexer.examples.walletserver;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.AddressParser;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Context;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node of who has none: on regtest, in this process. It mines what waits, pays new wallets, and
 * keeps its blocks in a file, so that wallets find their chain again.
 */
final class EmbeddedNode implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedNode.class);

  /** Enough mature coins for the first payments. */
  private static final int FIRST_BLOCKS = 120;

  private static final Coin WELCOME = Coin.COIN;
  private static final int MINE_SECONDS = 2;

  /** Everybody may know it: these coins are worth nothing. */
  private static final ECKey FAUCET = ECKey.fromPrivate(BigInteger.valueOf(20_261_129));

  private final RegtestNode node;
  private final Path file;
  private final ScheduledExecutorService miner =
      Executors.newSingleThreadScheduledExecutor(EmbeddedNode::minerThread);
  private int saved; // used by one thread, after the start by the miner's

  private EmbeddedNode(RegtestNode node, Path file) {
    this.node = node;
    this.file = file;
  }

  /** Starts the node on a free port. */
  static EmbeddedNode start(Path file) throws IOException {
    Context.propagate(new Context());
    EmbeddedNode started = new EmbeddedNode(RegtestNode.start(0, Clock.systemUTC(), FAUCET), file);
    try {
      started.load();
      if (started.node.height() < FIRST_BLOCKS) {
        started.node.mine(FIRST_BLOCKS - started.node.height());
      }
      started.save();
    } catch (IOException e) {
      started.close();
      throw e;
    }
    var unused =
        started.miner.scheduleWithFixedDelay(
            started::mineWhatWaits, MINE_SECONDS, MINE_SECONDS, TimeUnit.SECONDS);
    return started;
  }

  String address() {
    return "127.0.0.1:" + node.port();
  }

  /** Pays a new wallet. */
  void welcome(String address) {
    Address to = AddressParser.getDefault(BitcoinNetwork.REGTEST).parseAddress(address);
    miner.execute(
        () -> {
          Context.propagate(new Context());
          try {
            node.pay(to, WELCOME);
          } catch (IllegalStateException e) {
            log.warn("the embedded node pays no more: {}", e.getMessage());
          }
        });
  }

  private void mineWhatWaits() {
    Context.propagate(new Context());
    try {
      if (!node.mempool().isEmpty()) {
        node.mine(1);
        save();
      }
    } catch (IOException | RuntimeException e) {
      log.error("the embedded node fails: {}", e.toString());
    }
  }

  private void load() throws IOException {
    if (Files.notExists(file)) {
      return;
    }
    long end = 0;
    try (DataInputStream in =
        new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file)))) {
      while (true) {
        byte[] bytes = in.readNBytes(in.readInt());
        node.submit(Block.read(ByteBuffer.wrap(bytes)));
        end += 4 + bytes.length;
      }
    } catch (EOFException e) {
      // The end, or what was not written to it any more.
    } catch (RuntimeException e) {
      log.warn("{} is damaged behind block {}", file, node.height());
    }
    try (var cut = java.nio.channels.FileChannel.open(file, StandardOpenOption.WRITE)) {
      cut.truncate(end);
    }
    saved = node.height();
  }

  private void save() throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(
            new java.io.BufferedOutputStream(
                Files.newOutputStream(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)))) {
      for (; saved < node.height(); saved++) {
        byte[] bytes = node.hashAt(saved + 1).flatMap(node::block).orElseThrow().serialize();
        out.writeInt(bytes.length);
        out.write(bytes);
      }
    }
  }

  private static Thread minerThread(Runnable task) {
    Thread thread = new Thread(task, "miner");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    miner.shutdownNow();
    node.close();
  }
}
