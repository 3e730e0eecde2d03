package org.bitcoinmultiplexer.bitcoin.passthrough;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.handshake.Handshakes;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.core.PassthroughContext;
import org.bitcoinmultiplexer.core.PassthroughConversation;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Lets a client and a node talk over two connections as if it were one.
 *
 * <pre>
 *   NEW ──client's version──► DIALLING ──node open──► GREETING ──node's version──► NEGOTIATING
 *                                                            both veracks──► RELAYING
 * </pre>
 *
 * <p>Each peer gets the other's {@code version} with a nonce of ours and with no more than can be
 * kept: the encrypted transport and versions above 70016 are not shown. The node sees the client's
 * services, height, wish for transactions and user agent: what it asks of a peer it asks by these,
 * and software which looks for itself in the node's list of peers finds itself. Since the node is
 * told the client's version, it gates its own messages as if it spoke to the client; negotiation
 * then only needs to be relayed in order:
 *
 * <ul>
 *   <li>Before the node's {@code verack} the client gets nothing but {@code wtxidrelay}, {@code
 *       sendaddrv2} and {@code sendtxrcncl}, and these only if its version is 70016 or more.
 *   <li>Before the client's {@code verack} the node gets what negotiates, {@code sendheaders} and
 *       {@code sendcmpct}; what else the client says is dropped, as the node would.
 * </ul>
 *
 * <p>Between its version and the node's the client is not read from; what had been read by then is
 * held, and heard in order once the node's version is there.
 *
 * <p>After both veracks every frame is relayed as it is, in order, in either direction: what a
 * client does wrong costs it its own connection. Whoever says no more gets what the node has for it
 * still: behind everything it asked the node is sent a {@code ping} of ours, whose {@code pong}
 * tells that all is answered.
 *
 * <p>Confined to {@link PassthroughContext#loop()}.
 */
public final class BitcoinPassthrough implements PassthroughConversation {

  /** What had been read already when reading was stopped is less; and a frame at the most more. */
  static final int MOST_HELD_BYTES = 4_000_000;

  private static final int OVERHEAD = 200;

  private enum State {
    NEW,
    DIALLING,
    GREETING,
    NEGOTIATING,
    RELAYING,
    ENDED
  }

  private final PassthroughContext relay;
  private final RandomGenerator random;
  private final Deque<Message> held = new ArrayDeque<>();

  private State state = State.NEW;
  private @Nullable Version client;
  private @Nullable Version node;
  private @Nullable ConnectionStateRecorder recorder;
  private boolean clientAcknowledged;
  private boolean nodeAcknowledged;
  private int heldBytes;
  private boolean clientFinished;
  private OptionalLong marker = OptionalLong.empty(); // of a ping of ours

  /**
   * A conversation that waits for the client.
   *
   * @param relay the engine's side of both connections
   * @param random draws the nonces
   */
  public BitcoinPassthrough(PassthroughContext relay, RandomGenerator random) {
    this.relay = relay;
    this.random = random;
  }

  /**
   * What the peers remember of this connection now.
   *
   * @return a snapshot; null before both have introduced themselves
   */
  public @Nullable ConnectionState state() {
    return recorder == null ? null : recorder.state();
  }

  @Override
  public void fromClient(Message message) {
    switch (state) {
      case NEW -> {
        if (message.command().equals(Commands.VERSION)) {
          onClientVersion(message);
        }
      }
      case DIALLING, GREETING -> hold(message);
      case NEGOTIATING -> negotiate(message);
      case RELAYING -> toNode(message);
      case ENDED -> {}
    }
  }

  @Override
  public void onNodeOpen() {
    if (state != State.DIALLING) {
      return;
    }
    state = State.GREETING;
    relay.toNode(shown(Objects.requireNonNull(client, "client's version")));
  }

  @Override
  public void fromNode(Message message) {
    switch (state) {
      case GREETING -> {
        if (message.command().equals(Commands.VERSION)) {
          onNodeVersion(message);
        }
      }
      case NEGOTIATING -> answer(message);
      case RELAYING -> toClient(message);
      case NEW, DIALLING, ENDED -> {}
    }
  }

  private void onClientVersion(Message message) {
    Version said = parse(message, Counter.CLOSED_MALFORMED_VERSION, "the client's");
    if (said == null) {
      return;
    }
    if (said.protocol() < ProtocolVersions.LEAST_CLIENT) {
      end(
          Counter.CLOSED_OBSOLETE_VERSION,
          "version " + said.protocol() + " is below " + ProtocolVersions.LEAST_CLIENT);
      return;
    }
    client = said;
    state = State.DIALLING;
    relay.dial();
  }

  private void onNodeVersion(Message message) {
    Version said = parse(message, Counter.CLOSED_MALFORMED_NODE_VERSION, "the node's");
    Version asked = Objects.requireNonNull(client, "client's version");
    if (said == null) {
      return;
    }
    node = said;
    int common = Math.min(capped(said), capped(asked));
    recorder = new ConnectionStateRecorder(common, asked.relay());
    state = State.NEGOTIATING;
    relay.toClient(shown(said));
    while (!held.isEmpty()) {
      negotiate(held.remove());
    }
    if (clientFinished) {
      askForTheEnd();
    }
    relay.readClient();
  }

  private void hold(Message message) {
    held.add(message);
    heldBytes += message.size() + OVERHEAD;
    if (heldBytes > MOST_HELD_BYTES) {
      end(Counter.CLOSED_TOO_EARLY, heldBytes + " bytes before its node has answered");
    }
  }

  @Override
  public void onClientFinished() {
    switch (state) {
      case NEW -> relay.clientIsServed();
      case DIALLING, GREETING -> clientFinished = true;
      case NEGOTIATING, RELAYING -> askForTheEnd();
      case ENDED -> {}
    }
  }

  /** A node answers in order, but before the client's verack it does not answer at all. */
  private void askForTheEnd() {
    if (clientAcknowledged) {
      long nonce = random.nextLong();
      marker = OptionalLong.of(nonce);
      relay.toNode(Ping.ping(nonce));
    } else {
      relay.clientIsServed();
    }
  }

  private boolean isMarker(Message message) {
    if (marker.isEmpty() || !message.command().equals(Commands.PONG)) {
      return false;
    }
    return message.size() >= Long.BYTES && Ping.nonce(message) == marker.getAsLong();
  }

  /** The client's part of the negotiation. */
  private void negotiate(Message message) {
    switch (message.command()) {
      case Commands.VERSION -> {}
      case Commands.VERACK -> {
        if (!clientAcknowledged) {
          clientAcknowledged = true;
          relay.toNode(message);
          readyIfBothAcknowledged();
        }
      }
      default -> {
        if (clientAcknowledged || isEarly(message)) {
          toNode(message);
        }
      }
    }
  }

  /** The node's part of the negotiation. */
  private void answer(Message message) {
    switch (message.command()) {
      case Commands.VERSION -> {}
      case Commands.VERACK -> {
        if (!nodeAcknowledged) {
          nodeAcknowledged = true;
          relay.toClient(message);
          readyIfBothAcknowledged();
        }
      }
      case Commands.WTXIDRELAY, Commands.SENDADDRV2, Commands.SENDTXRCNCL -> {
        Version asked = Objects.requireNonNull(client, "client's version");
        if (nodeAcknowledged || asked.protocol() >= ProtocolVersions.WTXID_RELAY) {
          toClient(message);
        }
      }
      default -> {
        if (nodeAcknowledged) {
          toClient(message);
        }
      }
    }
  }

  private void readyIfBothAcknowledged() {
    if (clientAcknowledged && nodeAcknowledged) {
      state = State.RELAYING;
      relay.ready(
          Handshakes.describe(Objects.requireNonNull(client, "client's version")),
          Handshakes.describe(Objects.requireNonNull(node, "node's version")));
    }
  }

  private void toNode(Message message) {
    Objects.requireNonNull(recorder, "recorder").fromClient(message);
    relay.toNode(message);
  }

  private void toClient(Message message) {
    if (isMarker(message)) {
      relay.clientIsServed();
      return;
    }
    Objects.requireNonNull(recorder, "recorder").fromNode(message);
    relay.toClient(message);
  }

  private Message shown(Version said) {
    return new Version(
            capped(said),
            said.services() & ~Version.NODE_P2P_V2,
            said.time(),
            NetworkAddress.UNSPECIFIED,
            NetworkAddress.UNSPECIFIED,
            random.nextLong(),
            said.userAgent(),
            said.height(),
            said.relay())
        .toMessage();
  }

  private static int capped(Version said) {
    return Math.min(ProtocolVersions.OWN, said.protocol());
  }

  /** What Bitcoin Core heeds between version and verack. */
  private static boolean isEarly(Message message) {
    return switch (message.command()) {
      case Commands.WTXIDRELAY,
          Commands.SENDADDRV2,
          Commands.SENDTXRCNCL,
          Commands.FEATURE,
          Commands.SENDHEADERS,
          Commands.SENDCMPCT,
          Commands.VERACK ->
          true;
      default -> false;
    };
  }

  private @Nullable Version parse(Message message, Counter rule, String whose) {
    try {
      return Version.parse(message);
    } catch (MalformedMessageException e) {
      end(rule, whose + " " + e.getMessage());
      return null;
    }
  }

  private void end(Counter rule, String reason) {
    state = State.ENDED;
    relay.disconnect(rule, reason);
  }
}
