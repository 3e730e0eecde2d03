package org.bitcoinmultiplexer.bitcoin.session;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/** Mines on regtest, where it takes two attempts. Hashes come out the same in every run. */
final class Chain {

  static final int BITS = 0x207fffff;

  private static final long TIME = 1_600_000_000L;

  private Chain() {}

  /** So many headers behind the genesis block of regtest. */
  static List<BlockHeader> headers(int count) {
    return headers(Network.REGTEST.genesis(), count, 0);
  }

  /** So many headers behind a block; another branch tells them from others of the same height. */
  static List<BlockHeader> headers(Hash parent, int count, int branch) {
    List<BlockHeader> headers = new ArrayList<>();
    Hash previous = parent;
    for (int i = 0; i < count; i++) {
      byte[] root = new byte[Hash.SIZE];
      root[0] = (byte) branch;
      BlockHeader header = mine(previous, Hash.read(root, 0), i);
      headers.add(header);
      previous = header.hash();
    }
    return headers;
  }

  static BlockHeader mine(Hash previous, Hash root, int height) {
    for (int nonce = 0; ; nonce++) {
      BlockHeader header = header(previous, root, TIME + 600L * height, BITS, nonce);
      if (header.hasProofOfWork(Network.REGTEST)) {
        return header;
      }
    }
  }

  /** A header that is not worth its bits. */
  static BlockHeader withoutWork(Hash previous) {
    for (int nonce = 0; ; nonce++) {
      BlockHeader header = header(previous, Hash.ZERO, TIME, BITS, nonce);
      if (!header.hasProofOfWork(Network.REGTEST)) {
        return header;
      }
    }
  }

  private static BlockHeader header(Hash previous, Hash root, long time, int bits, int nonce) {
    Message message =
        new ByteWriter(BlockHeader.SIZE)
            .i32(0x20000000)
            .hash(previous)
            .hash(root)
            .u32(time)
            .i32(bits)
            .i32(nonce)
            .toMessage("header");
    return BlockHeader.of(message);
  }

  static byte[] bytes(BlockHeader header) {
    byte[] bytes = new byte[BlockHeader.SIZE];
    header.write(bytes, 0);
    return bytes;
  }

  static Message headersMessage(List<BlockHeader> headers) {
    Headers.Builder builder = new Headers.Builder(headers.size());
    headers.forEach(header -> builder.add(bytes(header), 0));
    return builder.toMessage();
  }

  static Message headersMessage(BlockHeader... headers) {
    return headersMessage(List.of(headers));
  }

  /** A block of one coinbase without witness and some more transactions, on a parent. */
  static Message block(Hash parent, int height, Message... transactions) {
    List<Message> all = new ArrayList<>();
    all.add(coinbase(height));
    all.addAll(List.of(transactions));
    return blockOf(mine(parent, root(all), height), all);
  }

  static Message blockOf(BlockHeader header, List<Message> transactions) {
    int size = transactions.stream().mapToInt(Message::size).sum();
    ByteWriter out =
        new ByteWriter(BlockHeader.SIZE + ByteWriter.sizeOfCompactSize(transactions.size()) + size);
    out.bytes(bytes(header)).compactSize(transactions.size());
    transactions.forEach(tx -> out.bytes(tx.toByteArray()));
    return out.toMessage(Commands.BLOCK);
  }

  private static Hash root(List<Message> transactions) {
    List<Hash> level = new ArrayList<>();
    transactions.forEach(tx -> level.add(Transaction.parse(tx).txid()));
    while (level.size() > 1) {
      List<Hash> next = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        byte[] type = new byte[2 * Hash.SIZE];
        level.get(i).write(type, 0);
        level.get(Math.min(i + 1, level.size() - 1)).write(type, Hash.SIZE);
        next.add(Sha256d.hash(type, 0, type.length));
      }
      level.clear();
      level.addAll(next);
    }
    return level.get(0);
  }

  static Message coinbase(int height) {
    return new ByteWriter(4 + 1 + 36 + 1 + 5 + 4 + 1 + 8 + 1 + 4)
        .i32(1)
        .compactSize(1)
        .hash(Hash.ZERO)
        .i32(-1)
        .compactSize(5)
        .u8(4)
        .i32(height)
        .i32(-1)
        .compactSize(1)
        .i64(5_000_000_000L)
        .compactSize(0)
        .i32(0)
        .toMessage(Commands.TX);
  }

  /** A transaction without witness; another number makes it another one. */
  static Message tx(int number) {
    return transaction(number, 0, false);
  }

  /** A transaction with a witness. */
  static Message witnessTx(int number) {
    return transaction(number, 0, true);
  }

  /** A transaction without witness whose only output has a script of so many bytes. */
  static Message largeTx(int number, int scriptSize) {
    return transaction(number, scriptSize, false);
  }

  private static Message transaction(int number, int scriptSize, boolean witness) {
    byte[] spent = new byte[Hash.SIZE];
    spent[0] = 1;
    spent[8] = (byte) number;
    spent[9] = (byte) (number >>> 8);
    spent[10] = (byte) (number >>> 16);
    int size =
        4
            + (witness ? 2 + 3 : 0)
            + 1
            + 36
            + 1
            + 4
            + 1
            + 8
            + ByteWriter.sizeOfVarBytes(scriptSize)
            + 4;
    ByteWriter out = new ByteWriter(size).i32(2);
    if (witness) {
      out.u8(0).u8(1);
    }
    out.compactSize(1).bytes(spent).i32(0).compactSize(0).i32(-1);
    out.compactSize(1).i64(1000).varBytes(new byte[scriptSize]);
    if (witness) {
      out.compactSize(1).compactSize(1).u8(number);
    }
    return out.i32(0).toMessage(Commands.TX);
  }
}
