package org.bitcoinmultiplexer.bitcoinj;

import java.nio.channels.NotYetConnectedException;
import org.bitcoinj.core.AbstractBlockChain;
import org.bitcoinj.core.NetworkParameters;
import org.bitcoinj.core.Peer;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.VersionMessage;
import org.bitcoinj.net.MessageWriteTarget;
import org.bitcoinj.utils.ListenableCompletableFuture;
import org.bitcoinj.utils.Threading;
import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A peer that takes messages and gives them as they are, instead of the bytes of frames. */
final class DirectPeer extends Peer {

  private static final Logger log = LoggerFactory.getLogger(DirectPeer.class);

  private volatile @Nullable PeerChannel channel;

  DirectPeer(
      NetworkParameters network,
      VersionMessage version,
      PeerAddress address,
      @Nullable AbstractBlockChain chain,
      long requiredServices,
      int dependencyDepth) {
    super(network, version, address, chain, requiredServices, dependencyDepth);
  }

  @Override
  public void setWriteTarget(MessageWriteTarget target) {
    if (target instanceof PeerChannel ours) {
      channel = ours;
    }
    super.setWriteTarget(target);
  }

  @Override
  public ListenableCompletableFuture<Void> sendMessage(org.bitcoinj.core.Message message)
      throws NotYetConnectedException {
    PeerChannel to = channel;
    Message direct = to == null ? null : PeerMessages.write(message);
    return to == null || direct == null ? super.sendMessage(message) : to.write(direct);
  }

  /** Does what {@link Peer#receiveBytes} does with a frame, a failure included. */
  @SuppressWarnings("CatchingUnchecked") // as bitcoinj: whatever it is, the connection ends
  void receive(Message message) {
    try {
      org.bitcoinj.core.Message read = PeerMessages.read(message);
      if (read != null) {
        processMessage(read);
      }
    } catch (Exception e) {
      log.warn("{}: {} cannot be dealt with", getAddress(), message, e);
      Thread.UncaughtExceptionHandler handler = Threading.uncaughtExceptionHandler;
      if (handler != null) {
        handler.uncaughtException(Thread.currentThread(), e);
      }
      close();
    }
  }
}
