package org.bitcoinmultiplexer.bitcoin.relay;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOCK_WEIGHT;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_MONEY;

import java.util.HashSet;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * What makes a transaction invalid whatever it spends: Core's CheckTransaction, and that it is no
 * coinbase.
 *
 * <p>Nodes before version 30 disconnect whoever sends such a transaction, and with us all clients.
 * Scripts, and whether the inputs exist, are for the node to judge.
 */
final class TransactionRules {

  /** Four times this is the weight of the largest block. */
  private static final int MAX_STRIPPED_SIZE = MAX_BLOCK_WEIGHT / 4;

  private static final long NO_INDEX = 0xffff_ffffL;

  private TransactionRules() {}

  /**
   * Looks at a transaction.
   *
   * @param stripped a {@code tx} without witness
   * @return what is wrong with it, null if nothing can be told
   * @throws MalformedMessageException if it is not a transaction
   */
  static @Nullable String flaw(Message stripped) {
    if (stripped.size() > MAX_STRIPPED_SIZE) {
      return stripped.size() + " bytes without witness are more than " + MAX_STRIPPED_SIZE;
    }
    ByteReader in = new ByteReader(stripped);
    in.i32("transaction version");
    String flaw = flawOfInputs(in);
    return flaw != null ? flaw : flawOfOutputs(in);
  }

  private static @Nullable String flawOfInputs(ByteReader in) {
    int inputs = in.count("inputs", 1);
    if (inputs == 0) {
      return "no inputs";
    }
    record Outpoint(Hash txid, long index) {}
    Set<Outpoint> spent = new HashSet<>();
    for (int i = 0; i < inputs; i++) {
      Outpoint outpoint = new Outpoint(in.hash("outpoint"), in.u32("outpoint index"));
      if (outpoint.index() == NO_INDEX && outpoint.txid().equals(Hash.ZERO)) {
        return "input " + i + " is that of a coinbase";
      }
      if (!spent.add(outpoint)) {
        return "input " + i + " spends " + outpoint.txid() + ":" + outpoint.index() + " again";
      }
      in.skip(in.count("input script", 1), "input script");
      in.i32("sequence");
    }
    return null;
  }

  private static @Nullable String flawOfOutputs(ByteReader in) {
    int outputs = in.count("outputs", 1);
    if (outputs == 0) {
      return "no outputs";
    }
    long sum = 0;
    for (int i = 0; i < outputs; i++) {
      long value = in.i64("value");
      if (value < 0 || value > MAX_MONEY || sum + value > MAX_MONEY) {
        return "output " + i + " of " + value + " satoshi is beyond all the money there is";
      }
      sum += value;
      in.skip(in.count("output script", 1), "output script");
    }
    return null;
  }
}
