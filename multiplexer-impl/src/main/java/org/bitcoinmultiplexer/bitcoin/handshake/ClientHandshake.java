package org.bitcoinmultiplexer.bitcoin.handshake;

import static org.bitcoinmultiplexer.bitcoin.handshake.Step.DONE;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.IGNORED;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.PASS;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.TAKEN;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.VIOLATED;

import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The handshake with a client, as the accepting side, in the order of Bitcoin Core.
 *
 * <pre>
 *   NEW ──version, node known──► GREETED ──sendseq──► WELCOMED ──verack──► DONE
 *    │                            ▲   └───────────verack──────────────────►  ▲
 *    │                            │nodeKnown()                               │nodeKnown()
 *    └──version, node unknown──► HELD ──verack──► HELD_ACKNOWLEDGED ─────────┘
 *   any but the last ──rule broken──► BROKEN
 * </pre>
 *
 * <p>To be GREETED is to be sent {@code version}, then {@code wtxidrelay} and {@code sendaddrv2} if
 * the common version is 70016 or more; to be WELCOMED is to be sent {@code verack}, at once unless
 * the client has announced that it will say {@code sendseq}, which is answered in front of it.
 * Nothing else is sent before the client's own {@code verack}, because bitcoinj takes anything else
 * for an error. What the client sees is the node's: its services as far as we can keep their
 * promises and those that we have ourselves, its wish for transactions, and on DONE its fee filter.
 * Before a node is known nothing is sent at all: a promise cannot be taken back.
 *
 * <p><b>Out of order.</b> Before {@code version} everything is ignored; after it a second {@code
 * version}, {@code verack} or {@code sendseq}; before {@code verack} also everything that is not a
 * matter of the handshake, save {@code sendheaders} and {@code sendcmpct}, which are passed on.
 * {@code wtxidrelay} and {@code sendaddrv2} after {@code verack} break a rule, and so does {@code
 * feature} after {@code version}, because the common version is never 70017 (BIP434). All this is
 * Bitcoin Core's. We differ in one point: it drops a malformed {@code version} and lets the
 * connection wait for its timeout; we end it at once and say why.
 *
 * <p>Confined to the session's loop. Emits synchronously from within {@link #onMessage} and {@link
 * #nodeKnown}.
 */
public final class ClientHandshake {

  /** The service of the node that the shared strategies do not pass on. */
  public static final long WITHHELD = Version.NODE_BLOOM;

  /** Services that anybody here understands; a promise that nobody understands is not repeated. */
  private static final long UNDERSTOOD =
      Version.NODE_NETWORK
          | Version.NODE_BLOOM
          | Version.NODE_WITNESS
          | Version.NODE_COMPACT_FILTERS
          | Version.NODE_NETWORK_LIMITED;

  private enum State {
    NEW,
    HELD,
    HELD_ACKNOWLEDGED,
    GREETED,
    WELCOMED,
    DONE,
    BROKEN
  }

  private final long withheld;
  private final long added;
  private final SendSequence offer;
  private final Supplier<@Nullable NodeInfo> node;
  private final IntSupplier height;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Consumer<? super Message> out;

  private State state = State.NEW;
  private final Introduction client = new Introduction();
  private boolean addrV2;

  /**
   * A handshake that waits for the client.
   *
   * @param withheld services not to be offered although the node does, such as {@link #WITHHELD};
   *     the encrypted transport, and bits without a known meaning, are never offered
   * @param added services to be offered although the node does not, because we have them
   * @param window how many numbered requests of the client are taken in flight, 0 or more
   * @param node the node as known now, null if it is not
   * @param height of the best block, asked when the client is greeted
   * @param random draws the nonce
   * @param clock tells the time that our version carries
   * @param out takes what is sent to the client
   */
  public ClientHandshake(
      long withheld,
      long added,
      int window,
      Supplier<@Nullable NodeInfo> node,
      IntSupplier height,
      RandomGenerator random,
      InstantSource clock,
      Consumer<? super Message> out) {
    this.withheld = withheld;
    this.added = added;
    this.offer = new SendSequence(SendSequence.VERSION, window);
    this.node = node;
    this.height = height;
    this.random = random;
    this.clock = clock;
    this.out = out;
  }

  /**
   * The client said something. To be asked for every message, during the handshake and after it.
   *
   * @param message not validated
   * @return what became of it
   */
  public Step onMessage(Message message) {
    if (state == State.BROKEN) {
      return VIOLATED;
    }
    return switch (message.command()) {
      case Commands.VERSION -> state == State.NEW ? onVersion(message) : IGNORED;
      case Commands.VERACK -> onVerack();
      case Commands.WTXIDRELAY -> onWtxidRelay();
      case Commands.SENDADDRV2 -> onSendAddrV2();
      case Commands.SENDSEQ -> onSendSequence(message);
      case Commands.FEATURE -> onFeature();
      case Commands.SENDHEADERS, Commands.SENDCMPCT -> state == State.NEW ? IGNORED : PASS;
      default -> state == State.DONE ? PASS : IGNORED;
    };
  }

  /**
   * The node has become known. Without effect unless the client waits for it.
   *
   * @return {@link Step#DONE} if that completed the handshake, {@link Step#TAKEN} if the client was
   *     greeted, otherwise {@link Step#IGNORED}
   */
  public Step nodeKnown() {
    NodeInfo known = node.get();
    if (known == null || (state != State.HELD && state != State.HELD_ACKNOWLEDGED)) {
      return IGNORED;
    }
    boolean acknowledged = state == State.HELD_ACKNOWLEDGED;
    greet(known);
    if (!acknowledged) {
      return TAKEN;
    }
    if (state == State.GREETED) {
      welcome(); // it has acknowledged without an offer
    }
    return done();
  }

  /**
   * Whether a version of the client has been accepted and ours is held back.
   *
   * @return true if {@link #nodeKnown} should be called once a node is known
   */
  public boolean waitsForNode() {
    return state == State.HELD || state == State.HELD_ACKNOWLEDGED;
  }

  /**
   * Whether the client has done its part and only the node is missing. What it says by now is
   * {@link Step#IGNORED} and may be given again after {@link Step#DONE}, when it counts.
   *
   * @return true after a {@code verack} that came while no node was known
   */
  public boolean waitsOnlyForNode() {
    return state == State.HELD_ACKNOWLEDGED;
  }

  /**
   * The client.
   *
   * @return what it said
   * @throws IllegalStateException before {@link Step#DONE}
   */
  public ClientInfo client() {
    if (state != State.DONE) {
      throw new IllegalStateException("the handshake is not done but " + state);
    }
    Version said = client.said();
    return new ClientInfo(
        client.common(),
        said.services(),
        Handshakes.printable(said.userAgent()),
        said.relay(),
        client.relaysByWtxid(),
        addrV2,
        said.height(),
        client.offersSequence());
  }

  /**
   * Which rule was broken.
   *
   * @return the rule and the reason
   * @throws IllegalStateException before {@link Step#VIOLATED}
   */
  public Violation violation() {
    return client.violation();
  }

  private Step onVersion(Message message) {
    if (!client.version(message, ProtocolVersions.LEAST_CLIENT, "")) {
      state = State.BROKEN;
      return VIOLATED;
    }
    NodeInfo known = node.get();
    if (known == null) {
      state = State.HELD;
    } else {
      greet(known);
    }
    return TAKEN;
  }

  private Step onVerack() {
    switch (state) {
      case HELD -> {
        state = State.HELD_ACKNOWLEDGED;
        return TAKEN;
      }
      case GREETED -> {
        welcome();
        return done();
      }
      case WELCOMED -> {
        return done();
      }
      default -> {
        return IGNORED;
      }
    }
  }

  private Step onSendSequence(Message message) {
    boolean inTime = state == State.HELD || state == State.GREETED;
    if (!inTime || !client.sendSequence(message)) {
      return IGNORED;
    }
    if (state == State.GREETED) {
      welcome();
    }
    return TAKEN;
  }

  private Step onWtxidRelay() {
    if (state == State.NEW) {
      return IGNORED;
    }
    if (acknowledged()) {
      return violated(Counter.CLOSED_LATE_WTXIDRELAY, "wtxidrelay after verack");
    }
    return client.wtxidRelay() ? TAKEN : IGNORED;
  }

  private Step onSendAddrV2() {
    if (state == State.NEW) {
      return IGNORED;
    }
    if (acknowledged()) {
      return violated(Counter.CLOSED_LATE_SENDADDRV2, "sendaddrv2 after verack");
    }
    addrV2 = true; // of any version: bitcoinj sends it with 70013
    return TAKEN;
  }

  private Step onFeature() {
    return state == State.NEW
        ? IGNORED
        : violated(
            Counter.CLOSED_UNWELCOME_FEATURE,
            "feature with a common version of " + client.common() + ", below 70017");
  }

  private void greet(NodeInfo known) {
    state = State.GREETED;
    out.accept(
        new Version(
                ProtocolVersions.OWN,
                (known.services() & UNDERSTOOD & ~withheld) | added,
                clock.instant().getEpochSecond(),
                NetworkAddress.UNSPECIFIED,
                NetworkAddress.UNSPECIFIED,
                random.nextLong(),
                Handshakes.USER_AGENT,
                height.getAsInt(),
                known.relay())
            .toMessage());
    if (client.common() >= ProtocolVersions.WTXID_RELAY) {
      out.accept(Handshakes.WTXIDRELAY);
      out.accept(Handshakes.SENDADDRV2);
    }
    boolean willOffer = (client.said().services() & Version.NODE_SEQUENCE) != 0;
    if (client.offersSequence() || !willOffer) {
      welcome();
    }
  }

  private void welcome() {
    state = State.WELCOMED;
    if (client.offersSequence()) {
      out.accept(offer.toMessage());
    }
    out.accept(Handshakes.VERACK);
  }

  private Step done() {
    state = State.DONE;
    NodeInfo known = node.get();
    if (client.common() >= ProtocolVersions.COMPACT_BLOCKS) {
      out.accept(Handshakes.SENDCMPCT);
    }
    if (known != null && known.feeFilter() > 0 && client.common() >= ProtocolVersions.FEE_FILTER) {
      out.accept(new FeeFilter(known.feeFilter()).toMessage());
    }
    return DONE;
  }

  private boolean acknowledged() {
    return state == State.DONE || state == State.HELD_ACKNOWLEDGED;
  }

  private Step violated(Counter rule, String reason) {
    state = State.BROKEN;
    client.violate(rule, reason);
    return VIOLATED;
  }
}
