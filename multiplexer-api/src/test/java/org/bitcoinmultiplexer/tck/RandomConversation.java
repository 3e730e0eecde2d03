package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.ResponseRouter.Routing;
import org.bitcoinmultiplexer.api.Strategy.Window;

/**
 * A conversation that follows from a seed: answers in every order that markers allow, silence,
 * refusals of several requests at once, duplicates, forgeries, news, exchanges that are abandoned
 * or fail, lost connections.
 *
 * <p>What the peer answers follows from the name that is asked for, so the right outcome of every
 * exchange is known, however the conversation goes.
 */
final class RandomConversation {

  private static final List<String> NAMES = List.of("a", "b", "c", "f1", "n1", "n2", "s1", "s2");
  private static final int STEPS = 300;

  private final Random random;
  private final BiFunction<Dialect, Window, ResponseRouter> routers;
  private final boolean inTurn;
  private final Window window;

  private final List<StrictExchange> all = new ArrayList<>();
  private final Deque<StrictExchange> waiting = new ArrayDeque<>();
  private final Set<StrictExchange> abandoned = new HashSet<>();
  private final Set<StrictExchange> lost = new HashSet<>();

  // Of the connection there is now.
  private RouterHarness toy;
  private final List<StrictExchange> admitted = new ArrayList<>();
  private final List<Message> said = new ArrayList<>();
  private final Set<Key> saidAgain = new HashSet<>();

  RandomConversation(
      BiFunction<Dialect, Window, ResponseRouter> routers, boolean inTurn, long seed) {
    this.routers = routers;
    this.inTurn = inTurn;
    this.random = new Random(seed);
    this.window = new Window(1 + random.nextInt(8), 1 + random.nextInt(20));
    connect();
  }

  private void connect() {
    toy = new RouterHarness(routers, window);
    admitted.clear();
    said.clear();
    saidAgain.clear();
  }

  void run() {
    for (int i = 0; i < STEPS; i++) {
      step();
      checkWindow();
    }
    for (int i = 0; !waiting.isEmpty() || toy.router.inFlight() > 0 || toy.peer.owesEcho(); i++) {
      assertThat(i).as("steps until everything has ended").isLessThan(10_000);
      admitWaiting();
      toy.flush();
      peerSpeaks();
    }
    assertThat(toy.router.drain()).isEmpty();
    all.forEach(this::checkOutcome);
  }

  private void step() {
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5 -> waiting.add(newExchange());
      case 6, 7, 8 -> admitWaiting();
      case 9, 10, 11 -> toy.flush();
      case 12, 13, 14, 15, 16, 17, 18 -> peerSpeaks();
      case 19 -> peerRepeatsItself();
      case 20, 21 -> peerSaysWhatNobodyAskedFor();
      case 22 -> giveOneUp();
      default -> {
        if (random.nextInt(5) == 0) {
          loseConnection();
        }
      }
    }
  }

  private StrictExchange newExchange() {
    Message request =
        switch (random.nextInt(5)) {
          case 0 -> ToyDialect.ask(anyName());
          case 1 -> ToyDialect.list(anyName());
          case 2 -> {
            List<String> names = new ArrayList<>(NAMES);
            Collections.shuffle(names, random);
            yield ToyDialect.get(names.subList(0, 2 + random.nextInt(2)).toArray(String[]::new));
          }
          default -> ToyDialect.get(anyName());
        };
    StrictExchange exchange =
        new StrictExchange(request, 1 + random.nextInt(6), toy.dialect.keys());
    if (random.nextInt(4) == 0) {
      exchange.onEnd(this::admitWaiting);
    }
    all.add(exchange);
    return exchange;
  }

  private String anyName() {
    return NAMES.get(random.nextInt(NAMES.size()));
  }

  private void admitWaiting() {
    while (!waiting.isEmpty() && toy.router.admit(waiting.element())) {
      admitted.add(waiting.remove());
    }
    if (random.nextBoolean()) {
      toy.flush();
    }
  }

  private void peerSpeaks() {
    if (!toy.peer.owesEcho()) {
      return;
    }
    Message message = toy.peer.next(random, inTurn);
    Set<Key> keys = toy.dialect.keys().responseKeys(message);
    Routing routing = toy.router.route(message);
    if (toy.dialect.isEcho(message)) {
      assertThat(routing).isEqualTo(Routing.MARKER);
    } else if (keys.isEmpty() || !saidAgain.containsAll(keys)) {
      assertThat(routing).as(ToyKeys.text(message)).isEqualTo(Routing.CLAIMED);
    }
    if (message.command().equals("item") || message.command().equals("none")) {
      said.add(message);
    }
  }

  /**
   * Answers whoever asks for the same now, or nobody; what is asked later may be answered twice.
   */
  private void peerRepeatsItself() {
    if (!said.isEmpty()) {
      Message message = said.get(random.nextInt(said.size()));
      saidAgain.addAll(toy.dialect.keys().responseKeys(message));
      assertThat(toy.router.route(message)).isIn(Routing.CLAIMED, Routing.UNSOLICITED);
    }
  }

  private void peerSaysWhatNobodyAskedFor() {
    toy.ignores(
        switch (random.nextInt(6)) {
          case 0 -> ToyDialect.forgedItem(anyName());
          case 1 -> ToyDialect.item("nobody's");
          case 2 -> ToyDialect.none("nobody's");
          case 3 -> ToyDialect.told("nobody's");
          case 4 -> ToyDialect.echo("nobody's");
          default -> ToyDialect.news("all is well");
        });
  }

  private void giveOneUp() {
    if (!admitted.isEmpty()) {
      StrictExchange exchange = admitted.get(random.nextInt(admitted.size()));
      int inFlight = toy.router.inFlight();
      if (random.nextBoolean() && !exchange.ended()) {
        exchange.onEnd(() -> {});
        exchange.fail("out of patience");
      }
      toy.router.abandon(exchange);
      abandoned.add(exchange);
      assertThat(toy.router.inFlight()).as("slots after abandoning one").isEqualTo(inFlight);
    }
  }

  private void loseConnection() {
    List<Exchange> expected = new ArrayList<>(admitted);
    expected.removeIf(exchange -> exchange.ended() || abandoned.contains(exchange));
    assertThat(toy.router.drain()).isEqualTo(expected);
    assertThat(toy.router.inFlight()).isZero();
    for (int i = admitted.size(); i-- > 0; ) {
      StrictExchange exchange = admitted.get(i);
      if (!exchange.ended()) {
        if (expected.contains(exchange) && exchange.received().isEmpty()) {
          waiting.addFirst(exchange);
        } else {
          lost.add(exchange);
        }
      }
    }
    connect();
  }

  private void checkWindow() {
    int items = 0;
    long bytes = 0;
    for (StrictExchange exchange : admitted) {
      if (!exchange.ended()) {
        items++;
        bytes += exchange.weight();
      }
    }
    assertThat(toy.router.inFlight()).isBetween(items, window.items());
    assertThat(items == 1 || bytes <= window.bytes()).as("%s bytes in flight", bytes).isTrue();
  }

  private void checkOutcome(StrictExchange exchange) {
    if (lost.contains(exchange) || exchange.failed()) {
      return;
    }
    assertThat(exchange.ended()).as("%s has ended", exchange).isTrue();
    String command = exchange.request().command();
    List<Message> answer = new ArrayList<>();
    for (String name : ToyKeys.names(exchange.request())) {
      answer.addAll(ToyPeer.answerTo(command, name));
    }
    answer.removeIf(message -> message.command().equals("none"));
    if (command.equals("get")) {
      assertThat(exchange.received()).as("%s", exchange).hasSameElementsAs(answer);
      assertThat(exchange.received()).as("%s", exchange).hasSameSizeAs(answer);
    } else {
      assertThat(exchange.received()).as("%s", exchange).isEqualTo(answer);
    }
  }
}
