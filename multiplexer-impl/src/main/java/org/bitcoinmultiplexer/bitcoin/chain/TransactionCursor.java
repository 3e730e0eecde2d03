package org.bitcoinmultiplexer.bitcoin.chain;

import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * Walks over transactions one after the other and remembers where the parts of the last one lie.
 *
 * <p>Layout of a transaction: version i32, [marker 0, flag 1,] inputs, outputs, [a witness per
 * input,] lock time u32; the parts in brackets are the witness form (BIP144). An input is 32 bytes
 * of txid, index u32, script, sequence u32; an output is value i64, script; a witness is a count of
 * items, each with its length. All counts and lengths are CompactSize. As strict as Core's
 * UnserializeTransaction.
 */
final class TransactionCursor {

  private static final int OUTPOINT_SIZE = Hash.SIZE + 4;
  private static final int MIN_INPUT_SIZE = OUTPOINT_SIZE + 1 + 4;
  private static final int MIN_OUTPUT_SIZE = 8 + 1;
  private static final int VERSION_SIZE = 4;
  private static final int LOCK_TIME_SIZE = 4;

  // OP_RETURN, push of 36 bytes, and the four bytes that say witness commitment (BIP141)
  private static final byte[] COMMITMENT_PREFIX = {
    0x6a, 0x24, (byte) 0xaa, 0x21, (byte) 0xa9, (byte) 0xed
  };
  private static final int COMMITMENT_SIZE = COMMITMENT_PREFIX.length + Hash.SIZE;
  private static final int NONE = -1;

  private final ByteReader in;
  private final byte[] array;

  // Indexes into the array, of the last transaction.
  private int start;
  private int core; // inputs and outputs: from here
  private int coreEnd; // to here; the witnesses follow
  private int end;
  private int inputs;
  private int firstInput;
  private int commitment;

  TransactionCursor(ByteReader in) {
    this.in = in;
    this.array = in.array();
  }

  /** Walks over the transaction at the reader's position. */
  void next() {
    start = in.position();
    in.skip(VERSION_SIZE, "transaction version");
    core = in.position();
    inputs = in.count("inputs", MIN_INPUT_SIZE);
    int flag = inputs == 0 ? in.u8("witness flag") : 0;
    if (flag != 0) {
      if (flag != 1) {
        throw in.malformed("unknown flag " + flag + " of a transaction");
      }
      core = in.position();
      inputs = in.count("inputs", MIN_INPUT_SIZE);
    }
    walkInputs();
    // Core takes a zero after no inputs for no outputs: it cannot be a flag.
    boolean hasOutputs = inputs != 0 || flag != 0;
    commitment = NONE;
    if (hasOutputs) {
      walkOutputs();
    }
    coreEnd = in.position();
    if (flag != 0) {
      walkWitnesses();
    }
    in.skip(LOCK_TIME_SIZE, "lock time");
    end = in.position();
  }

  private void walkInputs() {
    firstInput = in.position();
    for (int i = 0; i < inputs; i++) {
      in.skip(OUTPOINT_SIZE, "outpoint");
      in.skip(in.count("input script", 1), "input script");
      in.skip(4, "sequence");
    }
  }

  private void walkOutputs() {
    int outputs = in.count("outputs", MIN_OUTPUT_SIZE);
    for (int i = 0; i < outputs; i++) {
      in.skip(8, "value");
      int size = in.count("output script", 1);
      int script = in.skip(size, "output script");
      if (size >= COMMITMENT_SIZE && isCommitment(script)) {
        commitment = script + COMMITMENT_PREFIX.length;
      }
    }
  }

  private void walkWitnesses() {
    boolean any = false;
    for (int i = 0; i < inputs; i++) {
      int items = in.count("witness items", 1);
      any |= items > 0;
      for (int k = 0; k < items; k++) {
        in.skip(in.count("witness item", 1), "witness item");
      }
    }
    if (!any) {
      throw in.malformed("a transaction in witness form without a witness");
    }
  }

  private boolean isCommitment(int script) {
    for (int i = 0; i < COMMITMENT_PREFIX.length; i++) {
      if (array[script + i] != COMMITMENT_PREFIX[i]) {
        return false;
      }
    }
    return true;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  boolean hasWitness() {
    return end - start != strippedSize();
  }

  int strippedSize() {
    return VERSION_SIZE + (coreEnd - core) + LOCK_TIME_SIZE;
  }

  /** The hash of the stripped form, fed in pieces rather than copied together. */
  Hash txid() {
    return feedStripped().finish();
  }

  /** Writes the hash of the stripped form. */
  void txid(byte[] out, int at) {
    feedStripped().finish(out, at);
  }

  private Sha256d feedStripped() {
    return hasWitness()
        ? Sha256d.local()
            .update(array, start, VERSION_SIZE)
            .update(array, core, coreEnd - core)
            .update(array, end - LOCK_TIME_SIZE, LOCK_TIME_SIZE)
        : feedFull();
  }

  /** The hash of the form with witness, if there is one. */
  Hash wtxid() {
    return feedFull().finish();
  }

  /** Writes the hash of the form with witness, if there is one. */
  void wtxid(byte[] out, int at) {
    feedFull().finish(out, at);
  }

  private Sha256d feedFull() {
    return Sha256d.local().update(array, start, end - start);
  }

  /** Writes the stripped form and returns the index behind it. */
  int writeStripped(byte[] out, int at) {
    System.arraycopy(array, start, out, at, VERSION_SIZE);
    System.arraycopy(array, core, out, at + VERSION_SIZE, coreEnd - core);
    int next = at + strippedSize();
    System.arraycopy(array, end - LOCK_TIME_SIZE, out, next - LOCK_TIME_SIZE, LOCK_TIME_SIZE);
    return next;
  }

  /** Whether it creates new money: one input, which spends nothing. */
  boolean isCoinbase() {
    if (inputs != 1 || !Hash.ZERO.isAt(array, firstInput)) {
      return false;
    }
    for (int i = Hash.SIZE; i < OUTPOINT_SIZE; i++) {
      if (array[firstInput + i] != -1) {
        return false;
      }
    }
    return true;
  }

  /** Where the last output that is a witness commitment has its hash, or a negative number. */
  int commitment() {
    return commitment;
  }

  /**
   * Where the witness of the first input has its only item, given that this is 32 bytes long, or a
   * negative number.
   */
  int reservedValue() {
    return hasWitness() && array[coreEnd] == 1 && array[coreEnd + 1] == Hash.SIZE
        ? coreEnd + 2
        : NONE;
  }

  /** The block height that the first input's script starts with (BIP34), or a negative number. */
  int height() {
    int script = firstInput + OUTPOINT_SIZE;
    int size = array[script] & 0xff; // at most 100 in a coinbase, hence one byte
    int first = size == 0 ? 0 : array[script + 1] & 0xff;
    if (first > 0x50 && first <= 0x60) { // OP_1 to OP_16
      return first - 0x50;
    }
    if (first == 0 || first > 4 || first >= size) {
      return NONE;
    }
    int height = 0;
    for (int i = first; i > 0; i--) {
      height = height << 8 | (array[script + 1 + i] & 0xff);
    }
    return height;
  }
}
