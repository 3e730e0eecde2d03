package org.bitcoinmultiplexer.bitcoin.handshake;

import static org.bitcoinmultiplexer.bitcoin.handshake.Step.DONE;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.IGNORED;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.PASS;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.TAKEN;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.VIOLATED;

import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.jspecify.annotations.Nullable;

/**
 * The handshake with the node, as the dialling side.
 *
 * <pre>
 *   NEW ──open()──► SALUTED ──version──► ANSWERED ──verack──► DONE
 *                      └──version refused──► BROKEN
 * </pre>
 *
 * <p>SALUTED: our {@code version} is out. ANSWERED: so are {@code wtxidrelay}, if the node's
 * version is 70016 or more, and {@code verack}. We never say {@code sendaddrv2}, {@code
 * sendheaders} or {@code sendcmpct}: addresses are not wanted, and only without announcements by
 * {@code headers} is every {@code headers} message an answer.
 *
 * <p>What comes out of order is ignored, as Bitcoin Core ignores it. A node below version {@link
 * ProtocolVersions#LEAST_NODE} is refused. Which services it offers, and whether they are enough,
 * is not judged here.
 *
 * <p>Confined to the hub's loop. Emits synchronously from within {@link #open} and {@link
 * #onMessage}.
 */
public final class NodeHandshake {

  private enum State {
    NEW,
    SALUTED,
    ANSWERED,
    DONE,
    BROKEN
  }

  private final String target;
  private final boolean serveBlocks;
  private final int height;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Consumer<? super Message> out;

  private State state = State.NEW;
  private @Nullable Version node;
  private boolean wtxidRelay;
  private @Nullable Violation violation;

  /**
   * A handshake that has not begun.
   *
   * @param target what was dialled, for the description
   * @param serveBlocks whether to offer NETWORK and WITNESS: the node then asks us for headers, and
   *     for blocks that we announce; without, it is offered only WITNESS, lest a node that knows no
   *     wtxids asks for transactions without their witnesses
   * @param height of the best block we know, 0 if none
   * @param random draws the nonce
   * @param clock tells the time that our version carries
   * @param out takes what is sent to the node
   */
  public NodeHandshake(
      String target,
      boolean serveBlocks,
      int height,
      RandomGenerator random,
      InstantSource clock,
      Consumer<? super Message> out) {
    this.target = target;
    this.serveBlocks = serveBlocks;
    this.height = height;
    this.random = random;
    this.clock = clock;
    this.out = out;
  }

  /**
   * The connection is open: says hello.
   *
   * @throws IllegalStateException if called twice
   */
  public void open() {
    if (state != State.NEW) {
      throw new IllegalStateException("opened twice");
    }
    state = State.SALUTED;
    out.accept(
        new Version(
                ProtocolVersions.OWN,
                serveBlocks ? Version.NODE_NETWORK | Version.NODE_WITNESS : Version.NODE_WITNESS,
                clock.instant().getEpochSecond(),
                NetworkAddress.UNSPECIFIED,
                NetworkAddress.UNSPECIFIED,
                random.nextLong(),
                Handshakes.USER_AGENT,
                height,
                true)
            .toMessage());
  }

  /**
   * The node said something. To be asked for every message, during the handshake and after it.
   *
   * @param message not validated
   * @return what became of it
   */
  public Step onMessage(Message message) {
    if (state == State.BROKEN) {
      return VIOLATED;
    }
    return switch (message.command()) {
      case Commands.VERSION -> state == State.SALUTED ? onVersion(message) : IGNORED;
      case Commands.VERACK -> onVerack();
      case Commands.WTXIDRELAY -> onWtxidRelay();
      case Commands.SENDADDRV2 -> IGNORED;
      default -> state == State.DONE ? PASS : IGNORED;
    };
  }

  /**
   * Whether transactions are announced by witness id, to the node and by it.
   *
   * @return true if both sides said so; final once the handshake is done
   */
  public boolean wtxidRelay() {
    return wtxidRelay;
  }

  /**
   * The node.
   *
   * @return what it said; its fee filter is not known yet
   * @throws IllegalStateException before {@link Step#DONE}
   */
  public NodeInfo node() {
    if (state != State.DONE) {
      throw new IllegalStateException("the handshake is not done but " + state);
    }
    Version said = said();
    return new NodeInfo(
        common(),
        said.services(),
        Handshakes.printable(said.userAgent()),
        said.height(),
        said.relay(),
        wtxidRelay,
        0,
        target + " " + Handshakes.describe(said));
  }

  /**
   * Why the handshake failed.
   *
   * @return the rule and the reason
   * @throws IllegalStateException before {@link Step#VIOLATED}
   */
  public Violation violation() {
    if (violation == null) {
      throw new IllegalStateException("the handshake did not fail");
    }
    return violation;
  }

  private Step onVersion(Message message) {
    Version said;
    try {
      said = Version.parse(message);
    } catch (MalformedMessageException e) {
      return violated("malformed-version", String.valueOf(e.getMessage()));
    }
    if (said.protocol() < ProtocolVersions.LEAST_NODE) {
      return violated(
          "obsolete-version",
          "the node speaks version "
              + said.protocol()
              + ", which knows no witness; at least "
              + ProtocolVersions.LEAST_NODE
              + " is needed");
    }
    node = said;
    state = State.ANSWERED;
    if (common() >= ProtocolVersions.WTXID_RELAY) {
      out.accept(Handshakes.WTXIDRELAY);
    }
    out.accept(Handshakes.VERACK);
    return TAKEN;
  }

  private Step onVerack() {
    if (state != State.ANSWERED) {
      return IGNORED;
    }
    state = State.DONE;
    return DONE;
  }

  private Step onWtxidRelay() {
    if (state != State.ANSWERED || common() < ProtocolVersions.WTXID_RELAY) {
      return IGNORED;
    }
    wtxidRelay = true;
    return TAKEN;
  }

  private Version said() {
    return Objects.requireNonNull(node, "node's version");
  }

  private int common() {
    return Math.min(ProtocolVersions.OWN, said().protocol());
  }

  private Step violated(String rule, String reason) {
    state = State.BROKEN;
    violation = new Violation(rule, reason);
    return VIOLATED;
  }
}
