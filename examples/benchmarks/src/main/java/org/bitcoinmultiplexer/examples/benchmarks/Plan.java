package org.bitcoinmultiplexer.examples.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param warmUp load on each proxy before the first round, so that its code is compiled
 * @param round length of a run
 * @param rounds runs of each target, in turns with the others
 * @param clients numbers of clients that ask for small blocks
 * @param idle numbers of clients whose memory is measured
 * @param together clients that ask for the same large block at once
 * @param headers length of the chain whose headers are synchronised
 * @param bystanders idle clients beside which one asks bitcoind
 */
record Plan(
    Duration warmUp,
    Duration round,
    int rounds,
    List<Integer> clients,
    List<Integer> idle,
    int together,
    int headers,
    int bystanders) {

  static final Plan FULL =
      new Plan(
          Duration.ofSeconds(2),
          Duration.ofMillis(700),
          3,
          List.of(1, 10, 100, 1_000),
          List.of(1_000, 5_000),
          10,
          900_000,
          1_000);

  static final Plan QUICK =
      new Plan(
          Duration.ofMillis(500),
          Duration.ofMillis(250),
          1,
          List.of(1, 100),
          List.of(1_000),
          10,
          20_000,
          300);

  boolean isQuick() {
    return equals(QUICK);
  }
}
