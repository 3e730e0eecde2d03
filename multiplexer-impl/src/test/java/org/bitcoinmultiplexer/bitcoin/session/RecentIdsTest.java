package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.junit.jupiter.api.Test;

class RecentIdsTest {

  private final RecentIds ids = new RecentIds();
  private final SplittableRandom random = new SplittableRandom(99);

  @Test
  void anIdIsNewOnce() {
    Hash id = next();

    assertThat(ids.add(id)).isTrue();
    assertThat(ids.add(id)).isFalse();
    assertThat(ids.add(Hash.ZERO)).isTrue();
    assertThat(ids.add(Hash.ZERO)).isFalse();
  }

  @Test
  void theLastGenerationIsRememberedWhateverCameBefore() {
    Hash[] last = new Hash[RecentIds.GENERATION];
    for (int i = 0; i < 10 * RecentIds.GENERATION + 77; i++) {
      last[i % last.length] = next();
      assertThat(ids.add(last[i % last.length])).isTrue();
    }
    for (Hash id : last) {
      assertThat(ids.add(id)).isFalse();
    }
  }

  @Test
  void whatIsTwoGenerationsOldIsForgotten() {
    Hash first = next();
    ids.add(first);
    for (int i = 0; i < 2 * RecentIds.GENERATION; i++) {
      ids.add(next());
    }

    assertThat(ids.add(first)).isTrue();
  }

  @Test
  void idsThatShareASlotAreToldApart() {
    // Equal but for the lowest bit: the slot is taken from the upper half of 64 bits.
    byte[] bytes = new byte[Hash.SIZE];
    for (int i = 1; i <= 100; i++) {
      bytes[0] = (byte) i;
      assertThat(ids.add(Hash.read(bytes, 0))).isTrue();
    }
    for (int i = 1; i <= 100; i++) {
      bytes[0] = (byte) i;
      assertThat(ids.add(Hash.read(bytes, 0))).isFalse();
    }
  }

  private Hash next() {
    byte[] bytes = new byte[Hash.SIZE];
    random.nextBytes(bytes);
    return Hash.read(bytes, 0);
  }
}
