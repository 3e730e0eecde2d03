package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.tck.ToyDialect.ask;
import static org.bitcoinmultiplexer.tck.ToyDialect.echo;
import static org.bitcoinmultiplexer.tck.ToyDialect.forgedItem;
import static org.bitcoinmultiplexer.tck.ToyDialect.get;
import static org.bitcoinmultiplexer.tck.ToyDialect.item;
import static org.bitcoinmultiplexer.tck.ToyDialect.lastPart;
import static org.bitcoinmultiplexer.tck.ToyDialect.list;
import static org.bitcoinmultiplexer.tck.ToyDialect.news;
import static org.bitcoinmultiplexer.tck.ToyDialect.none;
import static org.bitcoinmultiplexer.tck.ToyDialect.part;
import static org.bitcoinmultiplexer.tck.ToyDialect.told;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.ResponseRouter.Routing;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ResponseRouter} must do, whatever its strategy. Implement {@link #newRouter} in
 * a test class to run it; {@link ResponseRouterKitAtRandom} comes with it.
 */
public interface ResponseRouterKit extends ResponseRouterKitAtRandom {

  /** A window that is no obstacle. */
  Window WIDE = new Window(1000, 1000);

  private RouterHarness harness() {
    return new RouterHarness(this::newRouter, WIDE);
  }

  @Test
  default void writesNothingIfNothingWasAdmitted() {
    RouterHarness toy = harness();
    toy.flush();
    assertThat(toy.peer.written()).isEmpty();
    toy.asked(get("a"));
    int written = toy.peer.written().size();
    toy.flush();
    assertThat(toy.peer.written()).hasSize(written);
  }

  @Test
  default void writesTheRequestAndAMarkerBehindIt() {
    RouterHarness toy = harness();
    toy.asked(get("a"));
    assertThat(toy.peer.written()).extracting(Message::command).containsExactly("get", "mark");
    assertThat(toy.peer.written().get(0)).isEqualTo(get("a"));
  }

  @Test
  default void endsAnExchangeWithItsAnswerBeforeTheMarker() {
    RouterHarness toy = harness();
    for (Message[] type :
        new Message[][] {
          {get("a"), item("a")}, {list("l"), lastPart("l", 0)}, {ask("q"), told("q")}
        }) {
      StrictExchange exchange = toy.asked(type[0]);
      toy.claims(type[1]);
      assertThat(exchange.ended()).isTrue();
      assertThat(exchange.received()).containsExactly(type[1]);
      toy.echoesAll();
    }
  }

  @Test
  default void endsAnExchangeAbsentWhenOnlyTheMarkerComesBack() {
    RouterHarness toy = harness();
    for (Message request : List.of(get("a"), get("a", "b"), list("l"), ask("q"))) {
      StrictExchange exchange = toy.asked(request);
      assertThat(exchange.ended()).isFalse();
      toy.echoesAll();
      assertThat(exchange.ended()).isTrue();
      assertThat(exchange.received()).isEmpty();
    }
  }

  @Test
  default void endsAnExchangeAbsentWithARefusal() {
    RouterHarness toy = harness();
    StrictExchange exchange = toy.asked(get("a"));
    toy.claims(none("x", "a"));
    assertThat(exchange.ended()).isTrue();
    assertThat(exchange.received()).isEmpty();
    toy.echoesAll();
  }

  @Test
  default void keepsTheOrderOfAnAnswerOfManyMessages() {
    RouterHarness toy = harness();
    StrictExchange exchange = toy.asked(list("l"));
    toy.claims(part("l", 0));
    toy.ignores(news("in between"));
    toy.claims(part("l", 1));
    assertThat(exchange.ended()).isFalse();
    toy.claims(lastPart("l", 2));
    assertThat(exchange.ended()).isTrue();
    assertThat(exchange.received()).containsExactly(part("l", 0), part("l", 1), lastPart("l", 2));
    toy.echoesAll();
  }

  @Test
  default void endsAnAnswerOfManyMessagesWithTheMarkerIfNothingElseDoes() {
    RouterHarness toy = harness();
    StrictExchange exchange = toy.asked(list("l"));
    toy.claims(part("l", 0));
    toy.claims(part("l", 1));
    toy.echoesAll();
    assertThat(exchange.ended()).isTrue();
    assertThat(exchange.received()).containsExactly(part("l", 0), part("l", 1));
  }

  @Test
  default void endsAnExchangeOfSeveralKeysWhenEachIsAnsweredOrRefused() {
    RouterHarness toy = harness();
    StrictExchange exchange = toy.asked(get("a", "b", "c"));
    toy.claims(item("b"));
    toy.ignores(item("b"));
    toy.claims(none("a", "x"));
    assertThat(exchange.ended()).isFalse();
    toy.claims(item("c"));
    assertThat(exchange.ended()).isTrue();
    assertThat(exchange.received()).containsExactly(item("b"), item("c"));
    toy.echoesAll();
  }

  @Test
  default void endsAnExchangeOfSeveralKeysWithWhatCameBeforeTheMarker() {
    RouterHarness toy = harness();
    StrictExchange exchange = toy.asked(get("a", "b"));
    toy.claims(item("b"));
    toy.echoesAll();
    assertThat(exchange.ended()).isTrue();
    assertThat(exchange.received()).containsExactly(item("b"));
  }

  @Test
  default void neverSwallowsWhatNobodyAskedFor() {
    RouterHarness toy = harness();
    toy.ignores(item("a"));
    StrictExchange get = toy.asked(get("a"));
    for (Message message :
        List.of(news("n"), item("b"), none("b"), forgedItem("a"), part("a", 0), told("a"))) {
      toy.ignores(message);
    }
    assertThat(get.ended()).isFalse();
    toy.claims(item("a"));
    toy.ignores(item("a"));
    toy.ignores(none("a"));
    toy.echoesAll();
    toy.ignores(item("a"));
    StrictExchange ask = toy.asked(ask("q"));
    toy.ignores(told("another question"));
    toy.claims(told("q"));
    toy.ignores(told("q"));
    toy.echoesAll();
    assertThat(ask.received()).hasSize(1);
  }

  @Test
  default void takesNothingForAnAnswerToWhatIsNotWrittenYet() {
    RouterHarness toy = harness();
    for (Message request : List.of(get("a"), ask("q"))) {
      StrictExchange exchange = toy.admitted(request);
      toy.ignores(none("a"));
      toy.ignores(item("a"));
      toy.ignores(told("q"));
      assertThat(exchange.ended()).isFalse();
      toy.flush();
      toy.echoesAll();
      assertThat(exchange.ended()).isTrue();
    }
  }

  @Test
  default void givesEachOfTwoEqualRequestsItsOwnAnswer() {
    RouterHarness toy = harness();
    Random random = new Random(1);
    for (Message request : List.of(get("a"), list("l"), ask("q"))) {
      List<StrictExchange> waiting = new ArrayList<>();
      List<StrictExchange> all = List.of(toy.exchange(request), toy.exchange(request));
      waiting.addAll(all);
      for (int round = 0; !waiting.isEmpty(); round++) {
        assertThat(round).as("rounds until both are admitted").isLessThan(2);
        while (!waiting.isEmpty() && toy.router.admit(waiting.get(0))) {
          waiting.remove(0);
        }
        toy.flush();
        while (toy.peer.owesEcho()) {
          Message message = toy.peer.next(random, reliesOnTurns());
          toy.routes(message, toy.dialect.isEcho(message) ? Routing.MARKER : Routing.CLAIMED);
        }
      }
      List<Message> answer = ToyPeer.answerTo(request.command(), ToyKeys.text(request));
      assertThat(all).allSatisfy(e -> assertThat(e.received()).isEqualTo(answer));
      assertThat(toy.router.inFlight()).isZero();
    }
  }

  @Test
  default void neverGivesOneKeylessRequestTheAnswerOfTheNext() {
    RouterHarness toy = harness();
    StrictExchange silent = toy.asked(ask("q"));
    StrictExchange next = toy.exchange(ask("q"));
    boolean both = toy.router.admit(next);
    toy.flush();
    toy.echoes();
    assertThat(silent.ended()).isTrue();
    assertThat(silent.received()).isEmpty();
    if (!both) {
      assertThat(toy.router.admit(next)).isTrue();
      toy.flush();
    }
    toy.claims(told("q"));
    assertThat(next.received()).containsExactly(told("q"));
    toy.echoesAll();
  }

  @Test
  default void keepsTheSlotOfAnAbandonedExchangeUntilItsAnswerOrMarkerComes() {
    RouterHarness toy = new RouterHarness(this::newRouter, new Window(1, 1000));
    for (Message request : List.of(get("a"), list("l"), ask("q"))) {
      StrictExchange exchange = toy.admitted(request);
      toy.router.abandon(exchange);
      assertThat(toy.router.inFlight()).isEqualTo(1);
      toy.flush();
      assertThat(toy.router.inFlight()).isEqualTo(1);
      assertThat(toy.router.admit(toy.exchange(get("b")))).isFalse();
      assertThat(exchange.ended()).isFalse();
      toy.echoesAll();
      assertThat(exchange.ended()).isTrue();
    }
    StrictExchange exchange = toy.asked(get("a"));
    toy.router.abandon(exchange);
    toy.claims(item("a"));
    assertThat(exchange.received()).containsExactly(item("a"));
    assertThat(exchange.ended()).isTrue();
    toy.echoesAll();
  }

  @Test
  default void ignoresTheAbandoningOfAnExchangeThatIsNotItsOwn() {
    RouterHarness toy = harness();
    StrictExchange exchange = toy.asked(get("a"));
    toy.router.abandon(toy.exchange(get("a")));
    toy.router.abandon(toy.exchange(get("b")));
    toy.router.abandon(toy.exchange(ask("q")));
    assertThat(toy.router.drain()).containsExactly(exchange);
  }

  @Test
  default void doesNotTouchAnExchangeThatSomebodyElseHasEnded() {
    RouterHarness toy = harness();
    for (Message request : List.of(get("a"), ask("q"))) {
      StrictExchange silent = toy.asked(request);
      silent.fail("out of patience");
      assertThat(toy.router.inFlight()).isEqualTo(1);
      toy.echoesAll();
      StrictExchange answered = toy.asked(request);
      answered.fail("out of patience");
      toy.claims(ToyPeer.answerTo(request.command(), ToyKeys.text(request)).get(0));
      toy.echoesAll();
      assertThat(answered.received()).isEmpty();
    }
  }

  @Test
  default void drainsOldestFirstWhatIsNeitherEndedNorAbandoned() {
    RouterHarness toy = harness();
    List<Exchange> expected = new ArrayList<>();
    int count = 0;
    for (Message request :
        List.of(get("a"), ask("q"), get("b"), list("l"), get("c"), get("d", "e"), list("m"))) {
      StrictExchange exchange = toy.exchange(request);
      if (!toy.router.admit(exchange)) {
        continue;
      }
      count++;
      if (count == 3) {
        toy.router.abandon(exchange);
      } else if (count == 4) {
        exchange.fail("out of patience");
      } else {
        expected.add(exchange);
      }
      if (count % 2 == 0) {
        toy.flush();
      }
    }
    assertThat(toy.router.inFlight()).isEqualTo(count);
    assertThat(toy.router.drain()).isEqualTo(expected);
    assertThat(toy.router.inFlight()).isZero();
    assertThat(toy.router.drain()).isEmpty();
    toy.ignores(item("a"));
    toy.ignores(told("q"));
    while (toy.peer.owesEcho()) {
      toy.ignores(toy.peer.echoOldest());
    }
  }

  @Test
  default void drainsNothingThatHasItsAnswer() {
    RouterHarness toy = harness();
    toy.asked(ask("q"));
    toy.claims(told("q"));
    assertThat(toy.router.drain()).isEmpty();
    assertThat(toy.router.inFlight()).isZero();
    toy.ignores(toy.peer.echoOldest());
  }

  @Test
  default void closesNothingForTheEchoOfAMarkerItDoesNotKnow() {
    RouterHarness toy = harness();
    toy.ignores(echo("unknown"));
    StrictExchange exchange = toy.asked(get("a"));
    toy.ignores(echo("unknown"));
    assertThat(exchange.ended()).isFalse();
    Message echo = toy.peer.echoOldest();
    toy.routes(echo, Routing.MARKER);
    assertThat(exchange.ended()).isTrue();
    StrictExchange next = toy.asked(get("a"));
    toy.ignores(echo);
    assertThat(next.ended()).isFalse();
    toy.echoesAll();
  }

  @Test
  default void reportsAMarkerThatIsEchoedBeforeAnOlderOne() {
    RouterHarness toy = harness();
    StrictExchange first = toy.asked(get("a"));
    StrictExchange second = toy.exchange(get("b"));
    Assumptions.assumeTrue(toy.router.admit(second), "has one marker outstanding at most");
    toy.flush();
    toy.routes(toy.peer.echoYoungest(), Routing.VIOLATION);
    assertThat(first.ended()).isFalse();
    assertThat(toy.router.drain()).containsExactly(first, second);
  }

  @Test
  default void letsTheCallerAdmitAnotherWhenAnExchangeEnds() {
    RouterHarness toy = new RouterHarness(this::newRouter, new Window(2, 1000));
    List<StrictExchange> admitted = new ArrayList<>();
    StrictExchange first = toy.exchange(get("a"));
    first.onEnd(
        () -> {
          StrictExchange next = toy.exchange(get("b"));
          if (toy.router.admit(next)) {
            toy.flush();
            admitted.add(next);
          }
        });
    assertThat(toy.router.admit(first)).isTrue();
    toy.flush();
    // Refuses what is not asked for yet when this message arrives.
    toy.claims(none("a", "b"));
    assertThat(admitted).noneMatch(StrictExchange::ended);
    toy.echoesAll();
    assertThat(admitted).allMatch(StrictExchange::ended);

    StrictExchange silent = toy.exchange(get("a"));
    silent.onEnd(() -> admitted.add(toy.asked(get("c"))));
    assertThat(toy.router.admit(silent)).isTrue();
    toy.flush();
    toy.echoes();
    StrictExchange last = admitted.get(admitted.size() - 1);
    assertThat(last.ended()).isFalse();
    toy.claims(item("c"));
    assertThat(last.ended()).isTrue();
    toy.echoesAll();
  }

  @Test
  default void admitsAtMostTheItemsOfItsWindow() {
    RouterHarness toy = new RouterHarness(this::newRouter, new Window(3, 1000));
    int admitted = 0;
    while (admitted < 10 && toy.router.admit(toy.exchange(get("a" + admitted)))) {
      admitted++;
    }
    assertThat(admitted).isBetween(1, 3);
    assertThat(toy.router.inFlight()).isEqualTo(admitted);
    toy.flush();
    assertThat(toy.router.admit(toy.exchange(get("b")))).isFalse();
    toy.echoesAll();
    toy.asked(get("b"));
    toy.echoesAll();
  }

  @Test
  default void admitsAtMostTheBytesOfItsWindowOrOneExchangeAlone() {
    RouterHarness toy = new RouterHarness(this::newRouter, new Window(100, 10));
    StrictExchange large = new StrictExchange(get("a"), Long.MAX_VALUE, toy.dialect.keys());
    assertThat(toy.router.admit(large)).isTrue();
    assertThat(toy.router.admit(toy.exchange(get("b")))).isFalse();
    toy.flush();
    toy.claims(item("a"));
    toy.echoesAll();
    StrictExchange six = new StrictExchange(get("a"), 6, toy.dialect.keys());
    StrictExchange five = new StrictExchange(get("b"), 5, toy.dialect.keys());
    assertThat(toy.router.admit(six)).isTrue();
    assertThat(toy.router.admit(five)).isFalse();
    assertThat(toy.router.admit(large)).isFalse();
    toy.flush();
    toy.echoesAll();
    assertThat(toy.router.admit(five)).isTrue();
    toy.flush();
    toy.echoesAll();
  }
}
