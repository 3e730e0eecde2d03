package org.bitcoinmultiplexer.bitcoin.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MerkleTreeTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 20, 50, 80, 99, 100})
  void reducesTwoListsTogetherAsEachAlone(int percentEqual) {
    Random random = new Random(percentEqual);
    for (int leaves = 1; leaves <= 70; leaves++) {
      byte[] first = new byte[leaves * Hash.SIZE];
      random.nextBytes(first);
      byte[] second = first.clone();
      for (int i = 0; i < leaves; i++) {
        if (random.nextInt(100) >= percentEqual) {
          second[i * Hash.SIZE + random.nextInt(Hash.SIZE)] ^= 1;
        }
      }
      if (leaves > 3 && random.nextBoolean()) {
        System.arraycopy(first, 0, first, Hash.SIZE, Hash.SIZE); // ambiguous
      }
      byte[] firstAlone = first.clone();
      byte[] secondAlone = second.clone();
      boolean unambiguous = MerkleTree.reduce(firstAlone, leaves);
      MerkleTree.reduce(secondAlone, leaves);

      assertThat(MerkleTree.reduceBoth(first, second, leaves)).isEqualTo(unambiguous);
      assertThat(Hash.read(first, 0)).isEqualTo(Hash.read(firstAlone, 0));
      assertThat(Hash.read(second, 0)).isEqualTo(Hash.read(secondAlone, 0));
    }
  }
}
