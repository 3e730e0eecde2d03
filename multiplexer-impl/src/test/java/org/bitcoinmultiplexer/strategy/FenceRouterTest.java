package org.bitcoinmultiplexer.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.tck.ToyDialect.ask;
import static org.bitcoinmultiplexer.tck.ToyDialect.echo;
import static org.bitcoinmultiplexer.tck.ToyDialect.get;
import static org.bitcoinmultiplexer.tck.ToyDialect.item;
import static org.bitcoinmultiplexer.tck.ToyDialect.list;
import static org.bitcoinmultiplexer.tck.ToyDialect.none;
import static org.bitcoinmultiplexer.tck.ToyDialect.part;
import static org.bitcoinmultiplexer.tck.ToyDialect.told;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Dialect;
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

/** In the toy dialect markers are numbered from 1, and so are the groups here. */
class FenceRouterTest implements ResponseRouterKit {

  private final FenceRouter router = newRouter(new ToyDialect(), WIDE);
  private final List<Message> written = new ArrayList<>();

  @Override
  public FenceRouter newRouter(Dialect dialect, Window window) {
    return new FenceRouter(dialect, window, false);
  }

  @Override
  public boolean reliesOnTurns() {
    return true;
  }

  // ---- groups

  @Test
  void putsAnyNumberOfKeyedExchangesAndOneKeylessOneIntoAGroup() {
    admit(router, get("a"));
    admit(router, get("b"));
    admit(router, ask("p"));
    admit(router, get("c"));
    admit(router, ask("q"));
    admit(router, ask("r"));
    flush();
    assertThat(commands()).isEqualTo("get ask mark ask mark ask mark");
    assertThat(written.get(0)).isEqualTo(get("a", "b", "c"));
  }

  @Test
  void separatesExchangesThatHaveAKeyInCommon() {
    admit(router, get("a", "b"));
    admit(router, get("b", "c"));
    admit(router, get("a"));
    flush();
    assertThat(commands()).isEqualTo("get mark get mark");
    assertThat(written.get(2)).isEqualTo(get("b", "c", "a"));
  }

  @Test
  void pipelinesWhatHasNoKey() {
    List<StrictExchange> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(admit(router, ask("same question")));
    }
    flush();
    for (int i = 0; i < 100; i++) {
      if (i % 3 > 0) {
        claims(told("same question"));
      }
      echoes(i + 1);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(asked.get(i).ended()).isTrue();
      assertThat(asked.get(i).received()).hasSize(i % 3 > 0 ? 1 : 0);
    }
  }

  @Test
  void freesASlotWithItsAnswer() {
    admit(router, get("a"));
    admit(router, ask("q"));
    flush();
    claims(told("q"));
    assertThat(router.inFlight()).isEqualTo(1);
    claims(item("a"));
    assertThat(router.inFlight()).isZero();
    echoes(1);
  }

  @Test
  void offersALateAnswerToNobody() {
    StrictExchange first = asked(get("a"));
    first.fail("out of patience");
    router.abandon(first);
    StrictExchange second = asked(ask("q"));
    claims(item("a"));
    assertThat(first.received()).isEmpty();
    ignores(item("a"));
    echoes(1);
    ignores(item("a"));
    claims(told("q"));
    ignores(told("q"));
    assertThat(second.received()).hasSize(1);
    echoes(2);
  }

  @Test
  void givesAllThatIsNotAnsweredBackInTheMiddleOfAWindow() {
    StrictExchange answered = asked(get("a"));
    StrictExchange halfAnswered = asked(list("l"));
    StrictExchange abandoned = asked(get("b"));
    StrictExchange keyless = asked(ask("q"));
    StrictExchange written = asked(get("b"));
    StrictExchange unwritten = admit(router, ask("q"));
    router.abandon(abandoned);
    claims(item("a"));
    echoes(1);
    claims(part("l", 0));
    assertThat(answered.ended()).isTrue();
    assertThat(router.drain()).containsExactly(halfAnswered, keyless, written, unwritten);
    assertThat(router.inFlight()).isZero();
    ignores(echo("2"));
  }

  // ---- a peer that breaks the order

  @Test
  void believesNoAnswerBeforeItsTurnAndReportsItWhenTheTurnEndsWithoutIt() {
    for (Message[] pair :
        new Message[][] {
          {get("b"), item("b")},
          {get("b"), none("b")},
          {get("b", "c"), item("c")},
          {ask("q"), told("q")},
          {list("l"), part("l", 0)}
        }) {
      FenceRouter router = newRouter(new ToyDialect(), WIDE);
      StrictExchange first = admit(router, get("a"));
      router.flush(written::add);
      StrictExchange second = admit(router, pair[0]);
      router.flush(written::add);
      assertThat(router.route(pair[1])).isEqualTo(Routing.UNSOLICITED);
      assertThat(router.route(item("a"))).isEqualTo(Routing.CLAIMED);
      assertThat(router.route(echo("1"))).isEqualTo(Routing.MARKER);
      assertThat(first.ended()).isTrue();
      assertThat(router.route(echo("2"))).as(pair[1].toString()).isEqualTo(Routing.VIOLATION);
      assertThat(second.ended()).isFalse();
      assertThat(second.received()).isEmpty();
      assertThat(router.drain()).containsExactly(second);
    }
  }

  @Test
  void reportsAnEarlyAnswerToOneOfTwoEqualRequests() {
    asked(get("x"));
    StrictExchange one = asked(get("a"));
    StrictExchange other = asked(get("a"));
    ignores(item("a"));
    echoes(1);
    claims(item("a"));
    echoes(2);
    assertThat(one.received()).hasSize(1);
    assertThat(router.route(echo("3"))).isEqualTo(Routing.VIOLATION);
    assertThat(router.drain()).containsExactly(other);
  }

  @Test
  void takesWhatOnlyLooksLikeAnEarlyAnswerForNone() {
    asked(get("a"));
    StrictExchange item = asked(get("b"));
    StrictExchange several = asked(get("c", "d"));
    StrictExchange told = asked(ask("q"));
    ignores(item("b"));
    ignores(none("c"));
    ignores(told("q"));
    echoes(1);
    claims(item("b"));
    echoes(2);
    claims(item("d"));
    claims(item("c"));
    echoes(3);
    claims(told("q"));
    echoes(4);
    assertThat(item.received()).containsExactly(item("b"));
    assertThat(several.received()).containsExactly(item("d"), item("c"));
    assertThat(told.received()).containsExactly(told("q"));
  }

  @Test
  void reportsTwoMarkersThatAreEchoedInTheWrongOrder() {
    StrictExchange first = asked(ask("p"));
    StrictExchange second = asked(ask("q"));
    assertThat(router.route(echo("2"))).isEqualTo(Routing.VIOLATION);
    assertThat(router.drain()).containsExactly(first, second);
  }

  @Test
  void reportsAMarkerThatIsNotEchoedWithTheNextOne() {
    asked(ask("p"));
    claims(told("p"));
    StrictExchange second = asked(ask("q"));
    ignores(told("q"));
    assertThat(second.received()).isEmpty();
    assertThat(router.route(echo("2"))).isEqualTo(Routing.VIOLATION);
  }

  @Test
  void closesNothingForASecondEchoOfOneMarker() {
    asked(ask("p"));
    StrictExchange second = asked(ask("q"));
    echoes(1);
    ignores(echo("1"));
    assertThat(second.ended()).isFalse();
    claims(told("q"));
    echoes(2);
    ignores(echo("2"));
  }

  @Test
  void answersNobodyBehindAMarkerThatIsNeverEchoed() {
    asked(get("a"));
    claims(item("a"));
    List<StrictExchange> behind = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      behind.add(asked(get("b" + i)));
      ignores(item("b" + i));
    }
    assertThat(behind).noneMatch(StrictExchange::ended);
    assertThat(router.inFlight()).isEqualTo(50);
  }

  // ---- by position alone

  @Nested
  class Alone implements ResponseRouterKit {

    @Override
    public FenceRouter newRouter(Dialect dialect, Window window) {
      return new FenceRouter(dialect, window, true);
    }

    @Override
    public boolean reliesOnTurns() {
      return true;
    }

    @Test
    void givesEachExchangeAMarkerOfItsOwn() {
      FenceRouter router = newRouter(new ToyDialect(), WIDE);
      admit(router, get("a"));
      admit(router, get("b"));
      admit(router, ask("q"));
      router.flush(written::add);
      assertThat(commands()).isEqualTo("get mark get mark ask mark");
    }

    @Test
    void givesEachOfManyEqualRequestsItsOwnAnswerOrNone() {
      FenceRouter router = newRouter(new ToyDialect(), WIDE);
      List<StrictExchange> equal = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        equal.add(admit(router, get("a")));
      }
      router.flush(written::add);
      for (int i = 0; i < 30; i++) {
        if (i % 3 < 2) {
          assertThat(router.route(i % 3 == 0 ? item("a") : none("a"))).isEqualTo(Routing.CLAIMED);
        }
        assertThat(router.route(echo("" + (i + 1)))).isEqualTo(Routing.MARKER);
        assertThat(equal.get(i).ended()).isTrue();
        assertThat(equal.get(i).received()).hasSize(i % 3 == 0 ? 1 : 0);
      }
    }
  }

  private StrictExchange asked(Message request) {
    StrictExchange exchange = admit(router, request);
    flush();
    return exchange;
  }

  private static StrictExchange admit(ResponseRouter router, Message request) {
    StrictExchange exchange = new StrictExchange(request, 1, new ToyKeys());
    assertThat(router.admit(exchange)).isTrue();
    return exchange;
  }

  private void flush() {
    router.flush(written::add);
  }

  private String commands() {
    return String.join(" ", written.stream().map(Message::command).toList());
  }

  private void claims(Message response) {
    assertThat(router.route(response)).as(response.toString()).isEqualTo(Routing.CLAIMED);
  }

  private void ignores(Message response) {
    assertThat(router.route(response)).as(response.toString()).isEqualTo(Routing.UNSOLICITED);
  }

  private void echoes(int group) {
    assertThat(router.route(echo("" + group))).as("echo of " + group).isEqualTo(Routing.MARKER);
  }
}
