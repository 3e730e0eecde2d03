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

  /** Refuses a window that takes nothing: such a peer is not asked by number. */
  public SequenceNumbering {
    if (window < 1) {
      throw new IllegalArgumentException("a window takes at least one request, not " + window);
    }
  }

  @Override
  public Message request(long number) {
    return Sequence.message(number, Sequence.Kind.REQUEST);
  }

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

  @Override
  public long number(Message message) {
    return Sequence.id(message);
  }
}
