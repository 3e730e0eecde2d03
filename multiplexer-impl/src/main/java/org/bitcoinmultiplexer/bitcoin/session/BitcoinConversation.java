package org.bitcoinmultiplexer.bitcoin.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.handshake.ClientHandshake;
import org.bitcoinmultiplexer.bitcoin.handshake.ClientInfo;
import org.bitcoinmultiplexer.bitcoin.handshake.Step;
import org.bitcoinmultiplexer.bitcoin.relay.Client;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.core.ClientConversation;
import org.bitcoinmultiplexer.core.Notification;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The protocol's side of a session: lets the handshake hear everything until it is done, then
 * {@link ReadyClient}; and ends the session of a client that breaks a rule.
 *
 * <pre>
 *   GREETING ──handshake done──► READY ──► CLOSED
 *       └───────────────────────────────────►
 * </pre>
 *
 * <p>Until the first node is known a client waits, for {@link #PATIENCE} at most. Who says its
 * {@code verack} before ours meanwhile may go on: a few messages are kept until it can be answered.
 *
 * <p>Confined to the session's loop, except {@link #push}, {@link #accepted}, {@link #processed},
 * {@link #budget} and {@link #remote}.
 */
final class BitcoinConversation implements ClientConversation, Client {

  /**
   * So many messages that cannot be read are dropped one by one, as Core drops them without end;
   * whoever sends more does not speak our protocol.
   */
  static final int MOST_MALFORMED = 100;

  /**
   * What a client may ask before it can be greeted, because no node is known: so many messages of
   * so many bytes together.
   */
  static final int MOST_HELD = 100;

  static final int MOST_HELD_BYTES = 100_000;

  /**
   * How long a client waits for the first node there ever was; some give up a peer that lets them
   * wait for five seconds, and all can try again.
   */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /** How many numbered requests of one client are taken in flight. */
  static final int WINDOW = ClientContext.MOST_UNORDERED;

  private final ClientContext context;
  private final SharedContext shared;
  private final ClientHandshake handshake;
  private @Nullable ReadyClient client; // null while GREETING
  private boolean prefersHeaders;
  private @Nullable SendCompact prefersCompact;
  private final Runnable whenNodeKnown = this::onNodeKnown;
  private EventLoop.@Nullable Timer waiting; // for the first node
  private int malformed;
  private List<Message> held = List.of();
  private int heldBytes;
  private boolean closed;

  /**
   * A conversation in which nothing has been said.
   *
   * @param context the engine's side of it
   * @param shared what all conversations share
   */
  BitcoinConversation(ClientContext context, SharedContext shared) {
    this.context = context;
    this.shared = shared;
    this.handshake =
        new ClientHandshake(
            ClientHandshake.WITHHELD,
            shared.bloom() ? Version.NODE_BLOOM : 0,
            WINDOW,
            shared.node()::info,
            shared.node()::height,
            shared.random(),
            shared.clock(),
            context::reply);
  }

  @Override
  public void onMessage(Message message) {
    try {
      took(handshake.onMessage(message), message);
    } catch (Violation e) {
      context.disconnect(e.rule(), e.reason());
    } catch (MalformedMessageException e) {
      onMalformed(message, e);
    }
  }

  private void took(Step step, Message message) {
    switch (step) {
      case PASS -> heard(message);
      case DONE -> ready();
      case TAKEN -> awaitNode();
      case IGNORED -> hold(message);
      case VIOLATED ->
          context.disconnect(handshake.violation().rule(), handshake.violation().reason());
    }
  }

  /** A client that does not wait for our verack is heard as soon as it can be answered. */
  private void hold(Message message) {
    if (!handshake.waitsOnlyForNode()) {
      return;
    }
    if (held.isEmpty()) {
      held = new ArrayList<>();
    }
    held.add(message);
    heldBytes += message.size();
    if (held.size() > MOST_HELD || heldBytes > MOST_HELD_BYTES) {
      context.disconnect(
          Counter.CLOSED_TOO_EARLY,
          held.size() + " messages of " + heldBytes + " bytes before any node is known");
    }
  }

  private void heard(Message message) {
    if (client != null) {
      client.onMessage(message);
    } else if (message.command().equals(Commands.SENDHEADERS)) {
      prefersHeaders = true;
    } else if (message.command().equals(Commands.SENDCMPCT)) {
      SendCompact wish = SendCompact.parse(message);
      if (wish.version() == CompactBlocks.VERSION) {
        prefersCompact = wish;
      }
    }
  }

  private void awaitNode() {
    if (handshake.waitsForNode() && waiting == null) {
      waiting = context.loop().schedule(PATIENCE, this::onNodeUnknown);
      shared.node().whenKnown(context.loop(), whenNodeKnown);
    }
  }

  private void onNodeUnknown() {
    if (!closed && handshake.waitsForNode()) {
      context.disconnect(
          Counter.CLOSED_NO_UPSTREAM,
          "no node is known yet, " + PATIENCE.toSeconds() + " s after it said hello");
    }
  }

  private void onNodeKnown() {
    if (waiting != null) {
      waiting.cancel();
    }
    if (!closed && handshake.nodeKnown() == Step.DONE) {
      ready();
    }
  }

  private void ready() {
    ClientInfo info = handshake.client();
    ReadyClient ready = new ReadyClient(this, context, shared, info);
    if (prefersHeaders) {
      ready.preferHeaders();
    }
    if (prefersCompact != null) {
      ready.preferCompact(prefersCompact);
    }
    client = ready;
    context.ready(info.userAgent() + " " + info.version());
    List<Message> early = held;
    held = List.of();
    for (Message message : early) {
      if (!closed) {
        onMessage(message);
      }
    }
  }

  private void onMalformed(Message message, MalformedMessageException e) {
    String reason = String.valueOf(e.getMessage());
    if (e.isMisbehaviour()) {
      context.disconnect(Counter.limitOf(message.command()), reason);
      return;
    }
    context.engine().counters().count(Counter.CLIENT_MALFORMED);
    malformed++;
    if (malformed > MOST_MALFORMED) {
      context.disconnect(
          Counter.CLOSED_MALFORMED, malformed + " messages could not be read, lastly " + reason);
    }
  }

  @Override
  public void onNews(Notification news) {
    if (client != null && !closed) {
      client.onNews(news);
    }
  }

  @Override
  public boolean isWaiting() {
    return handshake.waitsForNode();
  }

  @Override
  public void onIdle() {
    if (client != null) {
      context.push(Ping.ping(shared.random().nextLong()));
    }
  }

  @Override
  public void onClosed() {
    closed = true;
    held = List.of();
    if (waiting != null) {
      waiting.cancel();
      shared.node().giveUpWaiting(whenNodeKnown);
    }
    if (client != null) {
      client.close();
      shared.nodeRelay().left(this);
    }
  }

  @Override
  public void push(Message message) {
    if (context.loop().inEventLoop()) {
      context.push(message);
    } else {
      context.loop().execute(() -> context.push(message));
    }
  }

  @Override
  public void accepted(Hash txid, Hash wtxid) {
    if (context.loop().inEventLoop()) {
      tellAccepted(txid, wtxid);
    } else {
      context.loop().execute(() -> tellAccepted(txid, wtxid));
    }
  }

  private void tellAccepted(Hash txid, Hash wtxid) {
    if (client != null && !closed) {
      client.accepted(txid, wtxid);
    }
  }

  @Override
  public void processed(int cost) {
    if (context.loop().inEventLoop()) {
      context.dealtWith(cost);
    } else {
      context.loop().execute(() -> context.dealtWith(cost));
    }
  }

  @Override
  public HostBudget budget() {
    return context.budget();
  }

  @Override
  public String remote() {
    return context.remote();
  }
}
