package org.bitcoinmultiplexer.examples.regtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.script.Script;
import org.bitcoinj.script.ScriptBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A regtest Bitcoin node inside this process.
 *
 * <pre>{@code
 * try (RegtestNode node = RegtestNode.start(0)) {
 *   node.mine(101);                       // to the node itself: the first coinbases are mature now
 *   node.pay(address, Coin.COIN);         // into the mempool, announced to all peers
 *   node.mine(1);
 *   connectSomethingTo("127.0.0.1", node.port());
 * }
 * }</pre>
 *
 * <p>It listens on the loopback interface only. Blocks and mempool live in memory, and survive
 * {@link #goOffline} but not {@link #close}. All methods may be called from any thread; what they
 * return is a copy.
 */
public final class RegtestNode implements AutoCloseable {
  private final Node node;
  private final int port;
  private @Nullable Listener listener;

  private RegtestNode(Clock clock, ECKey faucet, int port) throws IOException {
    this.node = new Node(clock, faucet);
    this.listener = Listener.open(port, node::connected);
    this.port = listener.port();
  }

  /**
   * Starts a node with nothing but the genesis block.
   *
   * @param port to listen on; 0 for any free one
   * @throws IOException if the port cannot be had
   */
  public static RegtestNode start(int port) throws IOException {
    return start(port, Clock.systemUTC());
  }

  /**
   * Starts a node with nothing but the genesis block, and a clock of one's own.
   *
   * @param port to listen on; 0 for any free one
   * @param clock gives the times of blocks, which rise even if it stands still
   * @throws IOException if the port cannot be had
   */
  public static RegtestNode start(int port, Clock clock) throws IOException {
    return start(port, clock, new ECKey());
  }

  /**
   * Starts a node with nothing but the genesis block, a clock, and a key of one's own.
   *
   * @param port to listen on; 0 for any free one
   * @param clock gives the times of blocks, which rise even if it stands still
   * @param faucet to whom it mines, and from whose coins it pays: with the same key and the same
   *     blocks, {@linkplain #submit(Block) submitted} again, a later node has the same coins
   * @throws IOException if the port cannot be had
   */
  public static RegtestNode start(int port, Clock clock, ECKey faucet) throws IOException {
    return new RegtestNode(clock, faucet, port);
  }

  /** The port, which stays the same over {@link #goOffline} and {@link #goOnline}. */
  public int port() {
    return port;
  }

  /** Mines blocks to the node itself, see {@link #mine(int, Script)}. */
  public List<Sha256Hash> mine(int count) {
    return mine(count, node.faucet().script());
  }

  /** Mines blocks to an address, see {@link #mine(int, Script)}. */
  public List<Sha256Hash> mine(int count, Address to) {
    return mine(count, ScriptBuilder.createOutputScript(to));
  }

  /**
   * Mines blocks on the tip, the first with everything in the mempool, and announces them one by
   * one.
   *
   * @param count at least 0
   * @param to what the coinbases pay to
   * @return the hashes, lowest first
   */
  public List<Sha256Hash> mine(int count, Script to) {
    List<Sha256Hash> hashes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hashes.add(node.locked(() -> node.mineOn(node.chain().tip(), to)));
    }
    return hashes;
  }

  /**
   * Mines a branch of empty blocks to the node itself.
   *
   * <p>It becomes the active chain, and is announced, as soon as it is longer than that.
   *
   * @param parent any known block
   * @param count at least 0
   * @return the hashes, lowest first
   * @throws IllegalArgumentException if the parent is unknown
   */
  public List<Sha256Hash> mineOn(Sha256Hash parent, int count) {
    List<Sha256Hash> hashes = new ArrayList<>();
    Sha256Hash[] last = {parent};
    for (int i = 0; i < count; i++) {
      last[0] = node.locked(() -> node.mineOn(find(last[0]), node.faucet().script()));
      hashes.add(last[0]);
    }
    return hashes;
  }

  /**
   * Pays from the mature coins of the node to an address; the payment waits in the mempool.
   *
   * @return the transaction
   * @throws IllegalStateException if the node has not mined enough to itself, 100 blocks ago or
   *     longer
   */
  public Transaction pay(Address to, Coin amount) {
    return node.locked(
        () -> {
          TransactionBody payment = node.faucet().pay(ScriptBuilder.createOutputScript(to), amount);
          node.accept(payment, null);
          return copy(payment);
        });
  }

  /**
   * Takes a transaction into the mempool and announces it.
   *
   * @throws IllegalArgumentException if it is refused; the message names the reason
   */
  public void submit(Transaction transaction) {
    byte[] bytes = transaction.serialize();
    try {
      node.locked(() -> node.accept(TransactionBody.read(ByteBuffer.wrap(bytes)), null));
    } catch (MalformedPayloadException | InvalidTransactionException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Takes a block and announces it.
   *
   * @throws IllegalArgumentException if it is refused, or does not follow from any that is here;
   *     the message names the reason
   */
  public void submit(Block block) {
    byte[] bytes = block.serialize();
    try {
      node.locked(
          () -> {
            find(block.getPrevBlockHash());
            node.accept(BlockBody.parse(bytes));
          });
    } catch (MalformedPayloadException | InvalidBlockException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The hash of the last block of the active chain. */
  public Sha256Hash tip() {
    return node.read(() -> node.chain().tip().hash());
  }

  /** The height of the active chain; 0 with nothing but the genesis block. */
  public int height() {
    return node.read(() -> node.chain().tip().height());
  }

  /** The hash of the active chain's block at a height; empty above the tip and below 0. */
  public Optional<Sha256Hash> hashAt(int height) {
    return node.read(
        () -> Optional.ofNullable(node.chain().activeAt(height)).map(BlockEntry::hash));
  }

  /** A block with all witnesses, on whatever branch it is; empty if it is not known or not here. */
  public Optional<Block> block(Sha256Hash hash) {
    return node.read(
        () ->
            Optional.ofNullable(node.chain().find(hash))
                .map(BlockEntry::body)
                .map(body -> Block.read(ByteBuffer.wrap(body.full()))));
  }

  /** The txids of what waits for a block, in the order in which a block would take them. */
  public List<Sha256Hash> mempool() {
    return node.read(
        () -> node.mempool().entries().stream().map(entry -> entry.body().txid()).toList());
  }

  /** What the node has done so far. */
  public NodeStats stats() {
    return node.read(node::stats);
  }

  /** For what peers were disconnected, the last 1000, oldest first. */
  public List<PeerFault> violations() {
    return node.read(() -> node.ledger().violations());
  }

  /**
   * What peers sent without effect, and without being disconnected for it, the last 1000, oldest
   * first.
   */
  public List<PeerFault> ignored() {
    return node.read(() -> node.ledger().ignored());
  }

  /**
   * Waits until a condition holds, which is asked again after each change to the node.
   *
   * @param condition calls methods of this node, and nothing that blocks
   * @throws IllegalStateException if it does not hold in time
   * @throws InterruptedException if interrupted meanwhile
   */
  public void await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
    if (!node.await(condition, timeout)) {
      throw new IllegalStateException(
          "waited " + timeout + " in vain; " + stats() + ", " + violations());
    }
  }

  /**
   * Stops or resumes handling messages.
   *
   * <p>Stalled, the node reads nothing more than the message that comes next on each connection and
   * answers nothing, not even the rest of a request in progress; it still announces. Everything is
   * caught up on, in order, when it resumes.
   */
  public void stall(boolean stalled) {
    node.gate().set(stalled);
  }

  /**
   * Lets peers that connect from now on number their requests, or not, as a bitcoind of today.
   *
   * <p>This is the {@code seq} extension that {@code org.bitcoinmultiplexer.bitcoin.sequence}
   * specifies; a multiplexer in front of such a node needs no fence.
   *
   * @param takes false unless this was called
   */
  public void takeNumbers(boolean takes) {
    node.locked(() -> node.takeNumbers(takes));
  }

  /**
   * Offers and serves compact filters (BIP157) to peers that connect from now on, or does not.
   *
   * @param serves false unless this was called
   */
  public void serveFilters(boolean serves) {
    node.locked(() -> node.serveFilters(serves));
  }

  /**
   * Drops all connections and stops listening, as a node that is shut down does. Nothing happens if
   * it is offline.
   */
  public synchronized void goOffline() {
    Listener open = listener;
    listener = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    node.disconnectAll();
  }

  /**
   * Listens again on the same port, with the same blocks and mempool. Nothing happens if it is
   * online.
   *
   * @throws IOException if the port cannot be had
   */
  public synchronized void goOnline() throws IOException {
    if (listener == null) {
      listener = Listener.open(port, node::connected);
    }
  }

  /** Drops all connections and keeps listening. */
  public void disconnectPeers() {
    node.disconnectAll();
  }

  /** Ends everything. */
  @Override
  public void close() {
    goOffline();
  }

  private BlockEntry find(Sha256Hash hash) {
    BlockEntry entry = node.chain().find(hash);
    if (entry == null) {
      throw new IllegalArgumentException("unknown block " + hash);
    }
    return entry;
  }

  private static Transaction copy(TransactionBody body) {
    return Transaction.read(ByteBuffer.wrap(body.full()));
  }
}
