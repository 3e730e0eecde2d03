package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What good clients feel of attackers: how long a ping takes, which needs no node, a small block,
 * which does, and to come in; alone, beside each attack, and beside all attacks at once. And
 * whether the connection to the node and the heap of the multiplexer bear it.
 *
 * <p>The comparison for what needs no node is the same way alone. For the rest it is the node
 * itself under the same attack, in two ways: good clients and attackers that all have connections
 * to the node; and good clients that have such ones while the attackers, as the good clients of the
 * row, come through the multiplexer.
 */
final class UnderAttack {

  /** Those on which clients share something. */
  static final Set<Way> WAYS = EnumSet.of(Way.DIRECT, Way.SERIAL, Way.KEY, Way.SEQUENCE, Way.CACHE);

  private static final String SECTION = "attack";

  /** So many good clients, who together ask so often. */
  private static final int CLIENTS = 20;

  private static final int PINGS_PER_SECOND = 200;
  private static final int BLOCKS_PER_SECOND = 20;

  private static final List<String> HEADER =
      List.of(
          "way",
          "attack",
          "ping p50 us",
          "ping p99 us",
          "of alone",
          "block p50 us",
          "block p99 us",
          "of direct",
          "direct beside p99 us",
          "of that",
          "coming in p99 us",
          "not let in",
          "links lost",
          "heap MB",
          "thrown out");

  private final Rig rig;
  private final Plan plan;
  private final Path directory;
  private final List<Question> blocks;
  private final Report report;
  private final List<List<String>> rows = new ArrayList<>();
  private final Map<List<Attack>, Row> direct = new HashMap<>();

  UnderAttack(Rig rig, Plan plan, Path directory, List<Block> blocks, Report report) {
    this.rig = rig;
    this.plan = plan;
    this.directory = directory;
    this.blocks = Question.forBlocks(rig.network(), blocks);
    this.report = report;
  }

  void run() throws IOException {
    for (Target target : rig.targets()) {
      @Nullable Row alone = null;
      for (List<Attack> attacks : attacks()) {
        Row row = measure(target, attacks);
        alone = alone == null ? row : alone;
        direct.putIfAbsent(attacks, row); // which is the first way
        add(target, attacks, row, alone);
      }
    }
    report.table(
        "%d good clients beside attackers, %s".formatted(CLIENTS, rig.name()), HEADER, rows);
  }

  /** None, each, and all at once; only the first and the last in a hurry. */
  private List<List<Attack>> attacks() {
    List<Attack> all = Arrays.asList(Attack.values());
    Stream<List<Attack>> each = plan.isQuick() ? Stream.of() : all.stream().map(List::of);
    return Stream.of(Stream.of(List.<Attack>of()), each, Stream.of(all)).flatMap(s -> s).toList();
  }

  private record Row(
      Latencies pings,
      Latencies blocks,
      Latencies beside,
      Newcomers newcomers,
      long linksLost,
      long heap,
      long thrownOut) {}

  private Row measure(Target target, List<Attack> attacks) throws IOException {
    List<Question> questions = Question.forPings(rig.network());
    try (Load pings = Load.connect(target.port(), rig.network(), questions, CLIENTS);
        Load asks = Load.connect(target.port(), rig.network(), blocks, CLIENTS);
        Load beside = Load.connect(rig.port(), rig.network(), blocks, CLIENTS)) {
      pings.runPaced(plan.warmUp(), PINGS_PER_SECOND);
      asks.runPaced(plan.warmUp(), PINGS_PER_SECOND);
      if (attacks.isEmpty()) {
        return measure(target, pings, asks, beside, null);
      }
      try (Child attackers = attackers(target, attacks)) {
        attackers.number();
        Pause.millis(plan.warmUp().toMillis());
        return measure(target, pings, asks, beside, attackers);
      }
    }
  }

  private Child attackers(Target target, List<Attack> attacks) {
    List<String> arguments = new ArrayList<>();
    arguments.add(Integer.toString(target.port()));
    arguments.add(rig.network().id());
    attacks.forEach(attack -> arguments.add(attack.name()));
    return Child.java("attack", directory, AttackProcess.class, arguments.toArray(String[]::new));
  }

  private Row measure(
      Target target, Load pings, Load asks, Load beside, @Nullable Child attackers) {
    Duration length = plan.round().multipliedBy(plan.isQuick() ? 4 : 12);
    long links = target.ask("upstream.lost");
    long thrownOut = attackers == null ? 0 : attackers.ask("lost");
    try (Newcomers newcomers = new Newcomers(target.port(), rig.network())) {
      Latencies pinged = run(pings, length, PINGS_PER_SECOND);
      CompletableFuture<Latencies> besides =
          CompletableFuture.supplyAsync(() -> run(beside, length, BLOCKS_PER_SECOND));
      Latencies asked = run(asks, length, BLOCKS_PER_SECOND);
      Latencies asDirectly = besides.join();
      newcomers.close();
      return new Row(
          pinged,
          asked,
          asDirectly,
          newcomers,
          target.ask("upstream.lost") - links,
          target.ask(ProxyProcess.HEAP),
          attackers == null ? 0 : attackers.ask("lost") - thrownOut);
    }
  }

  /** Says it if clients are lost or not answered, which is a result, too. */
  private Latencies run(Load load, Duration length, int perSecond) {
    try {
      return load.runPaced(length, perSecond);
    } catch (IOException | IllegalStateException e) {
      report.line("good clients were not served: " + e);
      return new Latencies();
    }
  }

  private void add(Target target, List<Attack> attacks, Row row, Row alone) {
    String way = target.way().toString();
    String name =
        switch (attacks.size()) {
          case 0 -> "none";
          case 1 -> attacks.get(0).name().toLowerCase(Locale.ROOT).replace('_', ' ');
          default -> "all";
        };
    add(way, name + " ping", row.pings());
    add(way, name + " block", row.blocks());
    add(way, name + " direct beside", row.beside());
    report.add(SECTION, rig.name(), way, CLIENTS, name + " heap", row.heap() / 1e6, "MB");
    report.add(
        SECTION, rig.name(), way, CLIENTS, name + " links lost", (double) row.linksLost(), "");
    Row directly = direct.getOrDefault(attacks, row);
    rows.add(
        List.of(
            way,
            name,
            micros(row.pings(), 50),
            micros(row.pings(), 99),
            ratio(row.pings(), alone.pings()),
            micros(row.blocks(), 50),
            micros(row.blocks(), 99),
            ratio(row.blocks(), directly.blocks()),
            micros(row.beside(), 99),
            ratio(row.blocks(), row.beside()),
            micros(row.newcomers().latencies(), 99),
            Integer.toString(row.newcomers().refused()),
            Long.toString(row.linksLost()),
            Report.number(row.heap() / 1e6),
            Long.toString(row.thrownOut())));
  }

  private static String micros(Latencies latencies, int percent) {
    return latencies.count() == 0 ? "-" : Report.number(latencies.micros(percent));
  }

  /** Of the 99th percentiles. */
  private static String ratio(Latencies latencies, Latencies base) {
    return latencies.count() == 0 || base.count() == 0
        ? "-"
        : Report.ratio(latencies.micros(99), base.micros(99));
  }

  private void add(String way, String what, Latencies latencies) {
    if (latencies.count() > 0) {
      report.add(SECTION, rig.name(), way, CLIENTS, what + " p50", latencies.micros(50), "us");
      report.add(SECTION, rig.name(), way, CLIENTS, what + " p99", latencies.micros(99), "us");
    }
  }
}
