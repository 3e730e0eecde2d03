package org.bitcoinmultiplexer.bitcoin.handshake;

import static org.bitcoinmultiplexer.bitcoin.handshake.Step.DONE;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.IGNORED;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.PASS;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.TAKEN;
import static org.bitcoinmultiplexer.bitcoin.handshake.Step.VIOLATED;

import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Version;

/**
 * The handshake with the node, as the dialling side.
 *
 * <pre>
 *   NEW ──open()──► SALUTED ──version──► ANSWERED ──verack──► DONE
 *                      └──version refused──► BROKEN
 * </pre>
 *
 * <p>SALUTED: our {@code version} is out, which announces that {@code sendseq} will follow.
 * ANSWERED: so are {@code wtxidrelay}, if the node's version is 70016 or more, {@code sendseq},
 * which a node that does not know it ignores, and {@code verack}. We never say {@code sendaddrv2},
 * {@code sendheaders} or {@code sendcmpct}: addresses are not wanted, and only without
 * announcements by {@code headers} is every {@code headers} message an answer.
 *
 * <p>What comes out of order is ignored, as Bitcoin Core ignores it. A node below version {@link
 * ProtocolVersions#LEAST_NODE} is refused. Which services it offers, and whether they are enough,
 * is not judged here.
 *
 * <p>Confined to the engine's loop. Emits synchronously from within {@link #open} and {@link
 * #onMessage}.
 */
public final class NodeHandshake {

  /** We take no numbered requests of a node: it asks us little, and that in order. */
  private static final Message SENDSEQ = new SendSequence(SendSequence.VERSION, 0).toMessage();

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
  private final Introduction node = new Introduction();

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
                Version.NODE_SEQUENCE
                    | Version.NODE_WITNESS
                    | (serveBlocks ? Version.NODE_NETWORK : 0),
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
      case Commands.SENDSEQ ->
          state == State.ANSWERED && node.sendSequence(message) ? TAKEN : IGNORED;
      default -> state == State.DONE ? PASS : IGNORED;
    };
  }

  /**
   * Whether transactions are announced by witness id, to the node and by it.
   *
   * @return true if both sides said so; final once the handshake is done
   */
  public boolean wtxidRelay() {
    return node.relaysByWtxid();
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
    Version said = node.said();
    return new NodeInfo(
        node.common(),
        said.services(),
        Handshakes.printable(said.userAgent()),
        said.height(),
        said.relay(),
        node.relaysByWtxid(),
        node.window(),
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
    return node.violation();
  }

  private Step onVersion(Message message) {
    if (!node.version(message, ProtocolVersions.LEAST_NODE, ": it knows no witness")) {
      state = State.BROKEN;
      return VIOLATED;
    }
    state = State.ANSWERED;
    if (node.common() >= ProtocolVersions.WTXID_RELAY) {
      out.accept(Handshakes.WTXIDRELAY);
    }
    out.accept(SENDSEQ);
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
    return state == State.ANSWERED && node.wtxidRelay() ? TAKEN : IGNORED;
  }
}
