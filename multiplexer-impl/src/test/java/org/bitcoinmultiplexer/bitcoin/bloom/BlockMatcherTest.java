package org.bitcoinmultiplexer.bitcoin.bloom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockMatcherTest {

  private static final byte[] KEY_OF_FOUR =
      hex(
          "044a656f065871a353f216ca26cef8dde2f03e8c16202d2e8ad769f02032cb86a5eb5e56842e92e19141d60a"
              + "01928f8dd2c875a390f67c1f6c94cfc617c0ea45af");
  private static final byte[] KEY_OF_SEVEN =
      hex(
          "04eaafc2314def4ca98ac970241bcab022b9c1e1f4ea423a20f134c876f2c01ec0f0dd5b2e86e7168cefe0d8"
              + "1113c3807420ce13ad1357231a2252247d97a46a91");
  private static final byte[] HASH_OF_SEVEN = hex("b6efd80d99179f4f4ff6f4dd0a007d018c385d21");
  private static final Hash FIRST_OF_SEVEN =
      Hash.of("147caa76786596590baa4e98f5d9f48b86c7765e489f7a6ff3360fe5c674360b");
  private static final Hash FOURTH_OF_SEVEN =
      Hash.of("02981fa052f0481dbc5868f4fc2166035a10f27a03cfd2de67326471df5bc041");

  @ParameterizedTest
  @CsvSource({
    "0, '0, 1, 3'", // without an update the spending third is missed
    "1, '0, 1, 2, 3'",
    "2, '0, 1, 2, 3'", // it was a bare key
    "3, '0, 1, 3'",
    "5, '0, 1, 2, 3'", // other bits of the flags mean nothing
  })
  void findsWhatCoreFinds(int flags, String positions) {
    Hash first = Hash.of("e980fe9f792d014e73b95203dc1335c5f9ce19ac537a419e6df5b47aecb93b70");
    BloomFilter filter = Filters.exact(flags, first.toByteArray());
    FilteredBlock before = BlockMatcher.of(SmallBlocks.FOUR).match(filter);
    assertThat(positions(before)).isEqualTo("0");
    filter.insert(KEY_OF_FOUR);
    FilteredBlock after = BlockMatcher.of(SmallBlocks.FOUR).match(filter);
    assertThat(positions(after)).isEqualTo(positions);
    assertThat(MerkleBlock.parse(after.merkleblock()).matches().get(1).txid())
        .hasToString("28204cad1d7fc1d199e8ef4fa22f182de6258a3eaafe1bbe56ebdcacd3069a5f");
  }

  @ParameterizedTest
  @CsvSource({"0, false, false", "1, true, true", "2, true, false"})
  void remembersTheOutputsThatCoreRemembers(int flags, boolean key, boolean hash) {
    BloomFilter filter = Filters.exact(flags, KEY_OF_SEVEN, HASH_OF_SEVEN);
    BlockMatcher.of(SmallBlocks.SEVEN).match(filter);
    assertThat(Filters.contains(filter, outpoint(FIRST_OF_SEVEN, 0))).isEqualTo(key);
    assertThat(Filters.contains(filter, outpoint(FOURTH_OF_SEVEN, 0))).isEqualTo(hash);
    assertThat(Filters.contains(filter, outpoint(FOURTH_OF_SEVEN, 1))).isFalse();
  }

  /** What a key got is spent later by a transaction that names the outpoint only. */
  @ParameterizedTest
  @CsvSource({"182, 0, 182", "182, 1, 182 221", "182, 2, 182 221", "183, 1, 183 187"})
  void followsAKeyThroughTheFirstBlocks(int paid, int flags, String expected) {
    List<Message> blocks = Vectors.firstBlocks();
    Message payment = Block.parse(blocks.get(paid)).transaction(1);
    byte[] script = NaiveFilter.Tx.of(payment).outputs().get(0);
    BloomFilter filter = Filters.exact(flags, Arrays.copyOfRange(script, 1, 66));
    List<String> found = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      if (BlockMatcher.of(blocks.get(i)).match(filter).size() > 0) {
        found.add(String.valueOf(i));
      }
    }
    assertThat(String.join(" ", found)).isEqualTo(expected);
  }

  @Test
  void buildsTheMerkleblockThatARealNodeSent() {
    Message block = Vectors.block("mainnet-block-300025.raw");
    Message sent = Message.of("merkleblock", Vectors.read("mainnet-merkleblock-300025.raw"));
    MerkleBlock proof = MerkleBlock.parse(sent);
    assertThat(proof.matches()).isNotEmpty();
    BloomFilter filter = Filters.exact(Filters.UPDATE_NONE);
    proof.matches().forEach(match -> filter.insert(match.txid().toByteArray()));
    FilteredBlock filtered = BlockMatcher.of(block).match(filter);
    assertThat(filtered.merkleblock()).isEqualTo(sent);

    byte[] both = Vectors.read("mainnet-merkleblock-300025-with-tx.raw");
    assertThat(both[sent.size()]).isEqualTo((byte) filtered.size());
    byte[] rest = Arrays.copyOfRange(both, sent.size() + 1, both.length);
    ByteWriter transactions = new ByteWriter(rest.length);
    for (int i = 0; i < filtered.size(); i++) {
      transactions.bytes(filtered.transaction(i).toByteArray());
    }
    assertThat(transactions.toMessage("x").array()).isEqualTo(rest);
  }

  @Test
  void nothingMatchedIsTheRootAndNothingElse() {
    Message block = Vectors.block("mainnet-block-413567.raw");
    FilteredBlock filtered = BlockMatcher.of(block).match(Filters.exact(1));
    BlockHeader header = BlockHeader.of(block);
    Message merkleblock = filtered.merkleblock();
    assertThat(filtered.size()).isZero();
    assertThat(merkleblock.size()).isEqualTo(80 + 4 + 1 + 32 + 1 + 1);
    assertThat(header.merkleRoot().isAt(merkleblock.array(), 85)).isTrue();
    assertThat(merkleblock.array()[118]).isZero();
    MerkleBlock proof = MerkleBlock.parse(merkleblock);
    assertThat(proof.matches()).isEmpty();
    assertThat(proof.transactions()).isEqualTo(1557);
    assertThat(proof.header().hash()).isEqualTo(header.hash());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mainnet-block-482683-segwit.raw", "mainnet-block-540107-segwit.raw"})
  void sendsTransactionsWithoutTheirWitnesses(String file) {
    Block block = Block.parse(Vectors.block(file));
    FilteredBlock all = BlockMatcher.of(block.toMessage()).match(Filters.of(new byte[0], 0, 0, 0));
    assertThat(all.size()).isEqualTo(block.size());
    for (int i = 0; i < block.size(); i++) {
      assertThat(all.transaction(i)).isEqualTo(Transaction.strip(block.transaction(i)));
      assertThat(all.position(i)).isEqualTo(i);
    }
    Message stripped = Block.strip(block.toMessage());
    assertThat(BlockMatcher.of(stripped).match(Filters.of(new byte[0], 0, 0, 0)).merkleblock())
        .isEqualTo(all.merkleblock());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mainnet-block-300025.raw",
        "mainnet-block-482683-segwit.raw",
        "mainnet-block-540107-segwit.raw",
        "testnet-block-898352.raw"
      })
  void matchesAsANaiveFilterAndProvesIt(String file) {
    long seed = System.nanoTime();
    System.out.println("matchesAsANaiveFilterAndProvesIt: seed " + seed);
    Random random = new Random(seed);
    Message message = Vectors.block(file);
    Block block = Block.parse(message);
    List<NaiveFilter.Tx> transactions =
        IntStream.range(0, block.size())
            .mapToObj(i -> NaiveFilter.Tx.of(block.transaction(i)))
            .toList();
    for (int round = 0; round < 40; round++) {
      byte[] bits = new byte[1 + random.nextInt(300)];
      int functions = 1 + random.nextInt(11);
      int tweak = random.nextInt();
      int flags = random.nextInt(4);
      BloomFilter filter = Filters.of(bits, functions, tweak, flags);
      NaiveFilter naive = new NaiveFilter(bits, functions, tweak, flags);
      for (int i = random.nextInt(20); i > 0; i--) {
        byte[] element = pick(transactions.get(random.nextInt(transactions.size())), random);
        filter.insert(element);
        naive.insert(element);
      }
      List<Integer> expected = new ArrayList<>();
      for (int i = 0; i < transactions.size(); i++) {
        if (naive.matches(transactions.get(i))) {
          expected.add(i);
        }
      }
      FilteredBlock filtered = BlockMatcher.of(message).match(filter);
      MerkleBlock proof = MerkleBlock.parse(filtered.merkleblock());
      assertThat(proof.matches()).extracting(MerkleBlock.Match::position).isEqualTo(expected);
      assertThat(proof.matches())
          .extracting(MerkleBlock.Match::txid)
          .isEqualTo(expected.stream().map(block::txid).toList());
      assertThat(IntStream.range(0, filtered.size()).map(filtered::position).boxed())
          .isEqualTo(expected);

      // One by one, as announcements come, a filter in the same state says the same.
      BloomFilter relay = Filters.of(bits, functions, tweak, flags);
      NaiveFilter naiveRelay = new NaiveFilter(bits, functions, tweak, flags);
      for (int i = 0; i < block.size(); i++) {
        assertThat(relay.matches(block.transaction(i)))
            .isEqualTo(naiveRelay.matches(transactions.get(i)));
      }
    }
  }

  private static byte[] pick(NaiveFilter.Tx tx, Random random) {
    int what = random.nextInt(4);
    if (what == 0) {
      return tx.txid();
    }
    if (what == 1) {
      return tx.outpoints().get(random.nextInt(tx.outpoints().size()));
    }
    List<byte[]> scripts = what == 2 ? tx.outputs() : tx.inputs();
    List<NaiveFilter.Op> ops = NaiveFilter.ops(scripts.get(random.nextInt(scripts.size())));
    return ops.isEmpty() ? tx.txid() : ops.get(random.nextInt(ops.size())).data();
  }

  @Test
  void matchesSmallPushesAsANaiveFilterHoweverItIsDivided() {
    long seed = System.nanoTime();
    System.out.println("matchesSmallPushesAsANaiveFilterHoweverItIsDivided: seed " + seed);
    Random random = new Random(seed);
    int matches = 0;
    for (int round = 0; round < 1_000; round++) {
      Message tx = withSmallPushes(random);
      byte[] bits = new byte[1 + random.nextInt(300)];
      int functions = 1 + random.nextInt(11);
      NaiveFilter naive = new NaiveFilter(bits, functions, round, round % 4);
      BloomFilter filter = Filters.of(bits, functions, round, round % 4);
      BloomFilter again = Filters.of(bits, functions, round, round % 4);
      for (int i = random.nextInt(1 + bits.length / 8); i > 0; i--) {
        byte[] element = new byte[1 + random.nextInt(6)];
        random.nextBytes(element);
        naive.insert(element);
        filter.insert(element);
        again.insert(element);
      }
      boolean expected = naive.matches(NaiveFilter.Tx.of(tx));
      assertThat(filter.matches(tx)).isEqualTo(expected);
      TransactionMatching divided = TransactionMatching.of(tx, again);
      while (!divided.advance(1 + random.nextInt(1_000))) {
        assertThat(divided.work()).isPositive();
      }
      assertThat(divided.matches()).isEqualTo(expected);
      matches += expected ? 1 : 0;
    }
    assertThat(matches).isBetween(50, 950);
  }

  private static Message withSmallPushes(Random random) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {1, 0, 0, 0});
    int inputs = 1 + random.nextInt(3);
    bytes.write(inputs);
    for (int i = 0; i < inputs; i++) {
      bytes.writeBytes(random(random, 36));
      writeScript(bytes, random);
      bytes.writeBytes(new byte[4]);
    }
    int outputs = 1 + random.nextInt(3);
    bytes.write(outputs);
    for (int i = 0; i < outputs; i++) {
      bytes.writeBytes(new byte[8]);
      writeScript(bytes, random);
    }
    bytes.writeBytes(new byte[4]);
    return Message.of("tx", bytes.toByteArray());
  }

  private static void writeScript(ByteArrayOutputStream out, Random random) {
    ByteArrayOutputStream script = new ByteArrayOutputStream();
    int most = random.nextInt(12);
    for (int i = random.nextInt(250); i > 0; i--) {
      byte[] push = random(random, random.nextInt(1 + most));
      script.write(push.length);
      script.writeBytes(push);
    }
    script.writeBytes(random(random, random.nextInt(3))); // may not be readable
    int size = ByteWriter.sizeOfVarBytes(script.size());
    out.writeBytes(
        new ByteWriter(size).varBytes(script.toByteArray()).toMessage("x").toByteArray());
  }

  private static byte[] random(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void matchesTransactionsOfUnusualForms() {
    byte[] nothing = new byte[10]; // no inputs, and a zero that says that nothing follows
    assertThat(Filters.exact(1).matches(Message.of("tx", nothing))).isFalse();
    byte[] outputOnly = // in witness form there may be outputs without inputs, to be refused
        new ByteWriter(4 + 2 + 1 + 1 + 8 + 3 + 4)
            .i32(1)
            .u8(0)
            .u8(1)
            .u8(0)
            .u8(1)
            .i64(0)
            .varBytes(hex("01aa"))
            .i32(0)
            .toMessage("tx")
            .array();
    assertThatThrownBy(() -> Filters.exact(1).matches(Message.of("tx", outputOnly)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesWhatIsNoBlock() {
    assertThatThrownBy(() -> BlockMatcher.of(Message.of("block", new byte[79])))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> BlockMatcher.of(Message.of("block", new byte[81])))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("block: no transactions to match");
  }

  @Test
  void allocatesNothingForWhatDoesNotMatch() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    BlockMatcher block = BlockMatcher.of(Vectors.block("mainnet-block-413567.raw"));
    BloomFilter filter = Filters.exact(1);
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      assertThat(block.match(filter).size()).isZero();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isBetween(1L, 4000L); // one bit per transaction, and the merkleblock
  }

  @Test
  void takesABlockApartOnce() {
    assertThat(BlockMatcher.of(SmallBlocks.FOUR)).isSameAs(BlockMatcher.of(SmallBlocks.FOUR));
  }

  private static String positions(FilteredBlock filtered) {
    List<String> positions = new ArrayList<>();
    for (int i = 0; i < filtered.size(); i++) {
      positions.add(String.valueOf(filtered.position(i)));
    }
    return String.join(", ", positions);
  }

  private static byte[] outpoint(Hash txid, int index) {
    return new ByteWriter(36).hash(txid).i32(index).toMessage("x").array();
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
