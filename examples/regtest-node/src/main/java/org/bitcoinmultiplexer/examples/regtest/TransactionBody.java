package org.bitcoinmultiplexer.examples.regtest;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.ProtocolException;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionOutput;

/**
 * A transaction in both of its serialisations.
 *
 * @param transaction parsed; owned by the node, never changed and never handed out
 * @param full the serialisation with witness (BIP144), equal to {@code stripped} when there is none
 * @param stripped the serialisation without witness
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never written to
record TransactionBody(
    Transaction transaction, Sha256Hash txid, Sha256Hash wtxid, byte[] full, byte[] stripped) {

  static TransactionBody of(Transaction transaction) {
    byte[] full = transaction.serialize();
    byte[] stripped = transaction.hasWitnesses() ? strip(transaction) : full;
    return new TransactionBody(transaction, hashOf(stripped), hashOf(full), full, stripped);
  }

  /** Reads the transaction at the buffer's position, which must be in its one canonical form. */
  static TransactionBody read(ByteBuffer buffer) {
    int start = buffer.position();
    try {
      TransactionBody body = of(Transaction.read(buffer));
      if (!ByteBuffer.wrap(body.full).equals(buffer.slice(start, buffer.position() - start))) {
        throw new MalformedPayloadException("transaction is not in canonical form");
      }
      return body;
    } catch (BufferUnderflowException | ProtocolException | IllegalArgumentException e) {
      throw new MalformedPayloadException("transaction cannot be parsed: " + e.getMessage(), e);
    }
  }

  boolean hasWitness() {
    return full.length != stripped.length;
  }

  /** Size in weight units, BIP141. */
  int weight() {
    return 3 * stripped.length + full.length;
  }

  private static byte[] strip(Transaction transaction) {
    PayloadWriter out =
        new PayloadWriter()
            .int32(transaction.getVersion())
            .compactSize(transaction.getInputs().size());
    for (TransactionInput input : transaction.getInputs()) {
      out.bytes(input.serialize());
    }
    out.compactSize(transaction.getOutputs().size());
    for (TransactionOutput output : transaction.getOutputs()) {
      out.bytes(output.serialize());
    }
    return out.int32(transaction.lockTime().rawValue()).toByteArray();
  }

  private static Sha256Hash hashOf(byte[] serialised) {
    return Sha256Hash.wrapReversed(Sha256Hash.hashTwice(serialised));
  }
}
