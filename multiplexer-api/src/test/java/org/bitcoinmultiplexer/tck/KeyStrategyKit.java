package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.junit.jupiter.api.Test;

/** What every {@link KeyStrategy} must do. Give it a strategy and some samples to run it. */
public interface KeyStrategyKit {

  /**
   * A request and a message that answers or refuses it.
   *
   * @param request as it is written upstream
   * @param response as it comes back
   */
  record Sample(Message request, Message response) {}

  /**
   * The strategy to test.
   *
   * @return the strategy
   */
  KeyStrategy keyStrategy();

  /**
   * Requests and their answers: at least two of each kind that belong to different requests, so
   * that mixing them up shows.
   *
   * @return at least two samples
   */
  Collection<Sample> samples();

  @Test
  default void findsTheRequestOfEachResponse() {
    KeyStrategy keys = keyStrategy();
    assertThat(samples()).hasSizeGreaterThan(1);
    for (Sample sample : samples()) {
      assertThat(keys.answers(sample.request, sample.response)).as("%s", sample).isTrue();
      Set<Key> asked = keys.requestKeys(sample.request);
      if (!asked.isEmpty()) {
        assertThat(keys.responseKeys(sample.response))
            .as("%s", sample)
            .containsAnyElementsOf(asked);
      }
    }
  }

  /** Among them the pairs of one sample's request and another's response, which must not fit. */
  @Test
  default void answersNothingThatItsKeysWouldNotFind() {
    KeyStrategy keys = keyStrategy();
    for (Sample one : samples()) {
      Set<Key> asked = keys.requestKeys(one.request);
      for (Sample other : samples()) {
        Set<Key> answered = keys.responseKeys(other.response);
        if (!asked.isEmpty() && Collections.disjoint(asked, answered)) {
          assertThat(keys.answers(one.request, other.response))
              .as("%s answers %s", other.response, one.request)
              .isFalse();
        }
      }
    }
  }

  @Test
  default void tellsEqualMessagesTheSameAndChangesNone() {
    KeyStrategy keys = keyStrategy();
    for (Sample sample : samples()) {
      Message request = shifted(sample.request);
      Message response = shifted(sample.response);
      for (int i = 0; i < 2; i++) {
        assertThat(keys.requestKeys(request)).isEqualTo(keys.requestKeys(sample.request));
        assertThat(keys.responseKeys(response)).isEqualTo(keys.responseKeys(sample.response));
        assertThat(keys.answers(request, response)).isTrue();
        assertThat(keys.completes(request, response))
            .isEqualTo(keys.completes(sample.request, sample.response));
        assertThat(keys.refuses(response)).isEqualTo(keys.refuses(sample.response));
      }
      assertThat(request).isEqualTo(shifted(sample.request));
      assertThat(response).isEqualTo(shifted(sample.response));
    }
  }

  @Test
  default void isTotalOverEveryTruncation() {
    for (Sample sample : samples()) {
      for (int size = 0; size < Math.min(300, sample.response.size()); size++) {
        isTotalOver(sample.request, cut(sample.response, size));
      }
      for (int size = 0; size < Math.min(300, sample.request.size()); size++) {
        isTotalOver(cut(sample.request, size), sample.response);
      }
    }
  }

  @Test
  default void isTotalOverGarbage() {
    long seed = Long.getLong("tck.seed", System.nanoTime());
    Random random = new Random(seed);
    List<Sample> samples = new ArrayList<>(samples());
    for (int i = 0; i < 2000; i++) {
      Sample sample = samples.get(random.nextInt(samples.size()));
      try {
        isTotalOver(garbled(sample.request, random), garbled(sample.response, random));
      } catch (AssertionError e) {
        throw new AssertionError("fails with -Dtck.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
    isTotalOver(Message.of("", new byte[0]), Message.of("nosuchthing", new byte[9]));
  }

  /** Every method returns, whatever is given to it, and what has no keys in common fits not. */
  private void isTotalOver(Message request, Message response) {
    KeyStrategy keys = keyStrategy();
    assertThatCode(
            () -> {
              Set<Key> asked = keys.requestKeys(request);
              Set<Key> answered = keys.responseKeys(response);
              boolean answers = keys.answers(request, response);
              keys.refuses(response);
              keys.completes(request, response);
              keys.requestKeys(response);
              keys.responseKeys(request);
              keys.answers(response, request);
              if (answers && !asked.isEmpty()) {
                assertThat(answered).containsAnyElementsOf(asked);
              }
            })
        .as(
            "%s %s and %s %s",
            request.command(),
            Arrays.toString(request.toByteArray()),
            response.command(),
            Arrays.toString(response.toByteArray()))
        .doesNotThrowAnyException();
  }

  /** An equal message in the middle of a larger array, where a wrong offset would show. */
  private static Message shifted(Message message) {
    byte[] array = new byte[message.size() + 14];
    Arrays.fill(array, (byte) 0xa5);
    System.arraycopy(message.array(), message.offset(), array, 9, message.size());
    return Message.of(message.command(), array, 9, message.size());
  }

  private static Message cut(Message message, int size) {
    return Message.of(message.command(), Arrays.copyOf(message.toByteArray(), size));
  }

  /** A message with some bytes changed, or others altogether. */
  static Message garbled(Message message, Random random) {
    byte[] bytes = message.toByteArray();
    if (random.nextInt(4) == 0) {
      bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
    }
    for (int i = random.nextInt(4); bytes.length > 0 && i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
    }
    return Message.of(message.command(), bytes);
  }
}
