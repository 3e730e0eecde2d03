package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/** Makes headers, blocks and transactions of regtest. */
public final class TestChain {

  public static final int BITS = Network.REGTEST.powLimitBits();
  private static final long TIME = 1_700_000_000L;

  private TestChain() {}

  /** Headers on a parent; the branch tells chains on one parent apart. */
  public static List<BlockHeader> grow(Hash parent, int count, int branch) {
    List<BlockHeader> headers = new ArrayList<>();
    Hash previous = parent;
    long time = TIME;
    for (int i = 0; i < count; i++) {
      BlockHeader header = header(previous, branch, time + 600L * i, BITS, true);
      headers.add(header);
      previous = header.hash();
    }
    return headers;
  }

  public static List<BlockHeader> grow(BlockHeader parent, int count, int branch) {
    List<BlockHeader> headers = new ArrayList<>();
    BlockHeader previous = parent;
    for (int i = 0; i < count; i++) {
      previous = header(previous.hash(), branch, previous.time() + 600, BITS, true);
      headers.add(previous);
    }
    return headers;
  }

  /** A header with proof of work, or with none. */
  public static BlockHeader header(Hash parent, int branch, long time, int bits, boolean proven) {
    Hash root = Sha256d.hash(new byte[] {(byte) branch}, 0, 1);
    return BlockHeader.at(mine(headerBytes(parent, root, time, bits), proven), 0);
  }

  private static byte[] headerBytes(Hash parent, Hash root, long time, int bits) {
    return new ByteWriter(80)
        .i32(4)
        .hash(parent)
        .hash(root)
        .u32(time)
        .i32(bits)
        .i32(0)
        .toMessage("x")
        .array();
  }

  private static byte[] mine(byte[] bytes, boolean proven) {
    byte[] header = Arrays.copyOf(bytes, 80);
    while (BlockHeader.at(header, 0).hasProofOfWork(Network.REGTEST) != proven) {
      header[76]++;
      if (header[76] == 0) {
        header[77]++;
      }
    }
    System.arraycopy(header, 0, bytes, 0, 80);
    return bytes;
  }

  /** A block of nothing but a coinbase. */
  public static Message block(BlockHeader parent) {
    return block(parent.hash(), parent.time() + 600, 1);
  }

  public static Message block(Hash parent, long time, int extra) {
    byte[] coinbase = coinbase(extra);
    Hash root = Sha256d.hash(coinbase, 0, coinbase.length);
    byte[] header = mine(headerBytes(parent, root, time, BITS), true);
    return new ByteWriter(81 + coinbase.length)
        .bytes(header)
        .u8(1)
        .bytes(coinbase)
        .toMessage("block");
  }

  static byte[] coinbase(int extra) {
    return new ByteWriter(4 + 1 + 36 + 1 + 4 + 4 + 1 + 8 + 1 + 1 + 4)
        .i32(2)
        .u8(1)
        .hash(Hash.ZERO)
        .i32(-1)
        .u8(4)
        .i32(extra)
        .i32(-1)
        .u8(1)
        .i64(50)
        .u8(1)
        .u8(0x51)
        .i32(0)
        .toMessage("tx")
        .array();
  }

  /** A transaction with or without witness; equal numbers make equal txids. */
  public static Message tx(int number, int witness) {
    return tx(Sha256d.hash(new byte[] {1}, 0, 1), number, 1000, witness);
  }

  static Message tx(Hash spent, int index, long value, int witness) {
    int witnessSize = witness == 0 ? 0 : 2 + 1 + 1 + 4;
    ByteWriter out = new ByteWriter(4 + 1 + 36 + 1 + 4 + 1 + 8 + 1 + 1 + 4 + witnessSize).i32(2);
    if (witness != 0) {
      out.u8(0).u8(1);
    }
    out.u8(1).hash(spent).i32(index).u8(0).i32(-1).u8(1).i64(value).u8(1).u8(0x51);
    if (witness != 0) {
      out.u8(1).u8(4).i32(witness);
    }
    return out.i32(0).toMessage("tx");
  }

  public static Message headers(List<BlockHeader> headers) {
    Headers.Builder builder = new Headers.Builder(headers.size());
    for (BlockHeader header : headers) {
      byte[] bytes = new byte[80];
      header.write(bytes, 0);
      builder.add(bytes, 0);
    }
    return builder.toMessage();
  }

  static Message headers(BlockHeader... headers) {
    return headers(List.of(headers));
  }

  public static BlockHeader last(List<BlockHeader> headers) {
    return headers.get(headers.size() - 1);
  }

  public static List<Hash> hashes(List<BlockHeader> headers) {
    return headers.stream().map(BlockHeader::hash).toList();
  }
}
