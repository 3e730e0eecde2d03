package org.bitcoinmultiplexer.examples.regtest;

import java.util.Map;

/**
 * What a node has done since it was started, as of one moment.
 *
 * @param connections how many peers are connected now
 * @param accepted how many connections there have been, this one and past ones
 * @param received how many messages of each command have come in, refused ones included
 * @param blocksServed how many {@code block} messages have been sent
 * @param transactionsServed how many {@code tx} messages have been sent
 * @param bytesSent bytes handed to the operating system, framing included
 */
public record NodeStats(
    int connections,
    long accepted,
    Map<String, Long> received,
    long blocksServed,
    long transactionsServed,
    long bytesSent) {

  /** Copies the map. */
  public NodeStats {
    received = Map.copyOf(received);
  }

  /** How many messages of one command have come in. */
  public long received(String command) {
    return received.getOrDefault(command, 0L);
  }
}
