package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link AnswerStore} must do, whatever it keeps answers in. */
public abstract class AnswerStoreKit {

  /** Of the store under test, in bytes. */
  protected static final long CAPACITY = 16_000_000;

  private AnswerStore store;

  /**
   * Makes the store under test.
   *
   * @return an empty store of {@link #CAPACITY}; closed by the kit
   * @throws Exception fails the test
   */
  protected abstract AnswerStore newStore() throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = newStore();
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** A name that is told apart from others by a number. */
  protected static Key name(long number) {
    return Key.of(1, ("name " + number).getBytes(StandardCharsets.US_ASCII));
  }

  /** An answer that can only be had from the same number and size. */
  protected static Message answer(long number, int size) {
    byte[] body = new byte[size];
    new Random(number).nextBytes(body);
    return Message.of("item" + number % 10, body);
  }

  @Test
  void returnsWhatWasPut() {
    store.put(name(1), answer(1, 100));
    store.put(name(2), answer(2, 0));

    assertThat(store.get(name(1))).contains(answer(1, 100));
    assertThat(store.get(name(2))).contains(answer(2, 0));
    assertThat(store.get(name(3))).isEmpty();
  }

  @Test
  void tellsKindsOfTheSameValueApart() {
    byte[] value = {1, 2, 3};
    store.put(Key.of(1, value), answer(1, 10));
    store.put(Key.of(200, value), answer(2, 10));

    assertThat(store.get(Key.of(1, value))).contains(answer(1, 10));
    assertThat(store.get(Key.of(200, value))).contains(answer(2, 10));
    assertThat(store.get(Key.of(2, value))).isEmpty();
  }

  @Test
  void takesAnswersFromWithinAnArray() {
    byte[] array = {9, 9, 1, 2, 3, 9};
    store.put(name(1), Message.of("part", array, 2, 3));

    assertThat(store.get(name(1))).contains(Message.of("part", new byte[] {1, 2, 3}));
  }

  @Test
  void takesAnswersOfAllSizes() {
    for (int size : List.of(1, 127_999, 131_071, 131_072, 131_073, 262_144, 4_000_000)) {
      store.put(name(size), answer(size, size));
      assertThat(store.get(name(size))).as(size + " bytes").contains(answer(size, size));
    }
  }

  @Test
  void forgetsWhatIsRemovedAndTakesItAgain() {
    store.put(name(1), answer(1, 200_000));
    store.remove(name(1));
    store.remove(name(2));
    assertThat(store.get(name(1))).isEmpty();

    store.put(name(1), answer(7, 300_000));
    assertThat(store.get(name(1))).contains(answer(7, 300_000));
  }

  @Test
  void keepsOneOfTwoUnderOneName() {
    store.put(name(1), answer(1, 200_000));
    store.put(name(1), answer(1, 200_000));
    assertThat(store.get(name(1))).contains(answer(1, 200_000));
    store.remove(name(1));
    assertThat(store.get(name(1))).isEmpty();
  }

  @Test
  void survivesWhatIsTooLarge() {
    store.put(name(1), answer(1, 100));
    store.put(name(2), answer(2, (int) CAPACITY + 1));
    store.put(name(3), answer(3, 100));

    assertThat(store.get(name(2))).isEmpty();
    assertThat(store.get(name(1))).contains(answer(1, 100));
    assertThat(store.get(name(3))).contains(answer(3, 100));
  }

  @Test
  void forgetsAsMuchAsItMust() {
    int size = 500_000;
    for (int i = 0; i < 100; i++) {
      store.put(name(i), answer(i, size));
    }
    int there = 0;
    for (int i = 0; i < 100; i++) {
      Optional<Message> found = store.get(name(i));
      if (found.isPresent()) {
        assertThat(found).contains(answer(i, size));
        there++;
      }
    }
    assertThat(there).isBetween(1, (int) (CAPACITY / size));
    assertThat(store.get(name(99))).as("the last one put").isPresent();
  }

  @Test
  void hasNothingWhenItIsClosed() {
    store.put(name(1), answer(1, 100));
    store.close();
    store.close();
    store.put(name(2), answer(2, 100));
    store.remove(name(1));

    assertThat(store.get(name(1))).isEmpty();
    assertThat(store.get(name(2))).isEmpty();
  }

  @Test
  void servesManyThreadsAtOnce() throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Integer>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        Random random = new Random(t);
        all.add(pool.submit(() -> mixAtRandom(random)));
      }
      int found = 0;
      for (Future<Integer> one : all) {
        found += one.get(60, TimeUnit.SECONDS);
      }
      assertThat(found).as("answers found").isPositive();
    } finally {
      pool.shutdownNow();
    }
  }

  private int mixAtRandom(Random random) {
    int found = 0;
    for (int i = 0; i < 400; i++) {
      int number = random.nextInt(60);
      int size = 1 + number * 10_000;
      switch (random.nextInt(10)) {
        case 0 -> store.remove(name(number));
        case 1, 2, 3 -> store.put(name(number), answer(number, size));
        default -> {
          Optional<Message> got = store.get(name(number));
          if (got.isPresent()) {
            Message expected = answer(number, size);
            assertThat(got.get().command()).isEqualTo(expected.command());
            assertThat(Arrays.equals(got.get().toByteArray(), expected.toByteArray()))
                .as("the bytes of answer " + number)
                .isTrue();
            found++;
          }
        }
      }
    }
    return found;
  }
}
