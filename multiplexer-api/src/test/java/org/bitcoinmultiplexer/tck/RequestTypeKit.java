package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.junit.jupiter.api.Test;

/**
 * What every {@link RequestType} must do, besides what {@link KeyStrategyKit} asks of its keys.
 * Give it a row and some samples to run it; their requests are canonical, and their answers true.
 */
public interface RequestTypeKit extends KeyStrategyKit {

  /**
   * The row to test.
   *
   * @return the row
   */
  RequestType requestType();

  /**
   * Requests and answers that {@linkplain RequestType#answers belong} to them and yet are not true,
   * which the {@linkplain RequestType#check full check} must find.
   *
   * @return none if there is nothing to find
   */
  default Collection<Sample> falsehoods() {
    return List.of();
  }

  /** The row as if it were the whole table. */
  @Override
  default KeyStrategy keyStrategy() {
    return new SingleRow(requestType());
  }

  @Test
  default void hasCommandsThatFitAFrame() {
    RequestType type = requestType();
    assertThat(type.responses()).isNotEmpty().allMatch(RequestTypeKit::fitsAFrame);
    assertThat(type.request()).matches(RequestTypeKit::fitsAFrame);
    for (Sample sample : samples()) {
      assertThat(sample.request().command()).isEqualTo(type.request());
      assertThat(type.responses()).contains(sample.response().command());
    }
  }

  @Test
  default void leavesACanonicalRequestAsItIs() {
    for (Sample sample : samples()) {
      assertThat(requestType().canonical(sample.request())).contains(sample.request());
    }
  }

  @Test
  default void checksTrueAnswersAsTrue() {
    for (Sample sample : samples()) {
      if (!requestType().refuses(sample.response())) {
        assertThat(check(sample)).as("%s", sample).isEmpty();
      }
    }
  }

  @Test
  default void findsWhatIsNotTrue() {
    for (Sample sample : falsehoods()) {
      assertThat(requestType().answers(sample.request(), sample.response()))
          .as("%s is none of its answers", sample)
          .isTrue();
      assertThat(check(sample)).as("%s", sample).isPresent();
    }
  }

  @Test
  default void weighsEveryAnswer() {
    for (Sample sample : samples()) {
      assertThat(requestType().weight(sample.request())).as("%s", sample).isPositive();
    }
  }

  /** Whoever asks for one thing must not be given what is kept of another. */
  @Test
  default void keepsDifferentAnswersUnderDifferentNames() {
    Map<Key, Message> kept = new HashMap<>();
    for (Sample sample : samples()) {
      Optional<Key> name = name(sample.request());
      assertThat(name(copy(sample.request()))).as("%s", sample).isEqualTo(name);
      if (name.isPresent() && !requestType().refuses(sample.response())) {
        Message other = kept.putIfAbsent(name.get(), sample.response());
        assertThat(other).as("under the name of %s", sample).isIn(null, sample.response());
      }
    }
  }

  /** What a client or the node sends is what these are called with. */
  @Test
  default void neverThrows() {
    long seed = Long.getLong("tck.seed", System.nanoTime());
    Random random = new Random(seed);
    List<Sample> samples = List.copyOf(samples());
    for (int i = 0; i < 2_000; i++) {
      Sample sample = samples.get(random.nextInt(samples.size()));
      Message request = KeyStrategyKit.garbled(sample.request(), random);
      Message response = KeyStrategyKit.garbled(sample.response(), random);
      assertThatCode(() -> callAll(request, response))
          .as("%s and %s with -Dtck.seed=%d", request, response, seed)
          .doesNotThrowAnyException();
    }
  }

  private void callAll(Message request, Message response) {
    RequestType type = requestType();
    Optional<Message> canonical = type.canonical(request);
    if (canonical.isPresent()) {
      assertThat(canonical.get().command()).isEqualTo(type.request());
      assertThat(type.canonical(canonical.get())).isEqualTo(canonical);
    }
    assertThat(type.weight(request)).isPositive();
    type.check(request, List.of(response));
    type.check(request, List.of(response, response));
    name(request);
  }

  private Optional<String> check(Sample sample) {
    return requestType().check(sample.request(), List.of(sample.response()));
  }

  private Optional<Key> name(Message request) {
    return requestType().lastingName(request, requestType().requestKeys(request));
  }

  private static Message copy(Message message) {
    return Message.of(message.command(), message.toByteArray());
  }

  private static boolean fitsAFrame(String command) {
    return command.matches("[ -~]{1,12}");
  }

  /** A table of one row, which is asked for nothing but its commands. */
  record SingleRow(RequestType type) implements KeyStrategy {

    @Override
    public Set<Key> requestKeys(Message request) {
      return isRequest(request) ? type.requestKeys(request) : Set.of();
    }

    @Override
    public Set<Key> responseKeys(Message response) {
      return isResponse(response) ? type.responseKeys(response) : Set.of();
    }

    @Override
    public boolean answers(Message request, Message response) {
      return isRequest(request) && isResponse(response) && type.answers(request, response);
    }

    @Override
    public boolean completes(Message request, Message response) {
      return !isRequest(request) || type.completes(request, response);
    }

    @Override
    public boolean refuses(Message response) {
      return isResponse(response) && type.refuses(response);
    }

    private boolean isRequest(Message message) {
      return message.command().equals(type.request());
    }

    private boolean isResponse(Message message) {
      return type.responses().contains(message.command());
    }
  }
}
