package org.bitcoinmultiplexer.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.Addresses;

/** A socket at which clients arrive. */
public final class NettyListener implements AutoCloseable {

  private static final long CLOSE_MILLIS = 5_000;

  private final Channel channel;
  private final AcceptLimits.Gate gate;

  NettyListener(Channel channel, AcceptLimits.Gate gate) {
    this.channel = channel;
    this.gate = gate;
  }

  /**
   * Where it listens.
   *
   * @return the address with the port that was taken
   */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /**
   * How many of the connections accepted here are open.
   *
   * @return 0 or more
   */
  public int connections() {
    return gate.count();
  }

  /**
   * Stops listening; the connections live on. Idempotent; any thread. Waits until the address is
   * free, up to five seconds, unless called from the listener's own loop.
   */
  @Override
  public void close() {
    ChannelFuture closed = channel.close();
    if (!channel.eventLoop().inEventLoop()) {
      closed.awaitUninterruptibly(CLOSE_MILLIS);
    }
  }

  @Override
  public String toString() {
    return "netty listener at " + Addresses.inWords(address());
  }
}
