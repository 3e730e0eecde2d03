package org.bitcoinmultiplexer.examples.regtest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole block in both of its serialisations.
 *
 * @param full with witnesses
 * @param stripped without
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never written to
record BlockBody(
    BlockHeader header, List<TransactionBody> transactions, byte[] full, byte[] stripped) {

  static BlockBody of(BlockHeader header, List<TransactionBody> transactions) {
    PayloadWriter full = new PayloadWriter().bytes(header.bytes()).compactSize(transactions.size());
    PayloadWriter stripped =
        new PayloadWriter().bytes(header.bytes()).compactSize(transactions.size());
    for (TransactionBody transaction : transactions) {
      full.bytes(transaction.full());
      stripped.bytes(transaction.stripped());
    }
    return new BlockBody(
        header, List.copyOf(transactions), full.toByteArray(), stripped.toByteArray());
  }

  /** Parses the payload of a {@code block} message. */
  static BlockBody parse(byte[] payload) {
    Payload fields = new Payload(payload);
    BlockHeader header = BlockHeader.parse(fields.bytes(BlockHeader.SIZE));
    int count = fields.count(10);
    ByteBuffer rest = ByteBuffer.wrap(payload);
    rest.position(payload.length - fields.remaining());
    List<TransactionBody> transactions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      transactions.add(TransactionBody.read(rest));
    }
    return of(header, transactions);
  }

  /** Size in weight units, BIP141. */
  int weight() {
    return 3 * stripped.length + full.length;
  }
}
