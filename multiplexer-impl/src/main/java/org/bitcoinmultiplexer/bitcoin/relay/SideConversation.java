package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeHandshake;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceNumbering;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.core.NodeConversation;

/**
 * Hears a connection to a node beside the shared one, of which only answers are wanted: shakes
 * hands, answers pings, and passes on the rest. What the node announces or asks for is let fall; it
 * says the same on the shared connection.
 *
 * <p>Confined to the engine's loop.
 */
final class SideConversation implements NodeConversation {

  private final NodeContext context;
  private final NodeHandshake handshake;
  private final RandomGenerator random;

  /**
   * A conversation that has not begun.
   *
   * @param handshake offers nothing that the node might ask for
   */
  SideConversation(NodeContext context, NodeHandshake handshake, RandomGenerator random) {
    this.context = context;
    this.handshake = handshake;
    this.random = random;
  }

  @Override
  public void onOpen() {
    handshake.open();
  }

  @Override
  public boolean onMessage(Message message) {
    switch (handshake.onMessage(message)) {
      case DONE -> ready(handshake.node());
      case VIOLATED -> context.fail(handshake.violation().reason());
      case TAKEN, IGNORED -> {
        // The handshake goes on.
      }
      case PASS -> {
        return isNoAnswer(message);
      }
    }
    return true;
  }

  private void ready(NodeInfo node) {
    if (node.window() > 0) {
      context.ready(node.describe(context.target()), new SequenceNumbering(node.window()));
    } else {
      context.ready(node.describe(context.target()));
    }
  }

  private boolean isNoAnswer(Message message) {
    switch (message.command()) {
      case Commands.PING -> {
        try {
          context.send(Ping.pong(Ping.nonce(message)));
        } catch (MalformedMessageException e) {
          // It is for the node to notice that nobody answers that.
        }
        return true;
      }
      case Commands.INV, Commands.GETDATA, Commands.GETHEADERS, Commands.FEEFILTER -> {
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  @Override
  public void onIdle() {
    context.send(Ping.ping(random.nextLong()));
  }

  @Override
  public void onClosed() {
    // Nothing was remembered.
  }
}
