package org.bitcoinmultiplexer.bitcoin.bloom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.junit.jupiter.api.Test;

class MerkleBlockTest {

  /** The only transaction of mainnet block 000000000000dab0130bbcc9…, as Core serialises it. */
  private static final String ONE =
      "0100000079cda856b143d9db2c1caff01d1aecc8630d30625d10e8b4b8b0000000000000b50cc069d6a3e33e3f"
          + "f84a5c41d9d3febe7c770fdcc96b2c3ff60abe184f196367291b4d4c86041b8fa45d630100000001b50c"
          + "c069d6a3e33e3ff84a5c41d9d3febe7c770fdcc96b2c3ff60abe184f19630101";

  @Test
  void readsAProofOfOneTransaction() {
    MerkleBlock proof = MerkleBlock.parse(message(HexFormat.of().parseHex(ONE)));
    assertThat(proof.header().hash())
        .hasToString("000000000000dab0130bbcc991d3d7ae6b81aa6f50a798888dfe62337458dc45");
    assertThat(proof.matches())
        .containsExactly(
            new MerkleBlock.Match(
                0, Hash.of("63194f18be0af63f2c6bc9dc0f777cbefed3d9415c4af83f3ee3a3d669c00cb5")));
  }

  @Test
  void refusesAProofWithAnyOtherHashOrNumber() {
    byte[] good = proofOfAllSeven();
    MerkleBlock whole = MerkleBlock.parse(message(good));
    assertThat(whole.matches()).hasSize(7);
    for (int bit = 8 * 36; bit < 8 * (good.length - 2); bit++) {
      byte[] bad = flip(good, bit);
      if (bit >= 8 * 68 && bit < 8 * 80) { // the rest of the header is not what is proven
        assertThat(MerkleBlock.parse(message(bad)).matches()).isEqualTo(whole.matches());
      } else {
        assertThatThrownBy(() -> MerkleBlock.parse(message(bad)))
            .as("bit " + bit)
            .isInstanceOf(MalformedMessageException.class);
      }
    }
    for (int size = 0; size < good.length; size++) {
      byte[] shorter = Arrays.copyOf(good, size);
      assertThatThrownBy(() -> MerkleBlock.parse(message(shorter)))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  /** Whether a leaf matched is not protected: somebody may keep silent about it, not invent it. */
  @Test
  void anotherFlagProvesLessOrNothing() {
    byte[] good = proofOfAllSeven();
    List<MerkleBlock.Match> all = MerkleBlock.parse(message(good)).matches();
    int fewer = 0;
    int refused = 0;
    for (int flag = 0; flag < 14; flag++) { // of 1 root, 2 and 4 nodes below it, and 7 leaves
      Message bad = message(flip(good, 8 * (good.length - 2) + flag));
      try {
        assertThat(all).containsAll(MerkleBlock.parse(bad).matches()).hasSize(7);
        assertThat(MerkleBlock.parse(bad).matches()).hasSize(6);
        fewer++;
      } catch (MalformedMessageException e) {
        refused++;
      }
    }
    assertThat(fewer).isEqualTo(7);
    assertThat(refused).isEqualTo(7);
  }

  private static byte[] proofOfAllSeven() {
    BloomFilter everything = Filters.of(new byte[0], 0, 0, 0);
    return BlockMatcher.of(SmallBlocks.SEVEN).match(everything).merkleblock().toByteArray();
  }

  private static byte[] flip(byte[] bytes, int bit) {
    byte[] flipped = bytes.clone();
    flipped[bit / 8] ^= (byte) (1 << bit % 8);
    return flipped;
  }

  @Test
  void refusesALeafThatIsThereTwice() {
    Hash leaf = Hash.of("63194f18be0af63f2c6bc9dc0f777cbefed3d9415c4af83f3ee3a3d669c00cb5");
    Hash root = pair(leaf, leaf);
    // One leaf more than there is: its root is the same (CVE-2012-2459).
    assertThatThrownBy(() -> MerkleBlock.parse(proof(root, 2, List.of(leaf, leaf), 0b111)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("equal siblings");
  }

  @Test
  void refusesNumbersThatCannotBe() {
    Hash leaf = Hash.of("63194f18be0af63f2c6bc9dc0f777cbefed3d9415c4af83f3ee3a3d669c00cb5");
    assertThat(MerkleBlock.parse(proof(leaf, 1, List.of(leaf), 1)).matches()).hasSize(1);
    assertThat(MerkleBlock.parse(proof(leaf, 16_666, List.of(leaf), 0)).matches()).isEmpty();
    for (Message bad :
        List.of(
            proof(leaf, 0, List.of(leaf), 1),
            proof(leaf, 16_667, List.of(leaf), 0),
            proof(leaf, -1, List.of(leaf), 0),
            proof(leaf, 1, List.of(leaf, leaf), 1),
            proof(leaf, 1, List.of(), 1),
            proof(leaf, 2, List.of(leaf, leaf), 0),
            proof(leaf, 2, List.of(leaf), 1))) {
      assertThatThrownBy(() -> MerkleBlock.parse(bad))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessageStartingWith("merkleblock: ");
    }
  }

  private static Message proof(Hash root, int transactions, List<Hash> hashes, int flags) {
    ByteWriter out = new ByteWriter(80 + 4 + 1 + hashes.size() * 32 + 2);
    out.i32(1).hash(Hash.ZERO).hash(root).i32(0).i32(0).i32(0).i32(transactions);
    out.u8(hashes.size());
    hashes.forEach(out::hash);
    return out.u8(1).u8(flags).toMessage("merkleblock");
  }

  private static Hash pair(Hash left, Hash right) {
    byte[] both = new byte[64];
    left.write(both, 0);
    right.write(both, 32);
    return Sha256d.hash(both, 0, 64);
  }

  private static Message message(byte[] body) {
    return Message.of("merkleblock", body);
  }
}
