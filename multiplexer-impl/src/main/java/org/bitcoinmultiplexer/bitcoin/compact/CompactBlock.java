package org.bitcoinmultiplexer.bitcoin.compact;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * Makes a {@code cmpctblock} of version 2 (BIP152): short ids of wtxids, and the coinbase with its
 * witness, which nobody can have yet.
 *
 * <p>Layout: header, nonce u64, CompactSize n, n short ids of 6 bytes, CompactSize m, m times (a
 * CompactSize with the distance to the index before it, less one, and a transaction). One of them
 * serves any number of peers: any nonce is as good as any other, as long as nobody can foresee it.
 */
public final class CompactBlock {

  private CompactBlock() {}

  /**
   * Writes a block in short.
   *
   * @param message a block, with its witnesses, found valid by whoever got it
   * @param nonce a random number
   * @return a new cmpctblock
   * @throws MalformedMessageException if it is not a header and at least one transaction
   */
  public static Message of(Message message, long nonce) {
    Block block = Block.parse(message);
    if (block.size() == 0) {
      throw new MalformedMessageException("block: no coinbase");
    }
    int ids = block.size() - 1;
    Message coinbase = block.transaction(0);
    byte[] header = new byte[BlockHeader.SIZE];
    block.header().write(header, 0);
    int size =
        BlockHeader.SIZE
            + Long.BYTES
            + ByteWriter.sizeOfCompactSize(ids)
            + ids * ShortIds.SIZE
            + 2
            + coinbase.size();
    ByteWriter out = new ByteWriter(size).bytes(header).i64(nonce).compactSize(ids);
    ShortIds shortIds = new ShortIds(block.header(), nonce);
    byte[] wtxid = new byte[Hash.SIZE];
    for (int i = 1; i <= ids; i++) {
      Message transaction = block.transaction(i);
      Sha256d.local()
          .update(transaction.array(), transaction.offset(), transaction.size())
          .finish(wtxid, 0);
      long id = shortIds.of(wtxid, 0);
      out.i32((int) id).u16((int) (id >>> 32));
    }
    return out.u8(1)
        .u8(0)
        .bytes(coinbase.array(), coinbase.offset(), coinbase.size())
        .toMessage(Commands.CMPCTBLOCK);
  }
}
