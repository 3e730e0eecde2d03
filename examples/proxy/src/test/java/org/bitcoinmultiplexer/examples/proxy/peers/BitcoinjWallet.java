package org.bitcoinmultiplexer.examples.proxy.peers;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.InsufficientMoneyException;
import org.bitcoinj.core.NetworkParameters;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.StoredBlock;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionBroadcast;
import org.bitcoinj.core.listeners.DownloadProgressTracker;
import org.bitcoinj.kits.WalletAppKit;
import org.bitcoinj.script.ScriptBuilder;
import org.bitcoinj.store.BlockStoreException;
import org.bitcoinj.store.MemoryBlockStore;
import org.bitcoinj.utils.Threading;
import org.bitcoinj.wallet.KeyChainGroupStructure;
import org.bitcoinj.wallet.SendRequest;
import org.bitcoinj.wallet.Wallet;

/** A bitcoinj wallet on regtest that knows one address to connect to and no other. */
public final class BitcoinjWallet implements AutoCloseable {
  private final Wallet wallet;
  private final BlockChain chain;
  private final PeerGroup peers;
  private final Runnable end;
  private final AtomicInteger disconnections = new AtomicInteger();

  /** How the wallet learns what concerns it. */
  public enum Mode {
    /** Loads whole blocks and hears of all transactions: needs nothing special of the node. */
    WHOLE_BLOCKS,
    /** Loads a bloom filter (BIP37): the node must offer it. */
    BLOOM
  }

  private BitcoinjWallet(Wallet wallet, BlockChain chain, PeerGroup peers, Runnable end) {
    this.end = end;
    this.wallet = wallet;
    this.chain = chain;
    this.peers = peers;
    peers.addDisconnectedEventListener(
        Threading.SAME_THREAD, (peer, count) -> disconnections.incrementAndGet());
  }

  /** A new wallet with ordinary (not witness) addresses that begins to sync. */
  public static BitcoinjWallet connect(InetSocketAddress server, Mode mode) {
    return connect(server, mode, ScriptType.P2PKH);
  }

  /** A new wallet that begins to sync. */
  public static BitcoinjWallet connect(InetSocketAddress server, Mode mode, ScriptType addresses) {
    Threading.ignoreLockCycles();
    Context.propagate(new Context());
    BitcoinjWallet wallet =
        over(
            (network, chain) -> {
              PeerGroup peers = new PeerGroup(network, chain);
              peers.setBloomFilteringEnabled(mode == Mode.BLOOM);
              peers.setUseLocalhostPeerWhenPossible(false);
              peers.setMinBroadcastConnections(1);
              peers.setDownloadTxDependencies(0);
              // This raises the number of connections it wants from none to one.
              peers.addAddress(PeerAddress.simple(server.getAddress(), server.getPort()));
              return peers;
            },
            addresses);
    // In this order: a peer that is connected before is never asked for the chain.
    wallet.peers.startBlockChainDownload(new DownloadProgressTracker());
    wallet.peers.startAsync();
    return wallet;
  }

  /**
   * A new wallet with a group that has not been started; the caller's thread may have a context.
   */
  public static BitcoinjWallet over(
      BiFunction<BitcoinNetwork, BlockChain, PeerGroup> group, ScriptType addresses) {
    BitcoinNetwork network = BitcoinNetwork.REGTEST;
    Wallet wallet = Wallet.createDeterministic(network, addresses);
    BlockChain chain;
    try {
      MemoryBlockStore store =
          new MemoryBlockStore(NetworkParameters.of(network).getGenesisBlock());
      chain = new BlockChain(network, wallet, store);
    } catch (BlockStoreException e) {
      throw new IllegalStateException("a store in memory does not fail", e);
    }
    PeerGroup peers = group.apply(network, chain);
    peers.addWallet(wallet);
    return new BitcoinjWallet(wallet, chain, peers, peers::stopAsync);
  }

  /** A new wallet as applications have it: from the kit, with files, and witness addresses. */
  public static BitcoinjWallet launchKit(InetSocketAddress server, Path directory, Mode mode) {
    Threading.ignoreLockCycles();
    WalletAppKit kit =
        new WalletAppKit(
            BitcoinNetwork.REGTEST,
            ScriptType.P2WPKH,
            KeyChainGroupStructure.BIP43,
            directory.toFile(),
            "kit") {
          @Override
          protected PeerGroup createPeerGroup() {
            PeerGroup peers = super.createPeerGroup();
            peers.setBloomFilteringEnabled(mode == Mode.BLOOM);
            peers.setUseLocalhostPeerWhenPossible(false);
            peers.setMinBroadcastConnections(1);
            return peers;
          }
        };
    kit.setAutoStop(false)
        .setBlockingStartup(false)
        .setPeerNodes(PeerAddress.simple(server.getAddress(), server.getPort()))
        .startAsync();
    try {
      kit.awaitRunning(Await.PATIENCE);
    } catch (TimeoutException e) {
      throw new AssertionError("the kit does not start", e);
    }
    return new BitcoinjWallet(kit.wallet(), kit.chain(), kit.peerGroup(), kit::close);
  }

  /** A wallet that somebody else's kit has made. */
  public static BitcoinjWallet of(WalletAppKit kit) {
    return new BitcoinjWallet(kit.wallet(), kit.chain(), kit.peerGroup(), kit::close);
  }

  /** Its group. */
  public PeerGroup peers() {
    return peers;
  }

  /** The wallet itself. */
  public Wallet wallet() {
    return wallet;
  }

  /** A fresh address to be paid to, as an output script. */
  public byte[] freshScript() {
    return ScriptBuilder.createOutputScript(wallet.freshReceiveAddress()).program();
  }

  /** A fresh address to be paid to. */
  public Address freshAddress() {
    return wallet.freshReceiveAddress();
  }

  /** Waits until the wallet's chain has that height. */
  public void awaitHeight(int height) {
    CompletableFuture<StoredBlock> reached = chain.getHeightFuture(height);
    if (chain.getBestChainHeight() >= height) {
      return; // The future speaks only of blocks to come.
    }
    Await.result(
        reached, () -> "wallet at height " + chain.getBestChainHeight() + ", not " + height);
  }

  /** The hash of the best block it knows. */
  public String tip() {
    return chain.getChainHead().getHeader().getHashAsString();
  }

  /** Waits until the wallet owns at least that much, unconfirmed coins included. */
  public void awaitEstimated(Coin amount) {
    await(amount, Wallet.BalanceType.ESTIMATED);
  }

  /** Waits until the wallet could spend at least that much. */
  public void awaitAvailable(Coin amount) {
    await(amount, Wallet.BalanceType.AVAILABLE);
  }

  private void await(Coin amount, Wallet.BalanceType type) {
    Await.result(
        wallet.getBalanceFuture(amount, type),
        () ->
            String.format(
                "wallet with %s in %d transactions at height %d, not %s",
                wallet.getBalance(type).toFriendlyString(),
                wallet.getTransactions(true).size(),
                chain.getBestChainHeight(),
                amount.toFriendlyString()));
  }

  /** What it owns, unconfirmed coins included. */
  public Coin estimated() {
    return wallet.getBalance(Wallet.BalanceType.ESTIMATED);
  }

  /** Pays from the wallet. Returns when the transaction was sent, not when anybody confirmed it. */
  public String send(Address to, Coin amount) {
    return broadcast(to, amount, TransactionBroadcast::awaitSent);
  }

  /** Pays from the wallet. Returns when a peer has announced the transaction back. */
  public String sendAndAwaitEcho(Address to, Coin amount) {
    return broadcast(to, amount, TransactionBroadcast::awaitRelayed);
  }

  private String broadcast(
      Address to,
      Coin amount,
      Function<TransactionBroadcast, CompletableFuture<TransactionBroadcast>> until) {
    SendRequest request = SendRequest.to(to, amount);
    try {
      wallet.completeTx(request);
    } catch (InsufficientMoneyException e) {
      throw new AssertionError("the wallet has " + estimated().toFriendlyString(), e);
    }
    wallet.commitTx(request.tx);
    Await.result(
        until.apply(peers.broadcastTransaction(request.tx, 1, false)),
        () -> "the wallet's transaction is sent, and told back if that is waited for");
    return request.tx.getTxId().toString();
  }

  /** Whether a transaction of the wallet is in a block it has seen. */
  public boolean isConfirmed(String txid) {
    Transaction transaction = wallet.getTransaction(Sha256Hash.wrap(txid));
    return transaction != null && transaction.getConfidence().getDepthInBlocks() > 0;
  }

  /** How many connections stand. */
  public int connections() {
    return peers.numConnectedPeers();
  }

  /** How many connections it has lost. */
  public int disconnections() {
    return disconnections.get();
  }

  @Override
  public void close() {
    end.run();
  }
}
