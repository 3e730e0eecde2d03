package org.bitcoinmultiplexer.examples.benchmarks;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A chain of regtest that is the same wherever it is made: small blocks to ask for, a large one at
 * its end, and large blocks beside it.
 *
 * <p>The chain is valid in full, so that bitcoind takes it. The blocks beside it spend what does
 * not exist, which only a node with the coins can tell: they are for the bare node.
 */
final class TestChain {

  /** Enough that no two of a thousand clients ask for the same block at a time. */
  static final int SMALL_BLOCKS = 4_000;

  static final int SMALL_SIZE = 200;

  /** So many blocks below its tip a pruned node gives to anybody, and a few more to spare. */
  private static final int RECENT = 280;

  private static final int LARGE_SIZE = 999_000;
  private static final int TRANSACTIONS = 1_557; // as many as mainnet's block 413567 has
  static final int GENESIS_TIME = 1_296_688_602;
  private static final int OP_RETURN = 0x6a;
  private static final long SUBSIDY = 5_000_000_000L;
  private static final int PADDING = 11; // what makes the first block as large as the others
  static final byte[] GENESIS =
      HexFormat.of().parseHex("06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f");

  private final List<Block> small;
  private final Block large;

  private TestChain(List<Block> small, Block large) {
    this.small = small;
    this.large = large;
  }

  static TestChain make() {
    List<Block> small = new ArrayList<>();
    byte[] tip = GENESIS;
    for (int height = 1; height <= SMALL_BLOCKS; height++) {
      byte[] coinbase =
          height == 1 ? payingCoinbase() : coinbase(height, SMALL_SIZE - Block.HEADER_SIZE - 1);
      Block block = mine(tip, height, List.of(coinbase));
      small.add(block);
      tip = block.hash();
    }
    int height = SMALL_BLOCKS + 1;
    byte[] coinbase = coinbase(height, LARGE_SIZE - Block.HEADER_SIZE - 1);
    return new TestChain(List.copyOf(small), mine(tip, height, List.of(coinbase)));
  }

  List<Block> small() {
    return small;
  }

  /** The transaction whose first output the {@linkplain SlowTransaction slow} ones spend. */
  static byte[] coin() {
    return Wire.sha256d(payingCoinbase());
  }

  /** The last of the small ones: as many as a pruned node gives. */
  List<Block> recent() {
    return small.subList(SMALL_BLOCKS - RECENT, SMALL_BLOCKS);
  }

  /** The last block: 1 MB of small pushes in a single transaction. */
  Block large() {
    return large;
  }

  List<Block> all() {
    List<Block> all = new ArrayList<>(small);
    all.add(large);
    return all;
  }

  /** 1 MB in many transactions without witness. */
  static Block plain() {
    return plain(1);
  }

  /** Such blocks, no two of them the same. */
  static List<Block> several(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(TestChain::plain).toList();
  }

  private static Block plain(int height) {
    List<byte[]> transactions = new ArrayList<>();
    transactions.add(coinbase(height, 100));
    spends(transactions, LARGE_SIZE / TRANSACTIONS);
    return mine(GENESIS, height, transactions);
  }

  /** The same with a witness in the coinbase alone, which commits to the whole. */
  static Block committed() {
    byte[] reserved = new byte[Wire.HASH_SIZE];
    List<byte[]> transactions = new ArrayList<>();
    transactions.add(reserved); // the coinbase counts as zeros
    spends(transactions, LARGE_SIZE / TRANSACTIONS);
    List<byte[]> wtxids = new ArrayList<>(txids(transactions));
    wtxids.set(0, reserved);

    byte[] rootAndReserved = Arrays.copyOf(Block.merkleRoot(wtxids), 2 * Wire.HASH_SIZE);
    byte[] script = new byte[6 + Wire.HASH_SIZE];
    ByteBuffer out = ByteBuffer.wrap(script).putShort((short) 0x6a24).putInt(0xaa21a9ed);
    out.put(Wire.sha256d(rootAndReserved));
    byte[] bare = coinbase(1, List.of(script));
    transactions.set(0, bare);
    List<byte[]> txids = txids(transactions);

    byte[] whole = new byte[bare.length + 2 + 2 + Wire.HASH_SIZE];
    ByteBuffer witnessed = ByteBuffer.wrap(whole).put(bare, 0, 4).put((byte) 0).put((byte) 1);
    witnessed.put(bare, 4, bare.length - 8).put((byte) 1).put((byte) Wire.HASH_SIZE);
    witnessed.put(reserved).put(bare, bare.length - 4, 4);
    transactions.set(0, whole);
    return Block.mine(GENESIS, GENESIS_TIME + 600, txids, transactions);
  }

  private static Block mine(byte[] previous, int height, List<byte[]> transactions) {
    return Block.mine(previous, GENESIS_TIME + 600 * height, txids(transactions), transactions);
  }

  private static List<byte[]> txids(List<byte[]> transactions) {
    return transactions.stream().map(Wire::sha256d).toList();
  }

  /** The first one, which is worth something; padded to the size of the others. */
  private static byte[] payingCoinbase() {
    byte[] padding = new byte[PADDING];
    padding[0] = OP_RETURN;
    return coinbase(1, SUBSIDY, List.of(SlowTransaction.output(), padding));
  }

  /** A coinbase of just this size, padded with outputs that nobody can spend. */
  private static byte[] coinbase(int height, int size) {
    int least = coinbase(height, List.of()).length;
    int left = size - least;
    List<byte[]> scripts = new ArrayList<>();
    while (left > 0) {
      // An output is a value, the length of the script, the script; the last takes what remains.
      int whole = left > 20_000 ? 9_000 : left > 9_000 ? left / 2 : left;
      int scriptSize = whole - 8 - (whole - 9 < 0xfd ? 1 : 3);
      byte[] script = new byte[scriptSize];
      script[0] = OP_RETURN;
      push(script);
      scripts.add(script);
      left -= whole;
    }
    return coinbase(height, scripts);
  }

  /** Fills a script with pushes of four bytes, no two of them the same: much to do for a filter. */
  private static void push(byte[] script) {
    ByteBuffer out = ByteBuffer.wrap(script).position(1);
    for (int i = 0; out.remaining() > Integer.BYTES; i++) {
      out.put((byte) Integer.BYTES).putInt(31 * script.length + i);
    }
  }

  private static byte[] coinbase(int height, List<byte[]> scripts) {
    return coinbase(height, 0, scripts);
  }

  /** A coinbase of which the first output has a value. */
  private static byte[] coinbase(int height, long value, List<byte[]> scripts) {
    byte[] input = new byte[5]; // pushes the height, as BIP34 wants it; at least two bytes
    ByteBuffer in = Wire.little(input);
    if (height <= 16) {
      in.put((byte) (0x50 + height));
    } else if (height < 0x80) {
      in.put((byte) 1).put((byte) height);
    } else {
      in.put((byte) 2).putShort((short) height);
    }
    int size = 4 + 1 + 36 + 1 + input.length + 4 + 1 + 4;
    for (byte[] script : scripts) {
      size += 8 + Wire.sizeOfCompactSize(script.length) + script.length;
    }
    byte[] bytes = new byte[size];
    ByteBuffer out = Wire.little(bytes).putInt(1).put((byte) 1);
    out.position(out.position() + Wire.HASH_SIZE);
    out.putInt(-1).put((byte) input.length).put(input).putInt(-1);
    out.put((byte) scripts.size());
    long worth = value;
    for (byte[] script : scripts) {
      out.putLong(worth);
      worth = 0;
      Wire.putCompactSize(out, script.length);
      out.put(script);
    }
    return bytes;
  }

  /** Adds transactions with two inputs and two outputs of random content. */
  private static void spends(List<byte[]> transactions, int size) {
    Random random = new Random(1);
    int scripts = size - (4 + 1 + 2 * (36 + 1 + 4) + 1 + 2 * (8 + 1 + 25) + 4);
    for (int i = 1; i < TRANSACTIONS; i++) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      ByteBuffer out = Wire.little(bytes).putInt(1).put((byte) 2);
      putInput(out, scripts / 2);
      putInput(out, scripts - scripts / 2);
      out.put((byte) 2);
      for (int output = 0; output < 2; output++) {
        out.position(out.position() + 8);
        out.put((byte) 25);
        out.position(out.position() + 25);
      }
      out.putInt(0);
      transactions.add(bytes);
    }
  }

  private static void putInput(ByteBuffer out, int script) {
    out.position(out.position() + 36);
    out.put((byte) script);
    out.position(out.position() + script + 4);
  }
}
