package org.bitcoinmultiplexer.bitcoin.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactBlockTest {

  private static final Pattern SIPHASH =
      Pattern.compile(
          "\"key\":\\s*\\[\"(\\w+)\",\\s*\"(\\w+)\"],\\s*\"input\":\\s*\\[([^]]*)],\\s*"
              + "\"expected\":\\s*\\{\"siphash24\":\\s*\"(\\w+)\"");

  @Test
  void knowsTheVectorsOfSipHash() {
    String file = new String(Vectors.read("siphash.json"), StandardCharsets.UTF_8);
    Matcher vector = SIPHASH.matcher(file);
    int count = 0;
    while (vector.find()) {
      byte[] input =
          HexFormat.of().parseHex("aa" + vector.group(3).replaceAll("[\",\\s]", "") + "bb");
      HashFunction hash =
          Hashing.sipHash24(
              HexFormat.fromHexDigitsToLong(vector.group(1)),
              HexFormat.fromHexDigitsToLong(vector.group(2)));
      for (int again = 0; again < 2; again++) {
        assertThat(hash.hashBytes(input, 1, input.length - 2).asLong())
            .isEqualTo(HexFormat.fromHexDigitsToLong(vector.group(4)));
      }
      count++;
    }
    assertThat(count).isGreaterThan(100);
  }

  /** A compact block of version 1: the same but for what is hashed, and for the witness. */
  @Test
  void makesTheShortIdsOfARealCompactBlock() {
    Message sent = Message.of("cmpctblock", Vectors.read("testnet-cmpctblock-898352.raw"));
    Block block = Block.parse(Vectors.block("testnet-block-898352.raw"));
    assertThat(block.hasWitness()).isFalse(); // so that the versions do not differ at all
    ByteReader in = new ByteReader(sent);
    in.skip(BlockHeader.SIZE, "header");
    long nonce = in.i64("nonce");
    assertThat(CompactBlock.of(block.toMessage(), nonce)).isEqualTo(sent);
    assertThat(CompactBlock.of(block.toMessage(), nonce + 1)).isNotEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mainnet-block-482683-segwit.raw",
        "mainnet-block-540107-segwit.raw",
        "mainnet-block-481829-coinbase-witness-only.raw",
        "mainnet-block-300025.raw"
      })
  void namesTransactionsByTheirWtxids(String file) {
    Block block = Block.parse(Vectors.block(file));
    long nonce = 0x8877665544332211L;
    ByteReader in = new ByteReader(CompactBlock.of(block.toMessage(), nonce));
    byte[] seed = new byte[88];
    int header = in.skip(80, "header");
    System.arraycopy(in.array(), header, seed, 0, 88);
    assertThat(BlockHeader.at(in.array(), header).hash()).isEqualTo(block.header().hash());
    assertThat(in.i64("nonce")).isEqualTo(nonce);

    ByteBuffer key =
        ByteBuffer.wrap(Hashing.sha256().hashBytes(seed).asBytes()).order(ByteOrder.LITTLE_ENDIAN);
    long first = key.getLong();
    long second = key.getLong();
    assertThat(in.compactSize("ids")).isEqualTo(block.size() - 1);
    for (int i = 1; i < block.size(); i++) {
      byte[] hash =
          Hashing.sipHash24(first, second).hashBytes(block.wtxid(i).toByteArray()).asBytes();
      int at = in.skip(6, "id");
      assertThat(Arrays.copyOfRange(in.array(), at, at + 6)).isEqualTo(Arrays.copyOf(hash, 6));
    }
    assertThat(in.compactSize("prefilled")).isEqualTo(1);
    assertThat(in.compactSize("index")).isZero();
    byte[] coinbase = block.transaction(0).toByteArray();
    int at = in.skip(coinbase.length, "coinbase");
    assertThat(Arrays.copyOfRange(in.array(), at, at + coinbase.length)).isEqualTo(coinbase);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void refusesWhatIsNoBlock() {
    assertThatThrownBy(() -> CompactBlock.of(Message.of("block", new byte[81]), 0))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("block: no coinbase");
    assertThatThrownBy(() -> CompactBlock.of(Message.of("block", new byte[100]), 0))
        .isInstanceOf(MalformedMessageException.class);
  }
}
