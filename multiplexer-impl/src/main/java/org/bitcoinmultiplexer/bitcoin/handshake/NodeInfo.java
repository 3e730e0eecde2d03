package org.bitcoinmultiplexer.bitcoin.handshake;

import org.bitcoinmultiplexer.api.NodeDescription;

/**
 * What a node said of itself. Immutable.
 *
 * @param version the protocol version common to it and us
 * @param services what it serves, the bits of {@link org.bitcoinmultiplexer.bitcoin.wire.Version}
 * @param userAgent what software it is, printable
 * @param height of its best block when the handshake was done
 * @param relay whether it wants transactions announced; one that does not disconnects whoever does
 * @param wtxidRelay whether transactions are announced by wtxid between it and us (BIP339)
 * @param window how many numbered requests it takes in flight; 0 if it has not agreed to numbers
 * @param feeFilter the least fee rate it wants to hear of, in satoshi per 1000 virtual bytes; 0
 *     until it says so
 * @param description the node in words, for logs
 */
public record NodeInfo(
    int version,
    long services,
    String userAgent,
    int height,
    boolean relay,
    boolean wtxidRelay,
    int window,
    long feeFilter,
    String description) {

  /**
   * Whether it takes a transaction or block that it did not ask for. Bitcoin Core does, and thereby
   * has it sooner; bcoin disconnects whoever sends one. So anybody but Core is sent an
   * announcement.
   *
   * @return whether it calls itself Bitcoin Core
   */
  public boolean takesUnrequested() {
    return userAgent.startsWith("/Satoshi:");
  }

  /**
   * The same for whoever embeds us.
   *
   * @param target what was dialled
   * @return what it said of itself
   */
  public NodeDescription describe(String target) {
    return new NodeDescription(target, userAgent, version, services, height, description);
  }

  /**
   * The same node with another fee filter.
   *
   * @param rate satoshi per 1000 virtual bytes
   * @return a copy
   */
  public NodeInfo withFeeFilter(long rate) {
    return new NodeInfo(
        version, services, userAgent, height, relay, wtxidRelay, window, rate, description);
  }
}
