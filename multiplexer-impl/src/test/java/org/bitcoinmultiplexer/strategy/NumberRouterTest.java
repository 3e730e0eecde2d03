package org.bitcoinmultiplexer.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.tck.ToyDialect.ask;
import static org.bitcoinmultiplexer.tck.ToyDialect.get;
import static org.bitcoinmultiplexer.tck.ToyDialect.item;
import static org.bitcoinmultiplexer.tck.ToyDialect.news;
import static org.bitcoinmultiplexer.tck.ToyDialect.none;
import static org.bitcoinmultiplexer.tck.ToyDialect.told;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Numbering.Kind;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.ResponseRouter.Routing;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.bitcoinmultiplexer.tck.NumberedPeer;
import org.bitcoinmultiplexer.tck.ResponseRouterKit;
import org.bitcoinmultiplexer.tck.StrictExchange;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.bitcoinmultiplexer.tck.ToyKeys;
import org.bitcoinmultiplexer.tck.ToyNumbering;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NumberRouterTest implements ResponseRouterKit {

  private final List<Message> written = new ArrayList<>();
  private final NumberRouter router = router(100, WIDE);

  @Override
  public ResponseRouter newRouter(Dialect dialect, Window window) {
    return new NumberedPeer(dialect, window, NumberRouterTest::numbered);
  }

  private static NumberRouter numbered(Dialect dialect, Window window) {
    return new NumberRouter(dialect, dialect.numbering().orElseThrow(), window);
  }

  private static NumberRouter router(int window, Window own) {
    return numbered(new ToyDialect(new ToyNumbering(window)), own);
  }

  @Test
  void writesEachRequestBehindItsNumberAndNoMarker() {
    asked(get("a"));
    asked(ask("q"));
    asked(ask("q"));

    assertThat(written)
        .containsExactly(
            number(Kind.REQUEST, 0),
            get("a"),
            number(Kind.REQUEST, 1),
            ask("q"),
            number(Kind.REQUEST, 2),
            ask("q"));
  }

  @Test
  void takesAnswersInAnyOrderPartByPart() {
    StrictExchange first = asked(ask("q"));
    StrictExchange second = asked(get("a", "b"));
    StrictExchange third = asked(get("a"));

    says(Routing.CLAIMED, number(Kind.PART, 1), item("b"));
    says(Routing.CLAIMED, number(Kind.LAST, 2), item("a"));
    says(Routing.UNSOLICITED, item("a"), news("n"), told("q"));
    says(Routing.CLAIMED, number(Kind.PART, 1), item("a"), number(Kind.END, 1));
    says(Routing.CLAIMED, number(Kind.END, 0));

    assertThat(first.received()).isEmpty();
    assertThat(second.received()).containsExactly(item("b"), item("a"));
    assertThat(third.received()).containsExactly(item("a"));
    assertThat(List.of(first, second, third)).allMatch(StrictExchange::ended);
    assertThat(router.inFlight()).isZero();
  }

  @Test
  void aRefusalUnderANumberIsAnAnswerOfNoMessage() {
    StrictExchange exchange = asked(get("a"));

    says(Routing.CLAIMED, number(Kind.LAST, 0), none("a"));

    assertThat(exchange.ended()).isTrue();
    assertThat(exchange.received()).isEmpty();
  }

  @Test
  void whatThePeerCouldNotFindOutHasFailedAndIsNotAbsent() {
    StrictExchange nothing = asked(get("a"));
    StrictExchange partly = asked(get("b", "c"));

    says(Routing.CLAIMED, number(Kind.PART, 1), item("b"));
    says(Routing.CLAIMED, number(Kind.FAILED, 1), number(Kind.FAILED, 0));

    assertThat(nothing.failed()).isTrue();
    assertThat(partly.failed()).isTrue();
    assertThat(router.inFlight()).isZero();
  }

  @Test
  void aFailureOfWhatSomebodyElseHasEndedIsNobodysBusiness() {
    StrictExchange exchange = asked(get("a"));
    exchange.fail("out of patience");

    says(Routing.CLAIMED, number(Kind.FAILED, 0));

    assertThat(router.inFlight()).isZero();
  }

  @Test
  void aWrongAnswerUnderARightNumberIsGivenToBeJudgedAndConcernsNobodyElse() {
    Lenient lied = new Lenient(get("a"));
    assertThat(router.admit(lied)).isTrue();
    StrictExchange other = asked(get("b"));

    says(Routing.CLAIMED, number(Kind.LAST, 0), item("b"));

    assertThat(lied.received).containsExactly(item("b"));
    assertThat(lied.ended()).isTrue();
    assertThat(other.ended()).isFalse();
    says(Routing.CLAIMED, number(Kind.LAST, 1), item("b"));
    assertThat(other.received()).containsExactly(item("b"));
  }

  @Test
  void aRefusalOfSomethingElseIsNoRefusal() {
    Lenient lied = new Lenient(get("a"));
    assertThat(router.admit(lied)).isTrue();
    router.flush(written::add);

    says(Routing.CLAIMED, number(Kind.LAST, 0), none("b"));

    assertThat(lied.received).containsExactly(none("b"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"PART", "LAST", "END", "FAILED", "REQUEST", "BROKEN"})
  void aNumberThatIsNotInUseIsAViolation(Kind kind) {
    asked(get("a"));
    assertThat(router.route(number(kind, 1))).isEqualTo(Routing.VIOLATION);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"PART", "LAST", "END", "FAILED"})
  void aNumberIsNotInUseBeforeItsRequestIsWrittenOrAfterItsAnswerHasEnded(Kind kind) {
    assertThat(router.admit(exchange(get("a")))).isTrue();
    assertThat(router.route(number(kind, 0))).isEqualTo(Routing.VIOLATION);
    router.flush(written::add);
    says(Routing.CLAIMED, number(Kind.END, 0));
    assertThat(router.route(number(kind, 0))).isEqualTo(Routing.VIOLATION);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"REQUEST", "BROKEN"})
  void aNumberThatHasNoPlaceInAnAnswerIsAViolation(Kind kind) {
    asked(get("a"));
    assertThat(router.route(number(kind, 0))).isEqualTo(Routing.VIOLATION);
  }

  @Test
  void aNumberBehindANumberIsAViolation() {
    StrictExchange exchange = asked(get("a"));
    says(Routing.CLAIMED, number(Kind.PART, 0));

    assertThat(router.route(number(Kind.END, 0))).isEqualTo(Routing.VIOLATION);
    assertThat(router.drain()).containsExactly(exchange);
  }

  @Test
  void anAnswerThatDoesNotEndIsAViolation() {
    Lenient exchange = new Lenient(get("a"));
    assertThat(router.admit(exchange)).isTrue();
    router.flush(written::add);
    Message large = Message.of("item", new byte[4_000_000]);
    Routing routing = Routing.CLAIMED;
    int parts = 0;
    while (routing == Routing.CLAIMED && parts < 100) {
      says(Routing.CLAIMED, number(Kind.PART, 0));
      routing = router.route(large);
      parts++;
    }
    assertThat(routing).isEqualTo(Routing.VIOLATION);
    assertThat(parts).isEqualTo(16);
  }

  @Test
  void keepsToThePeersWindowIfThatIsTheSmaller() {
    NumberRouter narrow = router(2, new Window(3, 1000));
    assertThat(narrow.admit(exchange(get("a")))).isTrue();
    assertThat(narrow.admit(exchange(ask("b")))).isTrue();
    assertThat(narrow.admit(exchange(get("c")))).isFalse();
    narrow.flush(written::add);
    assertThat(narrow.route(number(Kind.END, 1))).isEqualTo(Routing.CLAIMED);
    assertThat(narrow.admit(exchange(get("c")))).isTrue();
    assertThat(narrow.inFlight()).isEqualTo(2);
  }

  @Test
  void aNumberIsNotUsedAgainWhileItsSlotIsAbandoned() {
    StrictExchange exchange = asked(get("a"));
    router.abandon(exchange);
    asked(get("a"));
    assertThat(written.get(2)).isEqualTo(number(Kind.REQUEST, 1));
    says(Routing.CLAIMED, number(Kind.LAST, 0), item("a"));
    assertThat(exchange.received()).containsExactly(item("a"));
    assertThat(router.inFlight()).isEqualTo(1);
  }

  private StrictExchange asked(Message request) {
    StrictExchange exchange = exchange(request);
    assertThat(router.admit(exchange)).isTrue();
    router.flush(written::add);
    return exchange;
  }

  private void says(Routing expected, Message... messages) {
    for (Message message : messages) {
      assertThat(router.route(message)).as("%s", message).isEqualTo(expected);
    }
  }

  private static Message number(Kind kind, long number) {
    return ToyNumbering.message(kind, number);
  }

  private static StrictExchange exchange(Message request) {
    return new StrictExchange(request, 1, new ToyKeys());
  }

  /** Takes lies, as the engine does, which has the whole answer checked behind the router. */
  private static final class Lenient implements Exchange {
    final List<Message> received = new ArrayList<>();
    private final Message request;
    private boolean ended;

    Lenient(Message request) {
      this.request = request;
    }

    @Override
    public Message request() {
      return request;
    }

    @Override
    public Set<Key> keys() {
      return new ToyKeys().requestKeys(request);
    }

    @Override
    public long weight() {
      return 1;
    }

    @Override
    public void receive(Message part) {
      received.add(part);
    }

    @Override
    public void complete() {
      ended = true;
    }

    @Override
    public void fail(String reason) {
      ended = true;
    }

    @Override
    public boolean ended() {
      return ended;
    }
  }
}
