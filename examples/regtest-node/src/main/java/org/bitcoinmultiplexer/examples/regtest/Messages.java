package org.bitcoinmultiplexer.examples.regtest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;

/** Writes the payloads of the messages that the node sends. */
final class Messages {
  /** The version the node speaks: the one of BIP155. */
  static final int PROTOCOL_VERSION = 70016;

  /** NODE_NETWORK and NODE_WITNESS. */
  static final long SERVICES = 1 | 8;

  private static final long COMPACT_FILTERS = 1 << 6;

  private static final String USER_AGENT = "/regtest-node:0.1.0/";
  private static final byte[] NO_ADDRESS = new byte[26];

  private Messages() {}

  static byte[] version(Node node, long nonce) {
    byte[] agent = USER_AGENT.getBytes(StandardCharsets.US_ASCII);
    return new PayloadWriter()
        .int32(PROTOCOL_VERSION)
        .int64(node.servesFilters() ? SERVICES | COMPACT_FILTERS : SERVICES)
        .int64(node.clock().instant().getEpochSecond())
        .bytes(NO_ADDRESS)
        .bytes(NO_ADDRESS)
        .int64(nonce)
        .compactSize(agent.length)
        .bytes(agent)
        .int32(node.chain().tip().height())
        .uint8(1)
        .toByteArray();
  }

  /** The payload of {@code ping}, {@code pong} and {@code feefilter}. */
  static byte[] int64(long value) {
    return new PayloadWriter().int64(value).toByteArray();
  }

  /**
   * Compact blocks of version 2 (BIP152) are understood, and new blocks are not to be pushed as
   * such.
   */
  static byte[] sendCompact() {
    return new PayloadWriter().uint8(0).int64(2).toByteArray();
  }

  /** The payload of {@code inv}, {@code getdata} and {@code notfound}. */
  static byte[] inventory(List<InventoryVector> items) {
    PayloadWriter out = new PayloadWriter().compactSize(items.size());
    for (InventoryVector item : items) {
      out.int32(item.type()).hash(item.hash());
    }
    return out.toByteArray();
  }

  static byte[] headers(List<BlockEntry> blocks) {
    PayloadWriter out = new PayloadWriter().compactSize(blocks.size());
    for (BlockEntry block : blocks) {
      out.bytes(block.header().bytes()).uint8(0);
    }
    return out.toByteArray();
  }

  static byte[] getHeaders(List<Sha256Hash> locator, Sha256Hash stop) {
    PayloadWriter out = new PayloadWriter().int32(PROTOCOL_VERSION).compactSize(locator.size());
    locator.forEach(out::hash);
    return out.hash(stop).toByteArray();
  }

  static byte[] blockTransactions(Sha256Hash block, List<TransactionBody> transactions) {
    PayloadWriter out = new PayloadWriter().hash(block).compactSize(transactions.size());
    for (TransactionBody body : transactions) {
      out.bytes(body.full());
    }
    return out.toByteArray();
  }
}
