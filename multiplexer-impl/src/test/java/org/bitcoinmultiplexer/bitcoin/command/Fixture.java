package org.bitcoinmultiplexer.bitcoin.command;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** Small messages that are true on regtest, where proof of work costs two tries. */
final class Fixture {

  static final Network NETWORK = Network.REGTEST;

  private Fixture() {}

  /** Some hash. */
  static Hash hash(int seed) {
    byte[] bytes = new byte[Hash.SIZE];
    bytes[0] = (byte) seed;
    bytes[31] = 7;
    return Hash.read(bytes, 0);
  }

  /** A block of one coinbase. */
  static Message block(Hash previous, int seed) {
    byte[] coinbase = transaction(seed, false, true);
    byte[] header = header(previous, Transaction.parse(Message.of("tx", coinbase)).txid());
    return new ByteWriter(header.length + 1 + coinbase.length)
        .bytes(header)
        .u8(1)
        .bytes(coinbase)
        .toMessage("block");
  }

  static Hash hashOf(Message block) {
    return BlockHeader.of(block).hash();
  }

  static byte[] header(Hash previous, Hash merkleRoot) {
    for (int nonce = 0; ; nonce++) {
      byte[] header =
          new ByteWriter(80)
              .i32(4)
              .hash(previous)
              .hash(merkleRoot)
              .u32(1_600_000_000L)
              .u32(NETWORK.powLimitBits())
              .i32(nonce)
              .toMessage("header")
              .array();
      if (BlockHeader.at(header, 0).hasProofOfWork(NETWORK)) {
        return header;
      }
    }
  }

  /** Headers that build on each other. */
  static Message headers(Hash previous, int size) {
    Headers.Builder headers = new Headers.Builder(size);
    Hash tip = previous;
    for (int i = 0; i < size; i++) {
      byte[] header = header(tip, hash(i));
      tip = BlockHeader.at(header, 0).hash();
      headers.add(header, 0);
    }
    return headers.toMessage();
  }

  static Message getheaders(Hash stop, Hash... locator) {
    return BlockLocator.of("getheaders", 70016, List.of(locator), stop);
  }

  static Message getdata(int type, Hash hash) {
    return Inventory.of("getdata", type, hash);
  }

  static Message notfound(int type, Hash hash) {
    return Inventory.of("notfound", type, hash);
  }

  static Message transaction(int seed, boolean witness) {
    return Message.of("tx", transaction(seed, witness, false));
  }

  static byte[] transaction(int seed, boolean witness, boolean coinbase) {
    ByteWriter out =
        new ByteWriter(4 + (witness ? 2 + 3 : 0) + 1 + 36 + 1 + 4 + 4 + 1 + 8 + 1 + 4).i32(2);
    if (witness) {
      out.u8(0).u8(1);
    }
    out.u8(1).hash(coinbase ? Hash.ZERO : hash(seed)).i32(coinbase ? -1 : 0);
    out.u8(4).i32(seed).i32(-1);
    out.u8(1).i64(5000).u8(0);
    if (witness) {
      out.u8(1).u8(1).u8(0x51);
    }
    return out.i32(0).toMessage("tx").array();
  }

  /** A message of a header and anything behind it. */
  static Message headed(String command, Message block) {
    return new ByteWriter(84).bytes(block.array(), 0, 80).i32(1).toMessage(command);
  }

  static Message blocktxn(Hash block, Message... transactions) {
    int size = 0;
    for (Message transaction : transactions) {
      size += transaction.size();
    }
    ByteWriter out = new ByteWriter(33 + size).hash(block).u8(transactions.length);
    for (Message transaction : transactions) {
      out.bytes(transaction.toByteArray());
    }
    return out.toMessage("blocktxn");
  }

  static Message cfilter(int type, Hash block) {
    return new ByteWriter(36).u8(type).hash(block).u8(2).u16(77).toMessage("cfilter");
  }

  static Message cfheaders(int type, Hash stop, int size) {
    ByteWriter out =
        new ByteWriter(65 + ByteWriter.sizeOfCompactSize(size) + 32 * size)
            .u8(type)
            .hash(stop)
            .hash(hash(9))
            .compactSize(size);
    for (int i = 0; i < size; i++) {
      out.hash(hash(i));
    }
    return out.toMessage("cfheaders");
  }

  static Message cfcheckpt(int type, Hash stop) {
    return new ByteWriter(66).u8(type).hash(stop).u8(1).hash(hash(3)).toMessage("cfcheckpt");
  }

  static Message trailed(Message message) {
    byte[] body = new byte[message.size() + 1];
    System.arraycopy(message.array(), message.offset(), body, 0, message.size());
    return Message.of(message.command(), body);
  }
}
