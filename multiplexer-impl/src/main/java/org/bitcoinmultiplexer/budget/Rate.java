package org.bitcoinmultiplexer.budget;

import org.bitcoinmultiplexer.metrics.Counter;

/**
 * What is used up, and comes back with time. Each has four limits: what a host may use at once and
 * per second from then on, and the same for all hosts together.
 */
public enum Rate {
  /**
   * Messages that were received. Far above what anybody needs, and below what fills a processor: a
   * ping costs some 2 to 5 us.
   */
  MESSAGES(
      200_000,
      50_000,
      4_000_000,
      400_000,
      Counter.BUDGET_DELAYED_MESSAGES,
      Counter.BUDGET_REFUSED_MESSAGES),

  /** Bytes of messages that were received; the longest message has 4 MB. */
  BYTES_IN(
      64_000_000,
      16_000_000,
      512_000_000,
      128_000_000,
      Counter.BUDGET_DELAYED_BYTES_IN,
      Counter.BUDGET_REFUSED_BYTES_IN),

  /**
   * What was announced: as much at once as Core tracks of a peer (5,000), and far more per second
   * than the whole network relays, which is about 10. Each may be news to a thousand others, and
   * nobody here can tell an invention from a payment.
   */
  ANNOUNCEMENTS(
      5_000,
      100,
      100_000,
      2_000,
      Counter.BUDGET_DELAYED_ANNOUNCEMENTS,
      Counter.BUDGET_REFUSED_ANNOUNCEMENTS),

  /**
   * Bytes of transactions and blocks that were handed in: two blocks at once, and the largest
   * transaction that is relayed each second.
   */
  SUBMITTED_BYTES(
      8_000_000,
      400_000,
      64_000_000,
      4_000_000,
      Counter.BUDGET_DELAYED_SUBMITTED_BYTES,
      Counter.BUDGET_REFUSED_SUBMITTED_BYTES),

  /**
   * What the node needed to judge what was handed in, in microseconds: two seconds at once, then a
   * quarter of all its time; for all, a half.
   */
  SUBMITTED_TIME(
      2_000_000,
      250_000,
      8_000_000,
      500_000,
      Counter.BUDGET_DELAYED_SUBMITTED_TIME,
      Counter.BUDGET_REFUSED_SUBMITTED_TIME),

  /**
   * Bytes of large answers that the node was asked for, blocks that is: one or two at once, and one
   * every few seconds, as who follows the chain needs them. Whoever asks for more waits only for
   * those who ask for less; all together are bounded by what may be in flight.
   */
  ANSWERED_BYTES(
      2_000_000,
      500_000,
      1_000_000_000,
      1_000_000_000,
      Counter.BUDGET_DELAYED_ANSWERED_BYTES,
      Counter.BUDGET_REFUSED_ANSWERED_BYTES),

  /**
   * Matching blocks and transactions against filters, in steps of a hash function, each about a
   * nanosecond: half a second at once, then a tenth of a processor, which is 100 full blocks a
   * second for the filter of a wallet; for all, a half.
   */
  FILTER_WORK(
      500_000_000,
      100_000_000,
      2_000_000_000,
      500_000_000,
      Counter.BUDGET_DELAYED_FILTER_WORK,
      Counter.BUDGET_REFUSED_FILTER_WORK);

  final long burst;
  final long perSecond;
  final long burstOfAll;
  final long perSecondOfAll;
  final Counter delayed;
  final Counter refused;

  Rate(
      long burst,
      long perSecond,
      long burstOfAll,
      long perSecondOfAll,
      Counter delayed,
      Counter refused) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.burstOfAll = burstOfAll;
    this.perSecondOfAll = perSecondOfAll;
    this.delayed = delayed;
    this.refused = refused;
  }

  /**
   * How much one host may use at once.
   *
   * @return in units of this
   */
  public long burst() {
    return burst;
  }

  /**
   * How much comes back to one host each second.
   *
   * @return in units of this
   */
  public long perSecond() {
    return perSecond;
  }
}
