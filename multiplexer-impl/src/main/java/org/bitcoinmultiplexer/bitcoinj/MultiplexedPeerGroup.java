package org.bitcoinmultiplexer.bitcoinj;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.bitcoinj.base.Network;
import org.bitcoinj.core.AbstractBlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.Peer;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionBroadcast;
import org.bitcoinj.core.VersionMessage;
import org.bitcoinj.core.listeners.BlockchainDownloadEventListener;
import org.bitcoinj.net.discovery.PeerDiscovery;
import org.bitcoinj.utils.ListenableCompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A peer group whose peers are the multiplexer: used like any other, and made by {@link
 * BitcoinjPeerGroups#newPeerGroup(Network, AbstractBlockChain)}.
 *
 * <p>What differs, because there is nothing to connect to but the multiplexer:
 *
 * <ul>
 *   <li>It wants one peer from the start. {@link #setMaxConnections} says how many, and each has an
 *       address of its own, since bitcoinj tells peers apart by that. {@link #addAddress} and
 *       {@link #addPeerDiscovery} have no effect, and nobody looks for a node on this machine.
 *   <li>The order of calls does not matter: the chain is downloaded whether {@link
 *       #startBlockChainDownload} was called before the first peer was there or after.
 *   <li>The chain is downloaded from any of the peers, however high they say it is, from its first
 *       block on.
 *   <li>No peer is closed for having been sent a transaction, nor for being slow: the multiplexer
 *       announces a transaction back once a node has shown that it accepted it, and a new
 *       connection would lead to the same node.
 *   <li>A peer waits as long as it takes for the first node, instead of giving up after a time and
 *       coming back after a longer one.
 *   <li>It has a {@link #context()} of its own, so that its wallet hears of a payment that another
 *       wallet in the process makes. Whatever runs for this group runs with that context; a thread
 *       that pays or looks at transactions may have any.
 * </ul>
 */
@SuppressWarnings("exports") // bitcoinj is optional: who uses this reads its module
public final class MultiplexedPeerGroup extends PeerGroup {

  private static final Logger log = LoggerFactory.getLogger(MultiplexedPeerGroup.class);
  private static final int MOST_PEERS = 0xffff;

  private final SharedThreads threads;
  private final Context context;
  private int addresses; // guarded by lock, as the two below
  private boolean downloads;
  private long requiredServices;
  private volatile int dependencyDepth = Integer.MAX_VALUE;

  MultiplexedPeerGroup(
      Network network,
      @Nullable AbstractBlockChain chain,
      GroupConnectionManager connections,
      SharedThreads threads) {
    super(network, chain, connections);
    this.threads = threads;
    this.context = connections.context();
    connections.belongsTo(
        () -> {
          var unused = stopAsync();
        });
    setUseLocalhostPeerWhenPossible(false); // it would dial around the connection manager
    setConnectTimeout(java.time.Duration.ZERO);
    setStallThreshold(10, 0);
    setMaxConnections(1);
  }

  /**
   * What bitcoinj keeps for each wallet beside it: above all, who announced which transaction.
   *
   * @return this group's own, or the one that it was made with
   */
  public Context context() {
    return context;
  }

  /** Called while this is being made: it learns later where its jobs run. */
  @Override
  protected ScheduledExecutorService createPrivateExecutor() {
    return new GroupExecutor();
  }

  @Override
  public ListenableCompletableFuture<Void> startAsync() {
    ListenableCompletableFuture<Void> started = super.startAsync();
    ((GroupExecutor) executor).open(threads.newJobLoop(), threads.timers(), context);
    return started;
  }

  /**
   * How many peers this group has; each is a connection to the multiplexer of its own.
   *
   * @param count 1 unless set
   */
  @Override
  public void setMaxConnections(int count) {
    if (count > MOST_PEERS) {
      throw new IllegalArgumentException("a group has at most " + MOST_PEERS + " peers: " + count);
    }
    lock.lock();
    try {
      while (addresses < count) {
        addresses++;
        super.addAddress(virtualAddress(addresses), 0); // which comes back here with one more
      }
    } finally {
      lock.unlock();
    }
    super.setMaxConnections(count);
  }

  /** Reserved by RFC 1112, section 4: no host has it, and nothing is ever sent there. */
  private PeerAddress virtualAddress(int number) {
    byte[] address = {(byte) 240, 0, (byte) (number >> 8), (byte) number};
    try {
      return PeerAddress.simple(InetAddress.getByAddress(address), params.getPort());
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  /**
   * Has no effect: the multiplexer knows where the nodes are.
   *
   * @param address passed over
   * @param priority passed over
   */
  @Override
  public void addAddress(PeerAddress address, int priority) {
    log.debug("address {} is passed over: the multiplexer dials", address);
  }

  /**
   * Has no effect: the multiplexer knows where the nodes are.
   *
   * @param discovery passed over
   */
  @Override
  public void addPeerDiscovery(PeerDiscovery discovery) {
    log.debug("{} is passed over: the multiplexer dials", discovery);
  }

  @Override
  public void setRequiredServices(long services) {
    lock.lock();
    try {
      requiredServices = services;
      super.setRequiredServices(services);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void setDownloadTxDependencies(int depth) {
    dependencyDepth = depth;
    super.setDownloadTxDependencies(depth);
  }

  @Override
  protected Peer createPeer(PeerAddress address, VersionMessage version) {
    Context.propagate(context); // the peer keeps it
    return new DirectPeer(params, version, address, chain, requiredServices, dependencyDepth);
  }

  /**
   * The one that says it is highest, also where bitcoinj takes none: on a chain that begins only,
   * when peers came at different times and see no consensus about the height, and if the node is
   * pruned and has the last blocks only. Behind all of them is the same node.
   *
   * @param peers that are connected
   * @return null only if there is none
   */
  @Override
  protected @Nullable Peer selectDownloadPeer(List<Peer> peers) {
    return peers.stream().max(Comparator.comparingLong(Peer::getBestHeight)).orElse(null);
  }

  @Override
  public void startBlockChainDownload(BlockchainDownloadEventListener listener) {
    lock.lock();
    try {
      Peer early = downloads ? null : getDownloadPeer();
      downloads = true;
      super.startBlockChainDownload(listener);
      if (early != null && chain != null) {
        early.startBlockChainDownload(); // it came before anybody asked for that
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Broadcasts a transaction; no peer is closed for that.
   *
   * @param transaction made in whatever context
   * @param minConnections how many peers have to be there
   * @param dropPeersAfterBroadcast passed over
   * @return its {@code awaitRelayed} completes once a node has shown that it accepted it
   */
  @Override
  public TransactionBroadcast broadcastTransaction(
      Transaction transaction, int minConnections, boolean dropPeersAfterBroadcast) {
    Runnable close = ConfidenceBridge.open(transaction, context);
    TransactionBroadcast broadcast = super.broadcastTransaction(transaction, minConnections, false);
    var unused = broadcast.awaitRelayed().whenComplete((relayed, failure) -> close.run());
    return broadcast;
  }
}
