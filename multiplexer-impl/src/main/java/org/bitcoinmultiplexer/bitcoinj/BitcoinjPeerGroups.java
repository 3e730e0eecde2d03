package org.bitcoinmultiplexer.bitcoinj;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitcoinj.base.Network;
import org.bitcoinj.core.AbstractBlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.net.ClientConnectionManager;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.api.ClientConnection;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.transport.memory.MemoryPair;
import org.bitcoinmultiplexer.transport.memory.MemoryTransports;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every wallet a peer group of its own, all of them over the one connection of a multiplexer.
 *
 * <pre>{@code
 * BitcoinjPeerGroups groups = BitcoinjPeerGroups.of(multiplexer);
 * PeerGroup peers = groups.newPeerGroup(network, chain); // addWallet, startAsync: as ever
 * }</pre>
 *
 * <p>There are no sockets, and no thread for a group: what all groups do, they do on a few threads
 * that they share. A wallet whose listener blocks keeps one of these; one whose listener throws
 * loses its own connection, and a new one comes.
 *
 * <p><b>One group for each wallet.</b> A group with many wallets merges their filters, and the
 * filter is full with a dozen. A group for each costs a connection, which costs nothing here.
 *
 * <p><b>Beside this.</b> Bitcoinj looks for deadlocks whenever it takes a lock. Who has many
 * wallets may want to call {@code Threading.ignoreLockCycles()} before the first is made. Its
 * wallets need bloom filters, which the multiplexer offers unless it is told not to.
 *
 * <p><b>Ownership.</b> Closing this stops the groups that run, and ends their threads; it does not
 * close the multiplexer. <b>Threading.</b> All methods may be called from any thread.
 */
@SuppressWarnings("exports") // bitcoinj is optional: who uses this reads its module
public final class BitcoinjPeerGroups implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BitcoinjPeerGroups.class);
  private static final int CLOSE_SECONDS = 10;

  private final BitcoinMultiplexer multiplexer;
  private final SharedThreads threads;
  private final ConnectionHost connectionHost = new ConnectionHost();
  private final AtomicInteger serial = new AtomicInteger();
  private final Set<ClientConnection> clients = ConcurrentHashMap.newKeySet();
  private final Object lock = new Object();
  private final Set<GroupConnectionManager> running = new LinkedHashSet<>(); // guarded by lock
  private @Nullable Set<GroupConnectionManager> waiting =
      new LinkedHashSet<>(); // null: nobody has to
  private boolean closed; // guarded by lock

  private BitcoinjPeerGroups(BitcoinMultiplexer multiplexer, int threads) {
    this.multiplexer = multiplexer;
    this.threads = new SharedThreads(threads);
    var unused = multiplexer.ready().whenComplete((node, failure) -> letIn());
  }

  /**
   * Peer groups over a multiplexer, with as many threads for wallets as there are processors.
   *
   * @param multiplexer started, or to be started: groups wait for its first node
   * @return no group yet
   */
  public static BitcoinjPeerGroups of(BitcoinMultiplexer multiplexer) {
    return of(multiplexer, Math.max(2, Runtime.getRuntime().availableProcessors()));
  }

  /**
   * Peer groups over a multiplexer.
   *
   * @param multiplexer started, or to be started: groups wait for its first node
   * @param threads on which wallets look at what arrived, and their listeners run; half as many
   *     more do what bitcoinj does in the background, and half as many the multiplexer's part
   * @return no group yet
   */
  public static BitcoinjPeerGroups of(BitcoinMultiplexer multiplexer, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("at least one thread is needed: " + threads);
    }
    return new BitcoinjPeerGroups(multiplexer, threads);
  }

  /**
   * A peer group with a context of its own.
   *
   * @param network the multiplexer's, as bitcoinj has it
   * @param chain what the group downloads for
   * @return not started
   * @throws IllegalArgumentException if the multiplexer is on another network
   * @throws IllegalStateException after {@link #close}
   */
  public MultiplexedPeerGroup newPeerGroup(Network network, AbstractBlockChain chain) {
    return newPeerGroup(network, chain, ownContext());
  }

  /**
   * A context that no thread gets by chance. Bitcoinj gives a thread that has none the one that was
   * made last; with that of a group, what the thread pays for one wallet would count as paid by the
   * group's own, which then does not want to hear of it.
   */
  private static Context ownContext() {
    Context own = new Context();
    var nobodys = new Context();
    log.trace("threads without a context get {}", nobodys);
    return own;
  }

  /**
   * A peer group with a given context: for a wallet that was loaded with it, or for fees and rules
   * of one's own.
   *
   * @param network the multiplexer's, as bitcoinj has it
   * @param chain what the group downloads for
   * @param context shared with no other group: with one for many, a wallet never sees a payment of
   *     another in the process before it is mined
   * @return not started
   * @throws IllegalArgumentException if the multiplexer is on another network
   * @throws IllegalStateException after {@link #close}
   */
  public MultiplexedPeerGroup newPeerGroup(
      Network network, AbstractBlockChain chain, Context context) {
    GroupConnectionManager connections = connections(network, context);
    return threads.with(
        context, () -> new MultiplexedPeerGroup(network, chain, connections, threads));
  }

  /**
   * The connections for a peer group of one's own making, which is on its own then with everything
   * that {@link MultiplexedPeerGroup} sees to; its thread is one of those things.
   *
   * @param network the multiplexer's, as bitcoinj has it
   * @param context for what runs in the threads of its connections
   * @return a manager for one group; whatever address it dials, it gets the multiplexer
   * @throws IllegalArgumentException if the multiplexer is on another network
   * @throws IllegalStateException after {@link #close}
   */
  public ClientConnectionManager newConnectionManager(Network network, Context context) {
    return connections(network, context);
  }

  private GroupConnectionManager connections(Network network, Context context) {
    if (!BitcoinjNetworks.isSameChain(multiplexer.network(), network)) {
      throw new IllegalArgumentException(
          "a peer group for "
              + network
              + " has nothing to do with a multiplexer for "
              + multiplexer.network());
    }
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the peer groups are closed");
      }
    }
    return new GroupConnectionManager(
        connectionHost,
        "bitcoinj-" + serial.incrementAndGet(),
        BitcoinjNetworks.fromBitcoinj(network),
        context);
  }

  private void letIn() {
    Set<GroupConnectionManager> let;
    synchronized (lock) {
      let = waiting;
      waiting = null;
    }
    if (let != null) {
      let.forEach(GroupConnectionManager::openAll);
    }
  }

  private final class ConnectionHost implements GroupConnectionManager.Host {

    @Override
    public PeerChannel.Joined connect(EventLoop loop, String name) {
      EventLoop session = threads.nextSessionLoop();
      MemoryPair pair = MemoryTransports.pair(loop, name, session, "multiplexer");
      ClientConnection client = multiplexer.accept(pair.right(), session);
      clients.add(client);
      var unused = client.closed().thenRun(() -> clients.remove(client));
      return new PeerChannel.Joined(pair.left(), client.closed());
    }

    @Override
    public boolean isReady(GroupConnectionManager manager) {
      synchronized (lock) {
        if (waiting != null) {
          waiting.add(manager);
        }
        return waiting == null;
      }
    }

    @Override
    public SerialLoop newPeerLoop() {
      return threads.newPeerLoop();
    }

    @Override
    public void started(GroupConnectionManager manager) {
      synchronized (lock) {
        if (closed) {
          throw new IllegalStateException("the peer groups are closed");
        }
        running.add(manager);
      }
    }

    @Override
    public void stopped(GroupConnectionManager manager) {
      synchronized (lock) {
        running.remove(manager);
        if (waiting != null) {
          waiting.remove(manager);
        }
      }
    }
  }

  /**
   * Stops the groups that are running, waits some seconds for that, and ends the threads.
   * Idempotent.
   */
  @Override
  public void close() {
    List<GroupConnectionManager> toStop;
    synchronized (lock) {
      closed = true;
      toStop = new ArrayList<>(running);
    }
    toStop.forEach(GroupConnectionManager::end);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    for (GroupConnectionManager manager : toStop) {
      try {
        manager.awaitTerminated(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        log.warn("{} still has connections {} seconds after it was closed", manager, CLOSE_SECONDS);
      }
    }
    clients.forEach(ClientConnection::close); // which their loops do before they end
    threads.close();
  }
}
