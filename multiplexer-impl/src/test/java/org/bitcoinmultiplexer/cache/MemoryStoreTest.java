package org.bitcoinmultiplexer.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.tck.AnswerStoreKit;
import org.junit.jupiter.api.Test;

/** The store in memory: what the kit asks for, and what it forgets first. */
class MemoryStoreTest extends AnswerStoreKit {

  private static final int SIZE = 1_000 - MemoryStore.OVERHEAD;

  @Override
  protected AnswerStore newStore() {
    return new MemoryStore(CAPACITY, Message::size);
  }

  /** For a hundred answers of {@link #SIZE}. */
  private final MemoryStore store = new MemoryStore(100_000, Message::size);

  private void put(int from, int to) {
    for (int i = from; i < to; i++) {
      store.put(name(i), answer(i, SIZE));
    }
  }

  private int there(int from, int to) {
    int there = 0;
    for (int i = from; i < to; i++) {
      there += store.get(name(i)).isPresent() ? 1 : 0;
    }
    return there;
  }

  @Test
  void givesTheVeryInstanceToEverybody() {
    Message answer = answer(1, 100);
    store.put(name(1), answer);
    assertThat(store.find(name(1))).isSameAs(answer);
    assertThat(store.find(name(1))).isSameAs(answer);
    assertThat(store.find(name(2))).isNull();
  }

  @Test
  void aWalkDoesNotPushOutWhatIsAskedForAgain() {
    put(0, 80);
    assertThat(there(0, 80)).isEqualTo(80); // which asks for them
    put(1_000, 3_000);
    assertThat(there(0, 80)).isGreaterThan(75);
  }

  @Test
  void aWalkUsesWhatNobodyElseNeeds() {
    put(0, 99);
    assertThat(there(0, 99)).isEqualTo(99);
  }

  @Test
  void whatComesBackSoonIsKeptLonger() {
    put(0, 300); // 100 and something before the end are in mind, and no more
    put(190, 195);
    put(1_000, 2_000);
    assertThat(there(190, 195)).isEqualTo(5);
  }

  @Test
  void whatIsNotAskedForAnyMoreGoesInTheEnd() {
    for (int i = 0; i < 500; i++) {
      put(i, i + 1);
      assertThat(there(i, i + 1)).isEqualTo(1);
    }
    assertThat(there(0, 300)).isZero();
  }

  @Test
  void countsTheBytesThatAnAnswerMayComeToTake() {
    MemoryStore twice = new MemoryStore(100_000, answer -> 2L * answer.size());
    twice.put(name(1), answer(1, 1_000));
    assertThat(twice.bytes()).isEqualTo(2_000 + MemoryStore.OVERHEAD);
    twice.put(name(2), answer(2, 30_000));
    assertThat(twice.get(name(2))).as("more than half").isEmpty();
  }

  @Test
  void neverHasMoreThanItMay() {
    for (int i = 0; i < 1_000; i++) {
      store.put(name(i), answer(i, 1 + i * 37 % 5_000));
      store.find(name(i * 31 % 1_000));
      if (i % 7 == 0) {
        store.remove(name(i / 2));
      }
      assertThat(store.bytes()).isBetween(1L, 100_000L);
    }
  }

  @Test
  void refusesToHaveNoRoom() {
    assertThatThrownBy(() -> new MemoryStore(0, Message::size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity: 0 bytes are not 1 or more");
  }
}
