package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * Makes transactions and blocks of regtest in both of their forms, each written on its own: what
 * the simulation takes for true owes nothing to the code that it tests.
 */
final class BlockFactory {

  /** Heights in coinbases are this much higher, where witnesses are active in everybody's eyes. */
  private static final int ACTIVE = 1_000;

  private static final List<Block> OLD = new ArrayList<>();

  private BlockFactory() {}

  /** A transaction and its two names. */
  static final class Tx {
    final Message full;
    final Message stripped;
    final Hash txid;
    final Hash wtxid;

    private Tx(byte[] stripped, byte[] full) {
      this.stripped = Message.of(Commands.TX, stripped);
      this.full = full == stripped ? this.stripped : Message.of(Commands.TX, full);
      this.txid = hash(stripped);
      this.wtxid = full == stripped ? txid : hash(full);
    }

    boolean hasWitness() {
      return full != stripped;
    }
  }

  /** A block in both forms. */
  static final class Block {
    final Hash hash;
    final Hash previous;
    final int height;
    final byte[] header;
    final Message full;
    final Message stripped;
    final List<Tx> transactions;

    private Block(Hash previous, int height, byte[] header, List<Tx> transactions) {
      this.previous = previous;
      this.height = height;
      this.header = header;
      this.hash = BlockFactory.hash(header);
      this.transactions = transactions;
      Bytes whole = new Bytes().raw(header).size(transactions.size());
      Bytes bare = new Bytes().raw(header).size(transactions.size());
      for (Tx tx : transactions) {
        whole.raw(tx.full.toByteArray());
        bare.raw(tx.stripped.toByteArray());
      }
      this.full = Message.of(Commands.BLOCK, whole.toArray());
      this.stripped = Message.of(Commands.BLOCK, bare.toArray());
    }
  }

  /** The double SHA-256. */
  static Hash hash(byte[] bytes) {
    return Sha256d.hash(bytes, 0, bytes.length);
  }

  /** A transaction that spends something made up. */
  static Tx transaction(Draw draw, boolean withWitness) {
    byte[] head =
        new Bytes().u8(1).raw(draw.bytes(36)).sized(draw.bytes(draw.below(30))).i32(-1).toArray();
    int script = draw.chance(0.01) ? 20_000 : draw.between(1, 60);
    byte[] outputs =
        new Bytes().u8(1).i64(draw.between(1, 1 << 30)).sized(draw.bytes(script)).toArray();
    byte[] witness = null;
    if (withWitness) {
      witness =
          new Bytes().u8(2).sized(draw.bytes(draw.between(1, 72))).sized(draw.bytes(33)).toArray();
    }
    return assemble(head, outputs, witness);
  }

  /** The same transaction with another witness. */
  static Tx variant(Tx tx, Draw draw) {
    byte[] bare = tx.stripped.toByteArray();
    byte[] body = new byte[bare.length - 8];
    System.arraycopy(bare, 4, body, 0, body.length);
    byte[] witness = new Bytes().u8(1).sized(draw.bytes(40)).toArray();
    return assemble(body, new byte[0], witness);
  }

  private static Tx assemble(byte[] inputs, byte[] outputs, byte[] witness) {
    byte[] bare = new Bytes().i32(2).raw(inputs).raw(outputs).i32(0).toArray();
    byte[] whole =
        witness == null
            ? bare
            : new Bytes().i32(2).u8(0).u8(1).raw(inputs).raw(outputs).raw(witness).i32(0).toArray();
    return new Tx(bare, whole);
  }

  /** A block of a coinbase and these transactions. */
  static Block block(Hash previous, int height, List<Tx> spends, Draw draw) {
    boolean commits = spends.stream().anyMatch(Tx::hasWitness) || draw.chance(0.3);
    List<Tx> all = new ArrayList<>();
    all.add(coinbase(height, spends, commits, draw));
    all.addAll(spends);
    Hash root = root(all.stream().map(tx -> tx.txid).toList());
    for (int nonce = 0; ; nonce++) {
      byte[] header = header(previous, root, height, nonce);
      if (BlockHeader.at(header, 0).hasProofOfWork(Network.REGTEST)) {
        return new Block(previous, height, header, all);
      }
    }
  }

  /** Blocks of a coinbase each behind the genesis block, the same in every run. */
  static synchronized List<Block> oldChain(int length) {
    while (OLD.size() < length) {
      int height = OLD.size() + 1;
      Hash previous = height == 1 ? Network.REGTEST.genesis() : OLD.get(height - 2).hash;
      // Each by itself, so that a block does not depend on how many were made with it.
      OLD.add(block(previous, height, List.of(), new Draw(height)));
    }
    return OLD.subList(0, length);
  }

  /** A header that is worth nothing. */
  static byte[] headerWithoutWork(Hash previous, int height) {
    for (int nonce = 0; ; nonce++) {
      byte[] header = header(previous, Hash.ZERO, height, nonce);
      if (!BlockHeader.at(header, 0).hasProofOfWork(Network.REGTEST)) {
        return header;
      }
    }
  }

  private static byte[] header(Hash previous, Hash root, int height, int nonce) {
    return new Bytes()
        .i32(0x20000000)
        .hash(previous)
        .hash(root)
        .i32(1_600_000_000 + 600 * height)
        .i32(Network.REGTEST.powLimitBits())
        .i32(nonce)
        .toArray();
  }

  private static Tx coinbase(int height, List<Tx> spends, boolean commits, Draw draw) {
    int shown = height + ACTIVE;
    byte[] script = {3, (byte) shown, (byte) (shown >> 8), (byte) (shown >> 16)};
    byte[] input = new Bytes().u8(1).hash(Hash.ZERO).i32(-1).sized(script).i32(-1).toArray();
    Bytes outputs = new Bytes().u8(commits ? 2 : 1).i64(5_000_000_000L).sized(draw.bytes(22));
    if (!commits) {
      return assemble(input, outputs.toArray(), null);
    }
    List<Hash> leaves = new ArrayList<>();
    leaves.add(Hash.ZERO);
    spends.forEach(tx -> leaves.add(tx.wtxid));
    byte[] reserved = draw.bytes(32);
    Hash commitment = hash(new Bytes().hash(root(leaves)).raw(reserved).toArray());
    byte[] output =
        new Bytes()
            .u8(0x6a)
            .u8(0x24)
            .u8(0xaa)
            .u8(0x21)
            .u8(0xa9)
            .u8(0xed)
            .hash(commitment)
            .toArray();
    return assemble(
        input, outputs.i64(0).sized(output).toArray(), new Bytes().u8(1).sized(reserved).toArray());
  }

  private static Hash root(List<Hash> leaves) {
    List<Hash> level = leaves;
    while (level.size() > 1) {
      List<Hash> above = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        Hash right = level.get(Math.min(i + 1, level.size() - 1));
        above.add(hash(new Bytes().hash(level.get(i)).hash(right).toArray()));
      }
      level = above;
    }
    return level.get(0);
  }
}
