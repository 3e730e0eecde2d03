package org.bitcoinmultiplexer.examples.benchmarks;

import java.util.List;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * What the clients of {@link SmallRequests} ask, one request at a time each.
 *
 * @param name short, for rows and files
 * @param title in words
 * @param questions so many that hardly ever two clients ask the same at a time
 */
record Workload(String name, String title, List<Question> questions) {

  /** Blocks of 200 bytes: answers that have a key. */
  static Workload blocks(Network network, TestChain chain) {
    return new Workload("small", "200-byte blocks", Question.forBlocks(network, chain.small()));
  }

  /** One header each: answers of 106 bytes without a key. */
  static Workload headers(Network network, TestChain chain) {
    return new Workload("headers", "single headers", Question.forHeaders(network, chain.small()));
  }
}
