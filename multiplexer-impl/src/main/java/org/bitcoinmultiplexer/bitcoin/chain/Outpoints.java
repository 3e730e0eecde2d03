package org.bitcoinmultiplexer.bitcoin.chain;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * Outputs of transactions, each known by 64 bits of its txid and index: SipHash-2-4 under a secret
 * of this instance, so that nobody can make an output that is taken for somebody else's.
 */
public final class Outpoints {

  private static final int OUTPOINT_SIZE = Hash.SIZE + 4;

  private final HashFunction hash;

  /**
   * Draws the secret.
   *
   * @param random a source that nobody can guess
   */
  public Outpoints(RandomGenerator random) {
    hash = Hashing.sipHash24(random.nextLong(), random.nextLong());
  }

  /**
   * What a transaction spends.
   *
   * @param transaction well-formed
   * @return as many as it has inputs
   */
  public long[] spentBy(Message transaction) {
    ByteReader in = new ByteReader(transaction);
    byte[] array = in.array();
    long[] spent = new long[inputs(in)];
    for (int i = 0; i < spent.length; i++) {
      int at = in.skip(OUTPOINT_SIZE, "outpoint");
      spent[i] = hash.hashBytes(array, at, OUTPOINT_SIZE).asLong();
      in.skip(in.count("input script", 1), "input script");
      in.skip(4, "sequence");
    }
    return spent;
  }

  /**
   * The transactions that one spends from.
   *
   * @param transaction well-formed
   * @param most how many of them at most
   * @return their txids
   */
  public static Set<Hash> parents(Message transaction, int most) {
    ByteReader in = new ByteReader(transaction);
    Set<Hash> parents = new LinkedHashSet<>();
    for (int left = inputs(in); left > 0 && parents.size() < most; left--) {
      parents.add(in.hash("outpoint"));
      in.skip(4, "outpoint index");
      in.skip(in.count("input script", 1), "input script");
      in.skip(4, "sequence");
    }
    return parents;
  }

  /**
   * How many outputs a transaction has.
   *
   * @param transaction well-formed
   * @return 0 only if it has no input either
   */
  public static int outputs(Message transaction) {
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

  /**
   * The outputs of a transaction.
   *
   * @param txid its id without witness
   * @param count how many, from the first
   * @return as {@link #spentBy} has them
   */
  public long[] of(Hash txid, int count) {
    byte[] outpoint = Arrays.copyOf(txid.toByteArray(), OUTPOINT_SIZE);
    long[] outputs = new long[count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < Integer.BYTES; j++) {
        outpoint[Hash.SIZE + j] = (byte) (i >>> (Byte.SIZE * j));
      }
      outputs[i] = hash.hashBytes(outpoint).asLong();
    }
    return outputs;
  }
}
