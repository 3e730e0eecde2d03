package org.bitcoinmultiplexer.bitcoin.sequence;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.jspecify.annotations.Nullable;

/**
 * The answering side of numbered requests, for one connection on which they were agreed: keeps the
 * numbers, so that whoever answers need not.
 *
 * <pre>{@code
 * // empty: the message was itself a number, and that was all
 * responder.hear(message).ifPresent(answer -> respond(message, answer));
 * ...
 * answer.accept(part);   // any number of times
 * answer.end();          // or fail(): once
 * }</pre>
 *
 * <pre>
 *   IDLE ──seq REQUEST──► NUMBERED ──any other message──► IDLE
 * </pre>
 *
 * <p>What comes without a number gets an answer without one, so both are answered by the same code.
 * Not safe for several threads: confined, with all its answers, to the loop of the connection, on
 * which nothing may be sent between a number and what it belongs to.
 */
public final class SequenceResponder {

  private final int window;
  private final Consumer<? super Message> out;
  private final Optional<SequenceAnswer> plain;
  private final Set<Long> open = new HashSet<>();
  private @Nullable Long next;

  /**
   * A responder to which nothing was said.
   *
   * @param window how many numbered requests are taken in flight, as {@code sendseq} announced
   * @param out sends to the requester, in order
   */
  public SequenceResponder(int window, Consumer<? super Message> out) {
    this.window = window;
    this.out = out;
    this.plain = Optional.of(SequenceAnswer.plain(out));
  }

  /**
   * The requester said something. To be asked for every message behind the handshake.
   *
   * @param message not validated
   * @return what takes the answer to it, numbered if it was; null if the message was itself a
   *     number
   * @throws SequenceViolationException if a rule is broken, naming it: give the connection up
   */
  public Optional<SequenceAnswer> hear(Message message) {
    if (message.command().equals(Commands.SEQ)) {
      number(message);
      return Optional.empty();
    }
    if (next == null) {
      return plain;
    }
    long id = next;
    next = null;
    return Optional.of(new NumberedAnswer(id, out, () -> open.remove(id)));
  }

  /**
   * How many numbered requests have not been answered to the end.
   *
   * @return from 0 to the window
   */
  public int inFlight() {
    return open.size();
  }

  private void number(Message message) {
    Sequence sequence;
    try {
      sequence = Sequence.parse(message);
    } catch (MalformedMessageException e) {
      throw new SequenceViolationException(String.valueOf(e.getMessage()));
    }
    String id = Long.toUnsignedString(sequence.id());
    if (next != null) {
      throw new SequenceViolationException("seq " + id + " follows a seq");
    }
    if (sequence.kind() != Sequence.Kind.REQUEST) {
      throw new SequenceViolationException(
          "seq " + sequence.kind() + " of " + id + ", which was not asked");
    }
    if (open.size() >= window) {
      throw new SequenceViolationException(
          "more than " + window + " numbered requests in flight, with id " + id);
    }
    if (!open.add(sequence.id())) {
      throw new SequenceViolationException("id " + id + " is in use already");
    }
    next = sequence.id();
  }
}
