package org.bitcoinmultiplexer.bitcoin.bloom;

import com.google.common.hash.Hashing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;

/** BIP37 with Core's rules once more: lists, copies, somebody else's hash function. */
final class NaiveFilter {

  /** A transaction in pieces. */
  record Tx(byte[] txid, List<byte[]> outpoints, List<byte[]> inputs, List<byte[]> outputs) {

    static Tx of(Message message) {
      ByteReader in = new ByteReader(Transaction.strip(message));
      in.skip(4, "version");
      List<byte[]> outpoints = new ArrayList<>();
      List<byte[]> inputs = new ArrayList<>();
      List<byte[]> outputs = new ArrayList<>();
      for (int i = in.count("inputs", 1); i > 0; i--) {
        int at = in.skip(36, "outpoint");
        outpoints.add(Arrays.copyOfRange(in.array(), at, at + 36));
        inputs.add(in.varBytes("script"));
        in.skip(4, "sequence");
      }
      for (int i = in.count("outputs", 1); i > 0; i--) {
        in.skip(8, "value");
        outputs.add(in.varBytes("script"));
      }
      byte[] txid = Transaction.parse(message).txid().toByteArray();
      return new Tx(txid, outpoints, inputs, outputs);
    }
  }

  /** An operation: its opcode, and what it pushes. */
  record Op(int code, byte[] data) {}

  private final byte[] bits;
  private final int hashFunctions;
  private final int tweak;
  private final int flags;

  NaiveFilter(byte[] bits, int hashFunctions, int tweak, int flags) {
    this.bits = bits.clone();
    this.hashFunctions = hashFunctions;
    this.tweak = tweak;
    this.flags = flags;
  }

  private int index(int function, byte[] data) {
    int hash = Hashing.murmur3_32_fixed(function * 0xfba4c795 + tweak).hashBytes(data).asInt();
    return Integer.remainderUnsigned(hash, 8 * bits.length);
  }

  void insert(byte[] data) {
    for (int i = 0; bits.length > 0 && i < hashFunctions; i++) {
      int index = index(i, data);
      bits[index / 8] |= (byte) (1 << index % 8);
    }
  }

  boolean contains(byte[] data) {
    for (int i = 0; bits.length > 0 && i < hashFunctions; i++) {
      int index = index(i, data);
      if ((bits[index / 8] >> index % 8 & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  boolean matches(Tx tx) {
    if (bits.length == 0) {
      return true;
    }
    boolean found = contains(tx.txid);
    for (int i = 0; i < tx.outputs.size(); i++) {
      List<Op> ops = ops(tx.outputs.get(i));
      if (ops.stream().anyMatch(op -> op.data.length > 0 && contains(op.data))) {
        found = true;
        if ((flags & 3) == 1 || ((flags & 3) == 2 && isBareKeys(tx.outputs.get(i)))) {
          insert(new ByteWriter(36).bytes(tx.txid).i32(i).toMessage("x").array());
        }
      }
    }
    if (found || tx.outpoints.stream().anyMatch(this::contains)) {
      return true;
    }
    return tx.inputs.stream()
        .flatMap(script -> ops(script).stream())
        .anyMatch(op -> op.data.length > 0 && contains(op.data));
  }

  /** Operations up to the first that cannot be read. */
  static List<Op> ops(byte[] script) {
    List<Op> ops = new ArrayList<>();
    int at = 0;
    while (at < script.length) {
      int code = script[at++] & 0xff;
      int width = code == 0x4c ? 1 : code == 0x4d ? 2 : code == 0x4e ? 4 : 0;
      if (at + width > script.length) {
        break;
      }
      long size = code < 0x4c ? code : 0;
      for (int i = 0; i < width; i++) {
        size += (script[at + i] & 0xffL) << 8 * i;
      }
      at += width;
      if (size > script.length - at) {
        break;
      }
      ops.add(new Op(code, Arrays.copyOfRange(script, at, at + (int) size)));
      at += (int) size;
    }
    return ops;
  }

  private static boolean isBareKeys(byte[] script) {
    List<Op> ops = ops(script);
    int last = ops.size() - 1;
    if (ops.size() == 2 && ops.get(0).code < 0x4c) {
      return isKey(ops.get(0)) && ops.get(1).code == 0xac;
    }
    return ops.size() >= 4
        && ops.get(last).code == 0xae
        && ops.get(0).code > 0x50
        && ops.get(0).code <= ops.get(last - 1).code
        && ops.get(last - 1).code == 0x50 + last - 2
        && ops.subList(1, last - 1).stream().allMatch(NaiveFilter::isKey);
  }

  private static boolean isKey(Op op) {
    return (op.data.length == 33 && (op.data[0] == 2 || op.data[0] == 3))
        || (op.data.length == 65 && (op.data[0] == 4 || op.data[0] == 6 || op.data[0] == 7));
  }
}
