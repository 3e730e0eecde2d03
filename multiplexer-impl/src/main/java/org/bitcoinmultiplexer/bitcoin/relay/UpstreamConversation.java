package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeHandshake;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.core.NodeConversation;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * Hears one upstream connection, from hello to its end, and sorts what the node says: questions and
 * announcements end here, answers are looked at and passed on.
 *
 * <pre>
 *   GREETING ──handshake done──► TALKING ──► CLOSED
 *       └────────refused───────────────────►
 * </pre>
 *
 * <p>After the handshake nothing is said that changes how the node treats the connection: no {@code
 * sendheaders}, so that every {@code headers} is an answer, no {@code sendcmpct}, no filter, no
 * {@code feefilter}; all clients share it.
 *
 * <p>Confined to the engine's loop.
 */
final class UpstreamConversation implements NodeConversation {

  /** Hears what the node says once the handshake is done. */
  interface Listener {

    /** The handshake is done. */
    void onReady(NodeContext context, NodeInfo node);

    /** The node wants other fee rates. */
    void onFeeFilter(long rate);

    /** The node announced a block or transaction. */
    void onAnnouncement(InventoryVector item);

    /** A message with headers passes. */
    void onHeaders(Headers headers);

    /** A block in whatever form passes. */
    void onHeader(BlockHeader header);

    /** A whole block passes, behind its header. */
    void onBlock(Hash hash, Message block);

    /** A transaction passes. */
    void onTransaction(Message tx);

    /** The node wants items. */
    void onGetData(Inventory items);

    /** The node wants headers. */
    void onGetHeaders(Message canonical);

    /** The connection is gone. Only if it was greeted. */
    void onLost();
  }

  /** What the node offers or wants beyond this is nothing that many clients could share. */
  private static final Set<String> NOT_FOR_MANY =
      Set.of(
          Commands.SENDCMPCT,
          Commands.SENDHEADERS,
          Commands.SENDTXRCNCL,
          Commands.FEATURE,
          Commands.ADDR,
          Commands.ADDRV2,
          Commands.ALERT,
          Commands.REJECT,
          Commands.GETADDR,
          Commands.GETBLOCKS,
          Commands.GETBLOCKTXN,
          Commands.MEMPOOL,
          Commands.FILTERLOAD,
          Commands.FILTERADD,
          Commands.FILTERCLEAR);

  private enum State {
    GREETING,
    TALKING,
    CLOSED
  }

  private final NodeContext node;
  private final NodeHandshake handshake;
  private final Listener listener;
  private final RandomGenerator random;
  private final Counters counters;
  private State state = State.GREETING;
  private OptionalLong pinged = OptionalLong.empty();
  private boolean numbers; // were agreed
  private boolean belongsToNumber; // does the next message

  UpstreamConversation(
      NodeContext node,
      NodeHandshake handshake,
      Listener listener,
      RandomGenerator random,
      Counters counters) {
    this.node = node;
    this.handshake = handshake;
    this.listener = listener;
    this.random = random;
    this.counters = counters;
  }

  @Override
  public void onOpen() {
    handshake.open();
  }

  @Override
  public boolean onMessage(Message message) {
    if (state == State.CLOSED) {
      return true;
    }
    if (belongsToNumber) {
      belongsToNumber = false;
      look(message);
      return false;
    }
    switch (handshake.onMessage(message)) {
      case TAKEN, IGNORED -> {
        return true;
      }
      case DONE -> {
        state = State.TALKING;
        numbers = handshake.node().window() > 0;
        listener.onReady(node, handshake.node());
        return true;
      }
      case VIOLATED -> {
        state = State.CLOSED;
        node.fail(handshake.violation().reason());
        return true;
      }
      case PASS -> {
        try {
          return hear(message);
        } catch (MalformedMessageException e) {
          counters.count(Counter.NEWS_NODE_MALFORMED);
          return false;
        }
      }
    }
    throw new AssertionError("all steps are handled");
  }

  /** Whether that was all there is to a message. */
  private boolean hear(Message message) {
    switch (message.command()) {
      case Commands.PING -> node.send(Ping.pong(Ping.nonce(message)));
      case Commands.PONG -> {
        return isOwnPong(message);
      }
      case Commands.INV -> {
        Inventory items = Inventory.parse(message);
        for (int i = 0; i < items.size(); i++) {
          listener.onAnnouncement(items.get(i));
        }
      }
      case Commands.HEADERS, Commands.BLOCK, Commands.CMPCTBLOCK, Commands.TX -> {
        see(message);
        return false;
      }
      case Commands.SEQ -> {
        belongsToNumber = numbers && isFollowed(Sequence.kind(message));
        return false;
      }
      case Commands.GETDATA -> listener.onGetData(Inventory.parse(message));
      case Commands.GETHEADERS -> listener.onGetHeaders(BlockLocator.parse(message).toMessage());
      case Commands.FEEFILTER -> listener.onFeeFilter(FeeFilter.parse(message).rate());
      default -> {
        // What is left is an answer, perhaps to a request of a row that somebody added.
        return NOT_FOR_MANY.contains(message.command());
      }
    }
    return true;
  }

  private static boolean isFollowed(Sequence.Kind kind) {
    return kind == Sequence.Kind.PART || kind == Sequence.Kind.LAST;
  }

  /** An answer that the node has numbered: whatever it is, the router is to have it. */
  private void look(Message message) {
    try {
      see(message);
    } catch (MalformedMessageException e) {
      counters.count(Counter.NEWS_NODE_MALFORMED);
    }
  }

  /** There are news in answers. */
  private void see(Message message) {
    switch (message.command()) {
      case Commands.HEADERS -> listener.onHeaders(Headers.parse(message));
      case Commands.BLOCK -> {
        BlockHeader header = BlockHeader.of(message);
        listener.onHeader(header);
        listener.onBlock(header.hash(), message);
      }
      case Commands.CMPCTBLOCK -> listener.onHeader(BlockHeader.of(message));
      case Commands.TX -> listener.onTransaction(message);
      default -> {}
    }
  }

  private boolean isOwnPong(Message pong) {
    if (pinged.isEmpty() || Ping.nonce(pong) != pinged.getAsLong()) {
      return false;
    }
    pinged = OptionalLong.empty();
    return true;
  }

  /** Asks for a sign of life; without one the engine gives the connection up. */
  @Override
  public void onIdle() {
    if (state == State.TALKING && pinged.isEmpty()) {
      long nonce = random.nextLong();
      pinged = OptionalLong.of(nonce);
      node.send(Ping.ping(nonce));
    }
  }

  @Override
  public void onClosed() {
    boolean talked = state == State.TALKING;
    state = State.CLOSED;
    if (talked) {
      listener.onLost();
    }
  }
}
