package org.bitcoinmultiplexer.bitcoin.filter;

import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;

/**
 * Consecutive heights of one branch.
 *
 * @param first the lowest, 0 or more
 * @param last the highest, not below the first
 */
public record FilterSpan(int first, int last) {

  /** The only type of filter there is. */
  public static final int BASIC = 0;

  /**
   * Checks the heights.
   *
   * @throws IllegalArgumentException if there are none
   */
  public FilterSpan {
    if (first < 0 || last < first) {
      throw new IllegalArgumentException("heights " + first + " to " + last);
    }
  }

  /**
   * The heights that a request asks for, if Core would serve them (PrepareBlockFilterRequest).
   *
   * @param command getcfilters or getcfheaders, for the reason
   * @param range the request
   * @param stopHeight the height of its stop hash, negative if that block is not known or not shown
   * @param limit how many blocks Core serves: {@link ProtocolLimits#MAX_GETCFILTERS_SIZE} or {@link
   *     ProtocolLimits#MAX_GETCFHEADERS_SIZE}
   * @return its heights
   * @throws MalformedMessageException if Core would disconnect
   */
  public static FilterSpan of(String command, FilterRange range, int stopHeight, int limit) {
    if (range.type() != BASIC) {
      throw refused(command, "filter type " + range.type());
    }
    if (stopHeight < 0) {
      throw refused(command, "stop hash " + range.stop() + " is not known");
    }
    if (range.start() > stopHeight) {
      throw refused(command, "start height " + range.start() + " is above " + stopHeight);
    }
    FilterSpan span = new FilterSpan((int) range.start(), stopHeight);
    if (span.size() > limit) {
      throw refused(command, span.size() + " blocks are above the limit of " + limit);
    }
    return span;
  }

  private static MalformedMessageException refused(String command, String reason) {
    return MalformedMessageException.misbehaviour(command + ": " + reason);
  }

  /**
   * How many heights there are.
   *
   * @return 1 or more
   */
  public int size() {
    return last - first + 1;
  }
}
