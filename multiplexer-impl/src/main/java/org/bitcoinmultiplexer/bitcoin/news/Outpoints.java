package org.bitcoinmultiplexer.bitcoin.news;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/** Outputs of transactions, each known by 64 bits of its txid and index. */
final class Outpoints {

  private static final int OUTPOINT_SIZE = Hash.SIZE + 4;
  private static final long STEP = 0x9e3779b97f4a7c15L; // odd, so no two indexes agree
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Outpoints() {}

  /** What a well-formed transaction spends. */
  static long[] spentBy(Message transaction) {
    ByteReader in = new ByteReader(transaction);
    byte[] array = in.array();
    long[] spent = new long[inputs(in)];
    for (int i = 0; i < spent.length; i++) {
      int at = in.skip(OUTPOINT_SIZE, "outpoint");
      spent[i] = of(fold(array, at), (int) INT.get(array, at + Hash.SIZE));
      in.skip(in.count("input script", 1), "input script");
      in.skip(4, "sequence");
    }
    return spent;
  }

  /** How many outputs a well-formed transaction has. */
  static int outputs(Message transaction) {
    ByteReader in = new ByteReader(transaction);
    int inputs = inputs(in);
    for (int i = 0; i < inputs; i++) {
      in.skip(OUTPOINT_SIZE, "outpoint");
      in.skip(in.count("input script", 1), "input script");
      in.skip(4, "sequence");
    }
    return inputs == 0 ? 0 : in.count("outputs", 1);
  }

  private static int inputs(ByteReader in) {
    in.skip(4, "version");
    int inputs = in.count("inputs", 1);
    if (inputs == 0 && in.u8("flag") != 0) {
      inputs = in.count("inputs", 1);
    }
    return inputs;
  }

  /** So many outputs of a transaction, from the first. */
  static long[] of(Hash txid, int count) {
    long bits = fold(txid.toByteArray(), 0);
    long[] outputs = new long[count];
    for (int i = 0; i < count; i++) {
      outputs[i] = of(bits, i);
    }
    return outputs;
  }

  private static long fold(byte[] array, int txid) {
    return (long) LONG.get(array, txid)
        ^ (long) LONG.get(array, txid + 8)
        ^ (long) LONG.get(array, txid + 16)
        ^ (long) LONG.get(array, txid + 24);
  }

  private static long of(long bits, int index) {
    return bits + index * STEP;
  }
}
