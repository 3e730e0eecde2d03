package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What good clients feel of attackers: how long a ping takes, which needs no node, and a small
 * block, alone, beside each attack, and beside all attacks at once.
 */
final class UnderAttack {

  private static final String SECTION = "attack";

  /** So many good clients, who together ask so often. */
  private static final int CLIENTS = 20;

  private static final int PER_SECOND = 200;

  private final Rig rig;
  private final Plan plan;
  private final Path directory;
  private final List<Question> blocks;
  private final Report report;
  private final List<List<String>> rows = new ArrayList<>();

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
        if (alone == null) {
          alone = row;
        }
        add(target, attacks, row, alone);
      }
    }
    report.table(
        "%d good clients beside attackers, %s".formatted(CLIENTS, rig.name()),
        List.of(
            "way",
            "attack",
            "ping p50 us",
            "ping p99 us",
            "of alone",
            "block p50 us",
            "block p99 us",
            "of alone",
            "thrown out"),
        rows);
  }

  /** None, each, and all at once if there are several. */
  private static List<List<Attack>> attacks() {
    List<Attack> all = Arrays.asList(Attack.values());
    Stream<List<Attack>> each = Stream.concat(Stream.of(List.of()), all.stream().map(List::of));
    return (all.size() > 1 ? Stream.concat(each, Stream.of(all)) : each).toList();
  }

  private record Row(Latencies pings, Latencies blocks, long lost) {}

  private Row measure(Target target, List<Attack> attacks) throws IOException {
    try (Load pings =
            Load.connect(target.port(), rig.network(), Question.forPings(rig.network()), CLIENTS);
        Load asks = Load.connect(target.port(), rig.network(), blocks, CLIENTS)) {
      pings.runPaced(plan.warmUp(), PER_SECOND);
      asks.runPaced(plan.warmUp(), PER_SECOND);
      if (attacks.isEmpty()) {
        return measure(pings, asks, 0);
      }
      List<String> arguments = new ArrayList<>();
      arguments.add(Integer.toString(target.port()));
      arguments.add(rig.network().id());
      attacks.forEach(attack -> arguments.add(attack.name()));
      try (Child attackers =
          Child.java("attack", directory, AttackProcess.class, arguments.toArray(String[]::new))) {
        attackers.number();
        Pause.millis(plan.warmUp().toMillis());
        long before = attackers.ask("lost");
        Row row = measure(pings, asks, 0);
        return new Row(row.pings(), row.blocks(), attackers.ask("lost") - before);
      }
    }
  }

  private Row measure(Load pings, Load asks, long lost) throws IOException {
    var length = plan.round().multipliedBy(4);
    return new Row(pings.runPaced(length, PER_SECOND), asks.runPaced(length, PER_SECOND), lost);
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
    rows.add(
        List.of(
            way,
            name,
            Report.number(row.pings().micros(50)),
            Report.number(row.pings().micros(99)),
            Report.ratio(row.pings().micros(99), alone.pings().micros(99)),
            Report.number(row.blocks().micros(50)),
            Report.number(row.blocks().micros(99)),
            Report.ratio(row.blocks().micros(99), alone.blocks().micros(99)),
            Long.toString(row.lost())));
  }

  private void add(String way, String what, Latencies latencies) {
    report.add(SECTION, rig.name(), way, CLIENTS, what + " p50", latencies.micros(50), "us");
    report.add(SECTION, rig.name(), way, CLIENTS, what + " p99", latencies.micros(99), "us");
  }
}
