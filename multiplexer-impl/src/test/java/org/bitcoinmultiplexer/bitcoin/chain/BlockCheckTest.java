package org.bitcoinmultiplexer.bitcoin.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockMaker.Tx;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Made blocks: the rules one by one, and the shapes that miners do not make. */
class BlockCheckTest {

  private static final byte[] RESERVED = BlockMaker.bytes(32, new Random(7));
  private static final byte[] PLAIN = {0x51};

  private final Random random = new Random(42);

  @Test
  void acceptsBlocksOfEverySizeWithAndWithoutWitness() {
    for (int size = 1; size <= 40; size++) {
      expectValid(BlockMaker.block(plain(size)));
      expectValid(BlockMaker.block(committed(size)));
    }
  }

  @Test
  void refusesEveryRepetitionThatKeepsTheMerkleRoot() {
    int forgeries = 0;
    for (int size = 1; size <= 33; size++) {
      List<Tx> transactions = plain(size);
      Hash root = BlockMaker.root(transactions.stream().map(Tx::txid).toList());
      for (int repeated = 1; repeated <= size; repeated++) {
        List<Tx> longer = new ArrayList<>(transactions);
        longer.addAll(transactions.subList(size - repeated, size));
        Message block = BlockMaker.block(longer, root);
        if (BlockMaker.root(longer.stream().map(Tx::txid).toList()).equals(root)) {
          forgeries++;
          expectInvalid(block, "transactions are duplicated");
        } else {
          expectInvalid(block, "merkle root is ");
        }
      }
    }
    // every size but a power of two has at least one
    assertThat(forgeries).isGreaterThanOrEqualTo(27);
  }

  @Test
  void refusesAWrongMerkleRoot() {
    expectInvalid(BlockMaker.block(plain(5), Hash.ZERO), " instead of " + Hash.ZERO);
  }

  @Test
  void refusesABlockWithoutTransactions() {
    expectInvalid(BlockMaker.block(List.of(), Hash.ZERO), "no transactions");
  }

  @Test
  void refusesABlockWithoutCoinbaseAndNamesTransactionsOf64Bytes() {
    List<Tx> transactions = new ArrayList<>(List.of(BlockMaker.spend(random, 0)));
    expectInvalidExactly(BlockMaker.block(transactions), ": no coinbase");
    transactions.add(new Tx(new byte[36], new byte[1], List.of(new byte[4]), List.of()));
    assertThat(transactions.get(1).stripped()).hasSize(65);
    expectInvalidExactly(BlockMaker.block(transactions), ": no coinbase");
    transactions.set(1, of64Bytes());
    expectInvalid(BlockMaker.block(transactions), ": no coinbase, but a transaction of 64 bytes");
  }

  @Test
  void toleratesATransactionOf64BytesBehindACoinbase() {
    List<Tx> transactions = plain(3);
    transactions.add(of64Bytes());
    expectValid(BlockMaker.block(transactions));
  }

  @Test
  void refusesAWitnessWithoutCommitment() {
    List<Tx> transactions = plain(4);
    transactions.set(2, BlockMaker.spend(random, 2));
    expectInvalid(BlockMaker.block(transactions), "a witness, but no commitment to it");
    List<Tx> alone = List.of(BlockMaker.coinbase(List.of(PLAIN), List.of(RESERVED)));
    expectInvalid(BlockMaker.block(alone), "a witness, but no commitment to it");
  }

  @Test
  void countsTheLastCommitmentOnly() {
    List<Tx> transactions = committed(5);
    byte[] right = BlockMaker.commitment(transactions, RESERVED);
    byte[] wrong = right.clone();
    wrong[37] ^= 1;
    transactions.set(0, BlockMaker.coinbase(List.of(wrong, right, PLAIN), List.of(RESERVED)));
    expectValid(BlockMaker.block(transactions));
    transactions.set(0, BlockMaker.coinbase(List.of(right, wrong), List.of(RESERVED)));
    expectInvalid(BlockMaker.block(transactions), "other witnesses than the coinbase commits to");
  }

  @Test
  void recognisesACommitmentByItsFirstBytesAndLeastSize() {
    List<Tx> transactions = committed(3);
    byte[] right = BlockMaker.commitment(transactions, RESERVED);
    byte[] longer = Arrays.copyOf(right, 50);
    transactions.set(0, BlockMaker.coinbase(List.of(longer), List.of(RESERVED)));
    expectValid(BlockMaker.block(transactions));
    byte[] shorter = Arrays.copyOf(right, 37);
    transactions.set(0, BlockMaker.coinbase(List.of(right, shorter), List.of(RESERVED)));
    expectValid(BlockMaker.block(transactions));
    for (int i = 0; i < 6; i++) {
      byte[] other = right.clone();
      other[i] ^= 1;
      transactions.set(0, BlockMaker.coinbase(List.of(other), List.of(RESERVED)));
      expectInvalid(BlockMaker.block(transactions), "a witness, but no commitment to it");
    }
  }

  @Test
  void refusesAReservedValueThatIsNotOneItemOf32Bytes() {
    for (List<byte[]> witness :
        List.of(
            List.of(new byte[31]),
            List.of(new byte[33]),
            List.of(RESERVED, RESERVED),
            List.of(new byte[0]))) {
      List<Tx> transactions = committed(3);
      byte[] reserved = witness.get(0);
      byte[] commitment = BlockMaker.commitment(transactions, reserved);
      transactions.set(0, BlockMaker.coinbase(List.of(commitment), witness));
      expectInvalid(
          BlockMaker.block(transactions),
          "a witness commitment, but no reserved value of 32 bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "60", // 16
        "02af01", // 431
        "03ff0000", // 255, in more bytes than it takes
        "", // nothing at all
        "05ffffffffff" // not a height
      })
  void acceptsACommitmentWithoutAnyWitnessBelowTheActivationHeight(String script) {
    assertThat(isBeforeSegwit(script, Network.MAINNET)).isTrue();
    assertThat(isBeforeSegwit(script, Network.TESTNET3)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"03205a07", "03205a0751", "03a0250c", "0400e1f505"}) // from 481,824 on
  void refusesACommitmentWithoutAnyWitnessFromTheActivationHeightOn(String script) {
    assertThat(isBeforeSegwit(script, Network.MAINNET)).isFalse();
    assertThat(isBeforeSegwit("031f5a07", Network.MAINNET)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "60", "05ffffffffff", "02af01", "02b001", "0400e1f505"})
  void refusesAStrippedBlockOfANetworkThatHadWitnessesFromTheStart(String script) {
    List<Tx> transactions = unwitnessed(HexFormat.of().parseHex(script));
    expectInvalid(
        BlockMaker.block(transactions), "a witness commitment, but no reserved value of 32 bytes");
    for (Network network : List.of(Network.REGTEST, Network.SIGNET, Network.TESTNET4)) {
      assertThat(isBeforeSegwit(script, network)).isFalse();
    }
  }

  private static boolean isBeforeSegwit(String script, Network network) {
    Tx coinbase = BlockMaker.coinbase(HexFormat.of().parseHex(script), List.of(PLAIN), List.of());
    ByteReader in = new ByteReader(BlockMaker.block(List.of(coinbase)));
    in.skip(BlockHeader.SIZE + 1, "header and count");
    TransactionCursor cursor = new TransactionCursor(in);
    cursor.next();
    return BlockCheck.isBeforeSegwit(cursor.height(), network);
  }

  @Test
  void refusesABlockWithoutProofOfWork() {
    Message block = BlockMaker.block(plain(2));
    assertThat(BlockCheck.verdict(block, Network.MAINNET).reason())
        .endsWith("no proof of work for bits 207fffff");
  }

  @Test
  void refusesABlockAboveFourMillionBytes() {
    byte[] largest = Arrays.copyOf(BlockMaker.block(plain(2)).array(), 4_000_001);
    expectInvalid(Message.of("block", largest), "4000001 bytes are above the limit of 4000000");
    expectInvalid(Message.of("block", largest, 0, 4_000_000), "trail the last transaction");
  }

  @Test
  void refusesWhatIsNotEvenAHeader() {
    assertThat(BlockCheck.verdict(Message.of("block", new byte[79]), Hash.ZERO, Network.REGTEST))
        .hasToString("invalid: block: header needs 80 bytes of 79");
  }

  @Test
  void readsATransactionAsStrictlyAsBitcoinCore() {
    String version = "02000000";
    String input = "00".repeat(36) + "00" + "ffffffff";
    String output = "00".repeat(8) + "00";
    String lockTime = "00000000";
    String body = "01" + input + "01" + output;
    assertThat(Transaction.parse(tx(version + body + lockTime)).hasWitness()).isFalse();
    Transaction witnessed = Transaction.parse(tx(version + "0001" + body + "0101aa" + lockTime));
    assertThat(witnessed.hasWitness()).isTrue();
    assertThat(witnessed.txid())
        .isEqualTo(Transaction.parse(tx(version + body + lockTime)).txid())
        .isNotEqualTo(witnessed.wtxid());
    malformed(version + "0001" + body + "00" + lockTime, "without a witness");
    malformed(version + "0001" + "00" + "01" + output + lockTime, "without a witness");
    malformed(version + "0003" + body + "0101aa" + lockTime, "unknown flag 3");
    malformed(version + "0002" + body + lockTime, "unknown flag 2");
    // neither inputs nor outputs: Core reads it, and so do we
    Transaction nothing = Transaction.parse(tx(version + "0000" + lockTime));
    assertThat(nothing.strippedSize()).isEqualTo(10);
    assertThat(nothing.hasWitness()).isFalse();
  }

  @Test
  void leavesBehindWhatTrailsATransaction() {
    Tx tx = BlockMaker.spend(random, 2);
    byte[] full = tx.full();
    Message longer = Message.of("tx", Arrays.copyOf(full, full.length + 3));
    assertThat(Transaction.parse(longer).toMessage()).isEqualTo(Message.of("tx", full));
    assertThat(Transaction.parse(longer).wtxid()).isEqualTo(tx.wtxid());
    assertThat(Transaction.parse(longer).txid()).isEqualTo(tx.txid());
    assertThat(Transaction.strip(longer)).isEqualTo(Message.of("tx", tx.stripped()));
  }

  @Test
  void refusesATransactionTruncatedAtAnyOffset() {
    byte[] full = BlockMaker.spend(random, 3).full();
    for (int cut = 0; cut < full.length; cut++) {
      Message truncated = Message.of("tx", full, 0, cut);
      assertThatThrownBy(() -> Transaction.parse(truncated))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessageStartingWith("tx: ");
    }
  }

  @Test
  void readsTheFieldsOfAHeader() {
    Hash previous = Hash.read(BlockMaker.bytes(32, random), 0);
    Hash root = Hash.read(BlockMaker.bytes(32, random), 0);
    byte[] bytes =
        new ByteWriter(80)
            .i32(1)
            .hash(previous)
            .hash(root)
            .u32(0xfedcba98L)
            .i32(0x207fffff)
            .i32(9)
            .toMessage("x")
            .array();
    BlockHeader header = BlockHeader.at(bytes, 0);
    assertThat(header.previous()).isEqualTo(previous);
    assertThat(header.merkleRoot()).isEqualTo(root);
    assertThat(header.time()).isEqualTo(0xfedcba98L);
    assertThat(header.bits()).isEqualTo(0x207fffff);
    byte[] copy = new byte[85];
    header.write(copy, 5);
    assertThat(BlockHeader.at(copy, 5).hash()).isEqualTo(header.hash());
    assertThatThrownBy(() -> BlockHeader.at(bytes, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private List<Tx> plain(int size) {
    List<Tx> transactions = new ArrayList<>();
    transactions.add(BlockMaker.coinbase(List.of(PLAIN), List.of()));
    while (transactions.size() < size) {
      transactions.add(BlockMaker.spend(random, 0));
    }
    return transactions;
  }

  private List<Tx> committed(int size) {
    List<Tx> transactions = plain(1);
    while (transactions.size() < size) {
      transactions.add(BlockMaker.spend(random, transactions.size() % 3));
    }
    byte[] commitment = BlockMaker.commitment(transactions, RESERVED);
    transactions.set(0, BlockMaker.coinbase(List.of(PLAIN, commitment), List.of(RESERVED)));
    return transactions;
  }

  private List<Tx> unwitnessed(byte[] script) {
    List<Tx> transactions = plain(3);
    byte[] commitment = BlockMaker.commitment(transactions, RESERVED);
    transactions.set(0, BlockMaker.coinbase(script, List.of(commitment), List.of()));
    return transactions;
  }

  private static void expectValid(Message block) {
    assertThat(BlockCheck.verdict(block, Network.REGTEST)).hasToString("valid");
  }

  private static void expectInvalid(Message block, String reason) {
    Verdict verdict = BlockCheck.verdict(block, Network.REGTEST);
    assertThat(verdict.isValid()).isFalse();
    assertThat(verdict.reason()).contains(reason);
  }

  private static void expectInvalidExactly(Message block, String ending) {
    assertThat(BlockCheck.verdict(block, Network.REGTEST).reason()).endsWith(ending);
  }

  private static Tx of64Bytes() {
    Tx tx = new Tx(new byte[36], new byte[1], List.of(new byte[3]), List.of());
    assertThat(tx.stripped()).hasSize(64);
    return tx;
  }

  private static Message tx(String hex) {
    return Message.of("tx", HexFormat.of().parseHex(hex));
  }

  private static void malformed(String hex, String part) {
    assertThatThrownBy(() -> Transaction.parse(tx(hex)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(part);
  }
}
