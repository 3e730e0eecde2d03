package org.bitcoinmultiplexer.examples.proxy;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.core.InsufficientMoneyException;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.listeners.DownloadProgressTracker;
import org.bitcoinj.params.RegTestParams;
import org.bitcoinj.store.BlockStoreException;
import org.bitcoinj.store.MemoryBlockStore;
import org.bitcoinj.wallet.SendRequest;
import org.bitcoinj.wallet.Wallet;

/**
 * A bitcoinj wallet that knows nothing of the world but one TCP port, as an application would use
 * it.
 *
 * <p>Books what it must have: what others say they paid it, less what it paid itself. What it has,
 * it knows from the blocks that reached it.
 */
final class DemoWallet implements AutoCloseable {

  private final String name;
  private final Wallet wallet;
  private final BlockChain chain;
  private final PeerGroup peers;
  private Coin due = Coin.ZERO;

  /**
   * A wallet that is empty and not connected.
   *
   * @param name for people
   * @param port of the proxy, on the loopback interface
   * @param filters whether to load a bloom filter, as bitcoinj does by default
   */
  DemoWallet(String name, int port, boolean filters) {
    this.name = name;
    BitcoinNetwork network = BitcoinNetwork.REGTEST;
    wallet = Wallet.createDeterministic(network, ScriptType.P2WPKH);
    try {
      chain =
          new BlockChain(
              network, wallet, new MemoryBlockStore(RegTestParams.get().getGenesisBlock()));
    } catch (BlockStoreException e) {
      throw new IllegalStateException("a chain in memory cannot fail", e);
    }
    peers = new PeerGroup(network, chain);
    peers.setBloomFilteringEnabled(filters);
    peers.setUseLocalhostPeerWhenPossible(false);
    peers.addWallet(wallet);
    peers.addAddress(PeerAddress.simple(InetAddress.getLoopbackAddress(), port));
  }

  /** Connects; completed when the chain has been downloaded. */
  CompletableFuture<Long> connect() {
    DownloadProgressTracker download = new DownloadProgressTracker();
    // In this order: a peer that connects while the download is begun may never be asked.
    peers.startBlockChainDownload(download);
    return peers.startAsync().thenCompose(started -> download.getFuture());
  }

  String name() {
    return name;
  }

  int height() {
    return chain.getBestChainHeight();
  }

  Coin balance() {
    return wallet.getBalance(Wallet.BalanceType.ESTIMATED);
  }

  Coin due() {
    return due;
  }

  boolean isConnected() {
    return peers.numConnectedPeers() > 0;
  }

  Address freshAddress() {
    return wallet.freshReceiveAddress();
  }

  /** Books what somebody has paid to it. */
  void credit(Coin amount) {
    due = due.add(amount);
  }

  /**
   * Pays another wallet, if it has enough that it can spend.
   *
   * @return whether it did
   */
  boolean pay(DemoWallet other, Coin amount) {
    SendRequest request = SendRequest.to(other.freshAddress(), amount);
    Transaction paid;
    try {
      paid = wallet.sendCoinsOffline(request);
    } catch (InsufficientMoneyException e) {
      return false;
    }
    // Unless told not to, bitcoinj drops the connections over which it has broadcast.
    peers.broadcastTransaction(paid, 1, false);
    due = due.subtract(amount).subtract(paid.getFee());
    other.credit(amount);
    return true;
  }

  @Override
  public void close() {
    peers.stop();
  }
}
