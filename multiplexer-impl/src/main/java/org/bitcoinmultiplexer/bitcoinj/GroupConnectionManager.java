package org.bitcoinmultiplexer.bitcoinj;

import com.google.common.util.concurrent.AbstractService;
import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinj.core.Context;
import org.bitcoinj.net.ClientConnectionManager;
import org.bitcoinj.net.StreamConnection;
import org.bitcoinj.utils.ListenableCompletableFuture;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one group: whatever is dialled, the multiplexer is what it gets.
 *
 * <p>Until the multiplexer has a node, what is dialled waits here; only the last for each address,
 * since whoever dials one again has given up the one before. It has stopped when bitcoinj has been
 * told of the end of every connection: what a wallet is kept in may be closed then.
 */
final class GroupConnectionManager extends AbstractService
    implements ClientConnectionManager, PeerChannel.Host {

  /** What all groups share. */
  interface Host {

    /** Joins a connection to the multiplexer. */
    PeerChannel.Joined connect(EventLoop loop, String name);

    /**
     * Whether connections may be opened at once; if not, {@link #openAll} is called when they may.
     */
    boolean isReady(GroupConnectionManager waiting);

    SerialLoop newPeerLoop();

    void started(GroupConnectionManager manager);

    void stopped(GroupConnectionManager manager);
  }

  private static final Logger log = LoggerFactory.getLogger(GroupConnectionManager.class);

  private final Host host;
  private final String name;
  private final Network framing;
  private final Context context;
  private final Set<PeerChannel> channels = new LinkedHashSet<>(); // guarded by itself
  private int serial; // guarded by channels
  private volatile Runnable end = this::stopAsync;

  GroupConnectionManager(Host host, String name, Network framing, Context context) {
    this.host = host;
    this.name = name;
    this.framing = framing;
    this.context = context;
  }

  Context context() {
    return context;
  }

  /** Says how the group is stopped to which the connections belong. */
  void belongsTo(Runnable stop) {
    end = stop;
  }

  /** Stops the group, or what is known of it here. Any thread. */
  void end() {
    try {
      end.run();
    } catch (IllegalStateException e) {
      log.debug("{} is being stopped already", name, e);
    }
  }

  @Override
  public ListenableCompletableFuture<SocketAddress> openConnection(
      SocketAddress address, StreamConnection connection) {
    PeerChannel channel =
        new PeerChannel(this, host.newPeerLoop(), address, connection, framing, context);
    synchronized (channels) {
      if (!isRunning()) {
        throw new IllegalStateException("the connections of " + name + " are " + state());
      }
      channels.removeIf(given -> isGivenUp(given, address));
      channels.add(channel);
    }
    if (host.isReady(this)) {
      channel.open();
    }
    return channel.opened();
  }

  private static boolean isGivenUp(PeerChannel channel, SocketAddress dialled) {
    boolean givenUp = channel.isWaiting() && channel.address().equals(dialled);
    if (givenUp) {
      channel.forget();
    }
    return givenUp;
  }

  /** Opens what waits. Any thread. */
  void openAll() {
    all().forEach(PeerChannel::open);
  }

  @Override
  public PeerChannel.Joined connect(EventLoop loop) {
    int number;
    synchronized (channels) {
      number = ++serial;
    }
    return host.connect(loop, name + ":" + number);
  }

  @Override
  public int getConnectedClientCount() {
    return (int) all().stream().filter(PeerChannel::isOpen).count();
  }

  @Override
  public void closeConnections(int n) {
    all().stream().filter(PeerChannel::isOpen).limit(n).forEach(PeerChannel::closeConnection);
  }

  @Override
  protected void doStart() {
    host.started(this);
    notifyStarted();
  }

  @Override
  protected void doStop() {
    all().forEach(PeerChannel::closeConnection);
    endIfLast();
  }

  @Override
  public void gone(PeerChannel channel) {
    synchronized (channels) {
      channels.remove(channel);
    }
    endIfLast();
  }

  private void endIfLast() {
    boolean ends;
    synchronized (channels) {
      ends = channels.isEmpty() && state() == State.STOPPING;
    }
    if (ends) {
      host.stopped(this);
      try {
        notifyStopped();
      } catch (IllegalStateException e) {
        // Two saw that the last was gone.
      }
    }
  }

  private List<PeerChannel> all() {
    synchronized (channels) {
      return List.copyOf(channels);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
