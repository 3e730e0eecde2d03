package org.bitcoinmultiplexer.bitcoin.bloom;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PUBKEYS_PER_MULTISIG;

/**
 * Walks over the operations of a script and remembers the data that the last one pushes; one
 * instance serves any number of scripts (Core's GetScriptOp).
 *
 * <p>OP_0 and the small numbers push nothing here, as in Core.
 */
final class ScriptCursor {

  private static final int OP_PUSHDATA1 = 0x4c;
  private static final int OP_PUSHDATA4 = 0x4e;
  private static final int OP_1 = 0x51;
  private static final int OP_16 = 0x60;
  private static final int OP_CHECKSIG = 0xac;
  private static final int OP_CHECKMULTISIG = 0xae;

  private static final int COMPRESSED_KEY_SIZE = 33;
  private static final int KEY_SIZE = 65;
  private static final int NONE = -1;

  private final byte[] array;
  private int start;
  private int end;
  private int at;
  private int opcode;
  private int data;
  private int size;

  /** A cursor over scripts that lie in an array. */
  ScriptCursor(byte[] array) {
    this.array = array;
  }

  /** Begins with a script. */
  ScriptCursor open(int from, int length) {
    start = from;
    at = from;
    end = from + length;
    return this;
  }

  /** Moves on by an operation; false at the end and at one that cannot be read. */
  boolean next() {
    opcode = NONE;
    size = 0;
    if (at >= end) {
      return false;
    }
    int read = array[at++] & 0xff;
    long length = 0;
    if (read < OP_PUSHDATA1) {
      length = read;
    } else if (read <= OP_PUSHDATA4) {
      length = length(1 << (read - OP_PUSHDATA1));
    }
    if (length < 0 || length > end - at) {
      return false;
    }
    opcode = read;
    data = at;
    size = (int) length;
    at += size;
    return true;
  }

  /** The number in the next bytes, negative if there are not so many. */
  private long length(int bytes) {
    if (bytes > end - at) {
      return NONE;
    }
    long length = 0;
    for (int i = 0; i < bytes; i++) {
      length |= (array[at++] & 0xffL) << (8 * i);
    }
    return length;
  }

  /** Index of the first byte behind the last operation. */
  int position() {
    return at;
  }

  /** Index of the first byte that the last operation pushed. */
  int data() {
    return data;
  }

  /** How many bytes the last operation pushed; 0 if it pushed none. */
  int size() {
    return size;
  }

  /**
   * Whether the script names public keys rather than hashes: pay to a key, or to several of which
   * some must sign (what Core's Solver calls PUBKEY and MULTISIG). Moves the cursor.
   */
  boolean isBareKeys() {
    at = start;
    return isBareKey() || isBareMultisig();
  }

  private boolean isBareKey() {
    int length = end - start;
    return (length == KEY_SIZE + 2 || length == COMPRESSED_KEY_SIZE + 2)
        && (array[start] & 0xff) == length - 2
        && isKey(start + 1, length - 2)
        && (array[end - 1] & 0xff) == OP_CHECKSIG;
  }

  private boolean isBareMultisig() {
    if (end == start || (array[end - 1] & 0xff) != OP_CHECKMULTISIG) {
      return false;
    }
    int required = next() ? smallNumber() : NONE;
    if (required < 1) {
      return false;
    }
    int keys = 0;
    while (next() && isKey(data, size)) {
      keys++;
    }
    int stated = smallNumber();
    return stated >= required && stated == keys && at + 1 == end;
  }

  /** The number that the last operation stands for in the shortest form, if it is 1 to 20. */
  private int smallNumber() {
    if (opcode >= OP_1 && opcode <= OP_16) {
      return opcode - OP_1 + 1;
    }
    if (opcode == 1 && array[data] > OP_16 - OP_1 + 1 && array[data] <= MAX_PUBKEYS_PER_MULTISIG) {
      return array[data];
    }
    return NONE;
  }

  /** Whether a push has the length of a public key of its kind (Core's CPubKey::ValidSize). */
  private boolean isKey(int from, int length) {
    if (length == 0) {
      return false;
    }
    return switch (array[from]) {
      case 2, 3 -> length == COMPRESSED_KEY_SIZE;
      case 4, 6, 7 -> length == KEY_SIZE;
      default -> false;
    };
  }
}
