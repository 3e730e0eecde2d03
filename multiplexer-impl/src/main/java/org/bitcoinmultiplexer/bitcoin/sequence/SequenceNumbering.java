package org.bitcoinmultiplexer.bitcoin.sequence;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Numbering;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;

/**
 * The numbers of {@code seq} messages, as a router of requests sees them.
 *
 * @param window how many numbered requests the answerer takes in flight, at least 1
 */
public record SequenceNumbering(int window) implements Numbering {

  /**
   * Refuses a window that takes nothing: such a peer is not asked by number.
   *
   * @param window how many numbered requests the answerer takes in flight, at least 1
   */
  public SequenceNumbering {
    if (window < 1) {
      throw new IllegalArgumentException("a window takes at least one request, not " + window);
    }
  }

  /**
   * The message that numbers a request: {@link Numbering#request}.
   *
   * @param number of the request
   * @return a {@code seq} of its kind
   */
  @Override
  public Message request(long number) {
    return Sequence.message(number, Sequence.Kind.REQUEST);
  }

  /**
   * What a message says about the numbers: {@link Numbering#kind}.
   *
   * @param message of the peer
   * @return {@link Numbering.Kind#NONE} unless it is a {@code seq}
   */
  @Override
  public Kind kind(Message message) {
    if (!message.command().equals(Commands.SEQ)) {
      return Kind.NONE;
    }
    try {
      return switch (Sequence.kind(message)) {
        case REQUEST -> Kind.REQUEST;
        case PART -> Kind.PART;
        case LAST -> Kind.LAST;
        case END -> Kind.END;
        case FAILED -> Kind.FAILED;
      };
    } catch (MalformedMessageException e) {
      return Kind.BROKEN;
    }
  }

  /**
   * Which request it speaks of: {@link Numbering#number}.
   *
   * @param message a {@code seq}
   * @return its number
   */
  @Override
  public long number(Message message) {
    return Sequence.id(message);
  }
}
