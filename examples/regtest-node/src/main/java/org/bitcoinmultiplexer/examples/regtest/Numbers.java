package org.bitcoinmultiplexer.examples.regtest;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceAnswer;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceResponder;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceViolationException;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.jspecify.annotations.Nullable;

/**
 * One peer's numbered requests, if they were agreed: the {@code seq} extension that the package
 * {@code org.bitcoinmultiplexer.bitcoin.sequence} specifies.
 *
 * <p>The node answers one message after the other, numbered or not, so there is one answer in hand
 * at a time. Guarded by the node's lock.
 */
final class Numbers {
  private static final int WINDOW = 1_000;

  private final Peer peer;
  private @Nullable SequenceResponder responder;
  private SequenceAnswer answer;

  Numbers(Peer peer) {
    this.peer = peer;
    this.answer = SequenceAnswer.plain(this::send);
  }

  private void send(Message message) {
    peer.send(message.command(), message.toByteArray());
  }

  /** Answers the peer's offer, if it is one; whether it is. */
  boolean agree(Payload offer) {
    boolean isOffer = offer.remaining() >= 2 * Integer.BYTES && offer.int32() != 0;
    if (isOffer && responder == null) {
      responder = new SequenceResponder(WINDOW, this::send);
      send(new SendSequence(SendSequence.VERSION, WINDOW).toMessage());
    }
    return isOffer;
  }

  boolean areAgreed() {
    return responder != null;
  }

  /**
   * Looks at the next message of an established peer.
   *
   * @return whether that was all: it is the number of the one behind it
   */
  boolean take(WireMessage message) {
    if (responder == null) {
      return false;
    }
    try {
      var next = responder.hear(Message.of(message.command(), message.payload()));
      next.ifPresent(taker -> answer = taker);
      return next.isEmpty();
    } catch (SequenceViolationException e) {
      throw new PeerViolationException(String.valueOf(e.getMessage()));
    }
  }

  /** Whether the message in hand has a number. */
  boolean isNumbered() {
    return answer.isNumbered();
  }

  /** Gives a message to the answer in hand. */
  void reply(String command, byte[] payload) {
    answer.accept(Message.of(command, payload));
  }

  /** The message in hand is answered. */
  void end() {
    if (answer.isNumbered()) {
      answer.end();
      answer = SequenceAnswer.plain(this::send);
    }
  }
}
