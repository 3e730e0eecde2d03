package org.bitcoinmultiplexer.bitcoin.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactions;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks that miners made, and what becomes of them when somebody tampers. */
class RealBlocksTest {

  private static final String SEGWIT = "mainnet-block-482683-segwit.raw";
  private static final Hash SEGWIT_HASH =
      Hash.of("000000000000000000c238240ef6dcb26c37e75e16514e6ffc0aef7eee73e747");
  private static final String UNWITNESSED = "mainnet-block-481815-commitment-without-witness.raw";

  @ParameterizedTest
  @CsvSource({
    "mainnet-block-300025.raw, MAINNET, 461, 0, 284231,"
        + "0000000000000000821c4e0acc40f88bedbce3b73ba2358b5ade58a9022cc78c",
    "mainnet-block-413567.raw, MAINNET, 1557, 0, 999887,"
        + "0000000000000000025aff8be8a55df8f89c77296db6198f272d6577325d4069",
    "mainnet-block-481815-commitment-without-witness.raw, MAINNET, 2097, 0, 998089,"
        + "000000000000000000893c019d81f2d48ee33892c12428f3121bbd16ed6db926",
    "mainnet-block-481829-coinbase-witness-only.raw, MAINNET, 2020, 1, 998282,"
        + "000000000000000000917cba69f69b758fe396c8e30ae97bbcf08c4eb975e726",
    "mainnet-block-482683-segwit.raw, MAINNET, 12, 2, 8809,"
        + "000000000000000000c238240ef6dcb26c37e75e16514e6ffc0aef7eee73e747",
    "mainnet-block-540107-segwit.raw, MAINNET, 230, 104, 577962,"
        + "00000000000000000021868c2cefc52a480d173c849412fe81c4e5ab806f94ab",
    "testnet-block-898352.raw, TESTNET3, 10, 0, 5123,"
        + "00000000c269ad542ed9ac684cb5fa6df340d5feee0e040590225c7332b98fca",
  })
  void knowsARealBlock(
      String file, Network network, int size, int witnesses, int strippedSize, String hash) {
    Message message = Vectors.block(file);
    assertThat(BlockCheck.verdict(message, Hash.of(hash), network)).hasToString("valid");
    Block block = Block.parse(message);
    assertThat(block.header().hash()).hasToString(hash);
    assertThat(block.size()).isEqualTo(size);
    assertThat(block.strippedSize()).isEqualTo(strippedSize);
    assertThat(block.hasWitness()).isEqualTo(witnesses > 0);
    assertThat(block.toMessage()).isSameAs(message);
    int found = 0;
    for (int i = 0; i < size; i++) {
      Message tx = block.transaction(i);
      Transaction transaction = Transaction.parse(tx);
      assertThat(transaction.toMessage()).isSameAs(tx);
      assertThat(transaction.txid()).isEqualTo(block.txid(i));
      assertThat(transaction.wtxid())
          .isEqualTo(block.wtxid(i))
          .isEqualTo(Sha256d.hash(tx.array(), tx.offset(), tx.size()));
      Message stripped = Transaction.strip(tx);
      assertThat(Sha256d.hash(stripped.array(), stripped.offset(), stripped.size()))
          .isEqualTo(transaction.txid());
      assertThat(stripped.size()).isEqualTo(transaction.strippedSize());
      assertThat(stripped == tx).isNotEqualTo(transaction.hasWitness());
      assertThat(Transaction.strip(tx)).isSameAs(stripped);
      found += transaction.hasWitness() ? 1 : 0;
    }
    assertThat(found).isEqualTo(witnesses);
    Message stripped = Block.strip(message);
    assertThat(Block.strip(message)).isSameAs(stripped);
    assertThat(stripped.size()).isEqualTo(strippedSize);
    assertThat(stripped == message).isEqualTo(witnesses == 0);
    assertThat(Block.strip(stripped)).isSameAs(stripped);
    Block strippedBlock = Block.parse(stripped);
    assertThat(strippedBlock.hasWitness()).isFalse();
    for (int i = 0; i < size; i++) {
      assertThat(strippedBlock.txid(i)).isEqualTo(block.txid(i));
    }
  }

  @Test
  void knowsTheFirst439BlocksAndTheirLinks() {
    List<Message> blocks = Vectors.firstBlocks();
    assertThat(blocks).hasSize(439);
    Hash previous = Hash.ZERO;
    for (Message message : blocks) {
      BlockHeader header = BlockHeader.of(message);
      assertThat(header.previous()).isEqualTo(previous);
      assertThat(BlockCheck.verdict(message, header.hash(), Network.MAINNET)).hasToString("valid");
      previous = header.hash();
    }
    assertThat(BlockHeader.of(blocks.get(0)).hash()).isEqualTo(Network.MAINNET.genesis());
    assertThat(previous)
        .hasToString("0000000025c6b644f8add734be7e666fa4afa43ca0204d623a0c0b1fd2104c7a");
  }

  @Test
  void decodesRealBlocksInAnyChunking() {
    long seed = System.nanoTime();
    System.out.println("decodesRealBlocksInAnyChunking: seed " + seed);
    Random random = new Random(seed);
    List<Message> blocks = Vectors.firstBlocks();
    FrameEncoder encoder = FrameEncoder.of(Network.MAINNET);
    ByteBuffer stream =
        ByteBuffer.allocate(blocks.stream().mapToInt(FrameEncoder::frameSize).sum());
    blocks.forEach(block -> encoder.write(block, stream));
    stream.flip();
    List<Message> decoded = new ArrayList<>();
    FrameDecoder.Listener listener =
        new FrameDecoder.Listener() {
          @Override
          public void onMessage(Message message) {
            decoded.add(message);
          }

          @Override
          public void onDropped(String reason) {
            throw new AssertionError(reason);
          }

          @Override
          public void onFatal(String reason) {
            throw new AssertionError(reason);
          }
        };
    FrameDecoder decoder = new FrameDecoder(Network.MAINNET, 4_000_000, 0, listener);
    while (stream.hasRemaining()) {
      int step = Math.min(stream.remaining(), 1 + random.nextInt(1000));
      decoder.decode(stream.slice(stream.position(), step));
      stream.position(stream.position() + step);
    }
    assertThat(decoded).isEqualTo(blocks);
  }

  @Test
  void knowsTheBlocksOfTheBip158Vectors() {
    String json = new String(Vectors.read("bip158-testnet-19.json"), StandardCharsets.UTF_8);
    Matcher row = Pattern.compile("\\[\\d+,\"([0-9a-f]{64})\",\"([0-9a-f]+)\"").matcher(json);
    int rows = 0;
    while (row.find()) {
      Message block = Message.of("block", HexFormat.of().parseHex(row.group(2)));
      assertThat(BlockCheck.verdict(block, Hash.of(row.group(1)), Network.TESTNET3))
          .hasToString("valid");
      rows++;
    }
    assertThat(rows).isEqualTo(10);
  }

  @Test
  void acceptsHeadersThatFormAChainAndNoOthers() {
    List<Message> blocks = Vectors.firstBlocks();
    assertThat(verdict(blocks, Network.MAINNET).isValid()).isTrue();
    assertThat(verdict(blocks.subList(200, 201), Network.MAINNET).isValid()).isTrue();
    assertThat(verdict(List.of(), Network.MAINNET).isValid()).isTrue();
    List<Message> gap = new ArrayList<>(blocks);
    Message missing = gap.remove(300);
    assertThat(verdict(gap, Network.MAINNET).reason())
        .isEqualTo(
            "header 300 builds on "
                + BlockHeader.of(missing).hash()
                + " instead of "
                + BlockHeader.of(blocks.get(299)).hash());
    List<Message> weak = new ArrayList<>(blocks);
    byte[] cheap = weak.get(438).toByteArray();
    cheap[76] ^= 1; // nonce
    weak.set(438, Message.of("block", cheap));
    assertThat(verdict(weak, Network.MAINNET).reason())
        .isEqualTo("header 438 has no proof of work for bits 1d00ffff");
  }

  @Test
  void acceptsACommitmentWithoutWitnessOnlyBeforeActivation() {
    Message block = Vectors.block(UNWITNESSED);
    assertThat(BlockCheck.verdict(block, Network.MAINNET).isValid()).isTrue();
    // the same block, height 481,815, where the rule is active from block 1 on
    assertThat(BlockCheck.verdict(block, Network.TESTNET4).reason())
        .endsWith("a witness commitment, but no reserved value of 32 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mainnet-block-481829-coinbase-witness-only.raw",
        "mainnet-block-482683-segwit.raw",
        "mainnet-block-540107-segwit.raw"
      })
  void refusesABlockStrippedOfItsWitness(String file) {
    Message stripped = Block.strip(Vectors.block(file));
    assertThat(BlockCheck.verdict(stripped, Network.MAINNET).reason())
        .endsWith("a witness commitment, but no reserved value of 32 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mainnet-block-300025.raw", "mainnet-block-413567.raw", UNWITNESSED})
  void refusesABlockWithADuplicatedTail(String file) {
    // An odd number of transactions: repeating the last leaves the merkle root as it is.
    byte[] body = Vectors.read(file);
    Block block = Block.parse(Message.of("block", body));
    assertThat(block.size() % 2).isEqualTo(1);
    Message tail = block.transaction(block.size() - 1);
    byte[] longer = Arrays.copyOf(body, body.length + tail.size());
    System.arraycopy(tail.array(), tail.offset(), longer, body.length, tail.size());
    longer[81] += 1; // the count, after 0xfd
    Message forged = Message.of("block", longer);
    assertThat(Block.parse(forged).size()).isEqualTo(block.size() + 1);
    assertThat(BlockCheck.verdict(forged, block.header().hash(), Network.MAINNET).reason())
        .isEqualTo("block " + block.header().hash() + ": transactions are duplicated");
  }

  @Test
  void refusesForeignWitnesses() {
    byte[] body = Vectors.read("mainnet-block-540107-segwit.raw");
    Block block = Block.parse(Message.of("block", body));
    int last = block.size() - 1;
    while (!Transaction.parse(block.transaction(last)).hasWitness()) {
      last--;
    }
    Message tx = block.transaction(last);
    body[tx.offset() + tx.size() - 5] ^= 1; // the last byte before the lock time
    Block forged = Block.parse(Message.of("block", body));
    assertThat(forged.txid(last)).isEqualTo(block.txid(last));
    assertThat(BlockCheck.verdict(forged.toMessage(), Network.MAINNET).reason())
        .endsWith("other witnesses than the coinbase commits to");
  }

  @Test
  void refusesAnotherBlockThanTheOneWanted() {
    Message block = Vectors.block(SEGWIT);
    assertThat(BlockCheck.verdict(block, Hash.ZERO, Network.MAINNET))
        .hasToString("invalid: block " + SEGWIT_HASH + " instead of " + Hash.ZERO);
  }

  @Test
  void refusesTrailingBytes() {
    byte[] body = Vectors.read(SEGWIT);
    Message longer = Message.of("block", Arrays.copyOf(body, body.length + 1));
    assertThat(BlockCheck.verdict(longer, SEGWIT_HASH, Network.MAINNET).reason())
        .endsWith("1 bytes trail the last transaction");
    assertThat(Block.parse(longer).toMessage()).isEqualTo(Message.of("block", body));
    assertThat(Block.strip(longer)).isEqualTo(Block.strip(Message.of("block", body)));
  }

  @Test
  void refusesABlockTruncatedAtAnyOffset() {
    byte[] body = Vectors.read(SEGWIT);
    for (int cut = 0; cut < body.length; cut++) {
      Message exact = Message.of("block", Arrays.copyOf(body, cut));
      assertThat(BlockCheck.verdict(exact, SEGWIT_HASH, Network.MAINNET).isValid()).isFalse();
      Message within = Message.of("block", body, 0, cut);
      assertThat(BlockCheck.verdict(within, SEGWIT_HASH, Network.MAINNET).isValid()).isFalse();
      assertThatThrownBy(() -> Block.parse(within)).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void refusesABlockWithAnyBitFlipped() {
    long seed = System.nanoTime();
    System.out.println("refusesABlockWithAnyBitFlipped: seed " + seed);
    Random random = new Random(seed);
    byte[] body = Vectors.read(SEGWIT);
    for (int at = 0; at < body.length; at++) {
      byte[] flipped = body.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      Message message = Message.of("block", flipped);
      assertThat(BlockCheck.verdict(message, SEGWIT_HASH, Network.MAINNET).isValid())
          .as("flip at %d", at)
          .isFalse();
    }
  }

  @Test
  void checksABlockAnywhereInAnArray() {
    byte[] body = Vectors.read(SEGWIT);
    byte[] array = new byte[body.length + 100];
    System.arraycopy(body, 0, array, 60, body.length);
    Message message = Message.of("block", array, 60, body.length);
    assertThat(BlockCheck.verdict(message, SEGWIT_HASH, Network.MAINNET)).hasToString("valid");
    assertThat(Block.strip(message)).isEqualTo(Block.strip(Message.of("block", body)));
  }

  @Test
  void answersARequestForSomeTransactions() {
    Message message = Vectors.block(SEGWIT);
    Block block = Block.parse(message);
    Message answer = block.blocktxn(BlockTransactionsRequest.of(SEGWIT_HASH, 0, 3, 11));
    BlockTransactions head = BlockTransactions.parse(answer);
    assertThat(head.block()).isEqualTo(SEGWIT_HASH);
    assertThat(head.size()).isEqualTo(3);
    int at = head.transactions();
    for (int index : new int[] {0, 3, 11}) {
      Message tx = block.transaction(index);
      assertThat(Message.of("tx", answer.array(), at, tx.size())).isEqualTo(tx);
      at += tx.size();
    }
    assertThat(at).isEqualTo(answer.size());
  }

  @Test
  void refusesARequestForATransactionThatTheBlockLacks() {
    Block block = Block.parse(Vectors.block(SEGWIT));
    assertThatThrownBy(() -> block.blocktxn(BlockTransactionsRequest.of(SEGWIT_HASH, 0, 12)))
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.isMisbehaviour()).isTrue())
        .hasMessage("getblocktxn: index 12 of a block with 12 transactions");
  }

  @Test
  void meetsRandomDamageWithARefusalOrAValidReading() {
    long seed = System.nanoTime();
    System.out.println("meetsRandomDamageWithARefusalOrAValidReading: seed " + seed);
    Random random = new Random(seed);
    byte[] body = Vectors.read(SEGWIT);
    Block block = Block.parse(Message.of("block", body));
    for (int round = 0; round < 20_000; round++) {
      Message original =
          round % 2 == 0 ? block.toMessage() : block.transaction(random.nextInt(block.size()));
      byte[] damaged = original.toByteArray();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      int size = random.nextInt(4) == 0 ? random.nextInt(damaged.length + 1) : damaged.length;
      Message message = Message.of(original.command(), Arrays.copyOf(damaged, size));
      try {
        if (round % 2 == 0) {
          Block reread = Block.parse(Block.parse(message).toMessage());
          assertThat(Block.parse(Block.strip(message)).hasWitness()).isFalse();
          assertThat(reread.strippedSize()).isEqualTo(Block.strip(message).size());
        } else {
          Transaction reread = Transaction.parse(message);
          Message stripped = Transaction.strip(message);
          assertThat(Transaction.parse(stripped).txid()).isEqualTo(reread.txid());
        }
      } catch (MalformedMessageException e) {
        assertThat(e).hasMessageStartingWith(original.command() + ": ");
      }
      assertThat(BlockCheck.verdict(message, Network.MAINNET)).isNotNull();
    }
  }

  private static Verdict verdict(List<Message> blocks, Network network) {
    Headers.Builder builder = new Headers.Builder(blocks.size());
    blocks.forEach(block -> builder.add(block.array(), block.offset()));
    return HeadersCheck.verdict(Headers.parse(builder.toMessage()), network);
  }
}
