package org.bitcoinmultiplexer.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.ResponseRouter.Routing;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.bitcoinmultiplexer.tck.ResponseRouterKit;
import org.bitcoinmultiplexer.tck.StrictExchange;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.bitcoinmultiplexer.tck.ToyKeys;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class KeyRouterTest implements ResponseRouterKit {

  private final KeyRouter router = newRouter(new ToyDialect(), WIDE);
  private final List<Message> written = new ArrayList<>();

  @Override
  public KeyRouter newRouter(Dialect dialect, Window window) {
    return new KeyRouter(dialect, window, UnaryOperator.identity());
  }

  @Test
  void asksForABurstInOneBatchAndKeepsTheKeylessApart() {
    admit(router, ToyDialect.ask("q"));
    admit(router, ToyDialect.get("a"));
    admit(router, ToyDialect.get("b"));
    router.flush(written::add);
    assertThat(written).extracting(Message::command).containsExactly("get", "mark", "ask", "mark");
    assertThat(written.get(0)).isEqualTo(ToyDialect.get("a", "b"));
  }

  @Test
  void freesAKeyedSlotWithItsAnswerAndAKeylessOneWithItsMarker() {
    admit(router, ToyDialect.get("a"));
    admit(router, ToyDialect.ask("q"));
    router.flush(written::add);
    router.route(ToyDialect.item("a"));
    assertThat(router.inFlight()).isEqualTo(1);
    router.route(ToyDialect.told("q"));
    assertThat(router.inFlight()).isEqualTo(1);
    router.route(ToyDialect.echo("1"));
    assertThat(router.inFlight()).isEqualTo(1);
    router.route(ToyDialect.echo("2"));
    assertThat(router.inFlight()).isZero();
  }

  @Test
  void admitsManyWithDifferentKeysAndNoneWithAKeyThatIsTaken() {
    assertThat(router.admit(exchange(ToyDialect.get("a", "b"), () -> {}))).isTrue();
    assertThat(router.admit(exchange(ToyDialect.get("b", "c"), () -> {}))).isFalse();
    assertThat(router.admit(exchange(ToyDialect.get("c"), () -> {}))).isTrue();
  }

  @Test
  void freesAWholeGroupBeforeItEndsAnyOfIt() {
    List<Boolean> room = new ArrayList<>();
    router.admit(
        exchange(
            ToyDialect.get("a"),
            () -> room.add(router.admit(exchange(ToyDialect.get("b"), () -> {})))));
    admit(router, ToyDialect.get("b"));
    router.flush(written::add);
    assertThat(router.route(ToyDialect.echo("1"))).isEqualTo(Routing.MARKER);
    assertThat(room).containsExactly(true);
  }

  @Test
  void givesAPeerUpThatAnswersAndDoesNotEcho() {
    Routing routing = Routing.CLAIMED;
    int answers = 0;
    while (routing == Routing.CLAIMED && answers < 2000) {
      admit(router, ToyDialect.get("a"));
      router.flush(written::add);
      routing = router.route(ToyDialect.item("a"));
      answers++;
    }
    assertThat(routing).isEqualTo(Routing.VIOLATION);
    assertThat(answers).isEqualTo(1025);
  }

  @Test
  void keepsAnyNumberOfMarkersOfWhatIsNotAnswered() {
    KeyRouter wide = newRouter(new ToyDialect(), new Window(5000, 5000));
    for (int i = 0; i < 5000; i++) {
      admit(wide, ToyDialect.get("a" + i));
      wide.flush(written::add);
    }
    for (int i = 0; i < 5000; i++) {
      assertThat(wide.route(ToyDialect.item("a" + i))).isEqualTo(Routing.CLAIMED);
      assertThat(wide.route(ToyDialect.echo("" + (i + 1)))).isEqualTo(Routing.MARKER);
    }
    assertThat(wide.inFlight()).isZero();
  }

  @Test
  void takesARefusalOnlyInItsTurn() {
    admit(router, ToyDialect.get("a"));
    router.flush(written::add);
    router.route(ToyDialect.item("a")); // before it was asked for
    StrictExchange second = exchange(ToyDialect.get("a"), () -> {});
    assertThat(router.admit(second)).isTrue();
    router.flush(written::add);

    assertThat(router.route(ToyDialect.none("a"))).isEqualTo(Routing.CLAIMED);
    assertThat(second.ended()).isFalse();
    router.route(ToyDialect.echo("1"));
    assertThat(router.route(ToyDialect.none("a"))).isEqualTo(Routing.CLAIMED);
    assertThat(second.ended()).isTrue();
  }

  private static StrictExchange exchange(Message request, Runnable onEnd) {
    StrictExchange exchange = new StrictExchange(request, 1, new ToyKeys());
    exchange.onEnd(onEnd);
    return exchange;
  }

  private static void admit(ResponseRouter router, Message request) {
    assertThat(router.admit(exchange(request, () -> {}))).isTrue();
  }

  @Nested
  class WithShortKeys implements ResponseRouterKit {
    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return new KeyRouter(dialect, window, new ShortKeys(32, new SecureRandom()));
    }
  }

  /** Nearly every key collides with every other: exchanges wait, and all else stays true. */
  @Nested
  class WithKeysOfOneBit implements ResponseRouterKit {
    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return new KeyRouter(
          dialect, window, key -> Key.of(0, new byte[] {(byte) (key.hashCode() & 1)}));
    }
  }
}
