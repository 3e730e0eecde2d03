package org.bitcoinmultiplexer.bitcoin.handshake;

/**
 * What a client said of itself. Immutable.
 *
 * @param version the protocol version common to it and us, which decides what may be sent to it
 * @param services what it serves, the bits of {@link org.bitcoinmultiplexer.bitcoin.wire.Version}
 * @param userAgent what software it is, printable
 * @param relay whether it wants transactions announced before it loads a filter
 * @param wtxidRelay whether transactions are announced to it, and by it, by witness id (BIP339)
 * @param addrV2 whether it understands the second form of addresses (BIP155)
 * @param height of its best block when it connected, as it claims
 * @param numbers whether it may number its requests: it offered, and we agreed
 */
public record ClientInfo(
    int version,
    long services,
    String userAgent,
    boolean relay,
    boolean wtxidRelay,
    boolean addrV2,
    int height,
    boolean numbers) {

  /**
   * Whether a {@code feefilter} may be sent to it.
   *
   * @return false for a client that might take it for an error
   */
  public boolean takesFeeFilter() {
    return version >= ProtocolVersions.FEE_FILTER;
  }
}
