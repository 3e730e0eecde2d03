package org.bitcoinmultiplexer.bitcoin.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/** Makes small regtest blocks, right or wrong in whatever way a test needs. */
final class BlockMaker {

  private static final byte[] COMMITMENT_PREFIX = {
    0x6a, 0x24, (byte) 0xaa, 0x21, (byte) 0xa9, (byte) 0xed
  };

  private BlockMaker() {}

  /** A transaction: script and witness of its only input (none if null), scripts of its outputs. */
  record Tx(byte[] outpoint, byte[] script, List<byte[]> outputs, List<byte[]> witness) {

    byte[] stripped() {
      return bytes(false);
    }

    byte[] full() {
      return bytes(!witness.isEmpty());
    }

    Hash txid() {
      return Sha256d.hash(stripped(), 0, stripped().length);
    }

    Hash wtxid() {
      return Sha256d.hash(full(), 0, full().length);
    }

    private byte[] bytes(boolean withWitness) {
      int size = 4 + 1 + 36 + ByteWriter.sizeOfVarBytes(script.length) + 4 + 1 + 4;
      for (byte[] output : outputs) {
        size += 8 + ByteWriter.sizeOfVarBytes(output.length);
      }
      if (withWitness) {
        size += 3;
        for (byte[] item : witness) {
          size += ByteWriter.sizeOfVarBytes(item.length);
        }
      }
      ByteWriter out = new ByteWriter(size).i32(2);
      if (withWitness) {
        out.u8(0).u8(1);
      }
      out.u8(1).bytes(outpoint).varBytes(script).i32(-1).u8(outputs.size());
      for (byte[] output : outputs) {
        out.i64(5000).varBytes(output);
      }
      if (withWitness) {
        out.u8(witness.size());
        for (byte[] item : witness) {
          out.varBytes(item);
        }
      }
      return out.i32(0).toMessage("tx").array();
    }
  }

  /** A coinbase of height 1000, where segregated witness is active on regtest. */
  static Tx coinbase(List<byte[]> outputs, List<byte[]> witness) {
    return coinbase(new byte[] {2, (byte) 0xe8, 3}, outputs, witness);
  }

  static Tx coinbase(byte[] script, List<byte[]> outputs, List<byte[]> witness) {
    byte[] nothing = new byte[36];
    for (int i = 32; i < 36; i++) {
      nothing[i] = -1;
    }
    return new Tx(nothing, script, outputs, witness);
  }

  static Tx spend(Random random, int witnessItems) {
    List<byte[]> witness = new ArrayList<>();
    for (int i = 0; i < witnessItems; i++) {
      witness.add(bytes(random.nextInt(300), random));
    }
    return new Tx(
        bytes(36, random), bytes(random.nextInt(50), random), List.of(bytes(22, random)), witness);
  }

  static byte[] commitment(List<Tx> transactions, byte[] reserved) {
    List<Hash> leaves = new ArrayList<>();
    leaves.add(Hash.ZERO);
    transactions.subList(1, transactions.size()).forEach(tx -> leaves.add(tx.wtxid()));
    byte[] pair = new byte[32 + reserved.length];
    root(leaves).write(pair, 0);
    System.arraycopy(reserved, 0, pair, 32, reserved.length);
    return new ByteWriter(38)
        .bytes(COMMITMENT_PREFIX)
        .hash(Sha256d.hash(pair, 0, pair.length))
        .toMessage("x")
        .array();
  }

  static Message block(List<Tx> transactions) {
    return block(transactions, root(transactions.stream().map(Tx::txid).toList()));
  }

  static Message block(List<Tx> transactions, Hash root) {
    int size = 80 + ByteWriter.sizeOfCompactSize(transactions.size());
    for (Tx tx : transactions) {
      size += tx.full().length;
    }
    ByteWriter out = new ByteWriter(size);
    out.i32(4).hash(Hash.ZERO).hash(root).u32(1_700_000_000L);
    out.i32(Network.REGTEST.powLimitBits()).i32(0).compactSize(transactions.size());
    transactions.forEach(tx -> out.bytes(tx.full()));
    byte[] body = out.toMessage("block").array();
    while (!BlockHeader.at(body, 0).hasProofOfWork(Network.REGTEST)) {
      body[76]++;
    }
    return Message.of("block", body);
  }

  /** The merkle root by its definition, level by level on lists. */
  static Hash root(List<Hash> level) {
    if (level.size() == 1) {
      return level.get(0);
    }
    List<Hash> above = new ArrayList<>();
    for (int i = 0; i < level.size(); i += 2) {
      byte[] pair = new byte[64];
      level.get(i).write(pair, 0);
      level.get(Math.min(i + 1, level.size() - 1)).write(pair, 32);
      above.add(Sha256d.hash(pair, 0, 64));
    }
    return root(above);
  }

  static byte[] bytes(int size, Random random) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }
}
