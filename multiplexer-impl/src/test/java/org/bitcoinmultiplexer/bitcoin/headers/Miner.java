package org.bitcoinmultiplexer.bitcoin.headers;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** Makes regtest headers with proof of work, each different from all others. */
public final class Miner {

  private int made;

  /** A child, ten minutes later. */
  BlockHeader child(BlockHeader parent) {
    return child(parent, parent.time() + 600);
  }

  BlockHeader child(BlockHeader parent, long time) {
    for (int nonce = 0; ; nonce++) {
      BlockHeader header =
          header(parent.hash(), ++made, time, Network.REGTEST.powLimitBits(), nonce);
      if (header.hasProofOfWork(Network.REGTEST)) {
        return header;
      }
    }
  }

  /** So many descendants, one after the other. */
  public List<BlockHeader> branch(BlockHeader parent, int length) {
    List<BlockHeader> branch = new ArrayList<>();
    BlockHeader at = parent;
    for (int i = 0; i < length; i++) {
      at = child(at);
      branch.add(at);
    }
    return branch;
  }

  static BlockHeader header(Hash previous, int salt, long time, int bits, int nonce) {
    ByteWriter out = new ByteWriter(80).i32(4).hash(previous).i64(salt).i64(0).i64(0).i64(0);
    out.u32(time).i32(bits).i32(nonce);
    return BlockHeader.at(out.toMessage("header").array(), 0);
  }

  public static Headers message(List<BlockHeader> headers) {
    Headers.Builder builder = new Headers.Builder(headers.size());
    byte[] bytes = new byte[80];
    for (BlockHeader header : headers) {
      header.write(bytes, 0);
      builder.add(bytes, 0);
    }
    return Headers.parse(builder.toMessage());
  }
}
