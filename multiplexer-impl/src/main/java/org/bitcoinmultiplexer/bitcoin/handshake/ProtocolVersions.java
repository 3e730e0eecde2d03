package org.bitcoinmultiplexer.bitcoin.handshake;

/**
 * The protocol versions at which something changes (node/protocol_version.h of Bitcoin Core). The
 * lesser of both peers' versions counts.
 */
public final class ProtocolVersions {

  /** What we say we speak. 70017 would only add {@code feature} messages, of which none exists. */
  public static final int OWN = 70016;

  /** Peers below are refused: they do not speak {@code getheaders}. */
  public static final int LEAST_CLIENT = 31800;

  /**
   * Nodes below are refused. Bitcoin Core up to 0.12, of which this is the last, knows no witness:
   * it would answer none of our requests for blocks and transactions, and cannot follow today's
   * chain anyway.
   */
  public static final int LEAST_NODE = 70013;

  /** From here on a peer understands {@code feefilter} (BIP133). */
  public static final int FEE_FILTER = 70013;

  /** From here on a peer understands {@code sendcmpct} (BIP152). */
  public static final int COMPACT_BLOCKS = 70014;

  /** From here on a peer understands {@code wtxidrelay} (BIP339), and {@code sendaddrv2} early. */
  public static final int WTXID_RELAY = 70016;

  private ProtocolVersions() {}
}
