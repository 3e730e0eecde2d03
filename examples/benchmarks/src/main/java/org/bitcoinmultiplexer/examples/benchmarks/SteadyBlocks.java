package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A block of 1 MB, asked for at a steady pace that nobody finds hard: what an answer takes when it
 * does not wait for another one.
 */
final class SteadyBlocks {

  private static final String SECTION = "steady";

  private static final int PER_SECOND = 200;

  private static final int CLIENTS = 100;

  private final Rig rig;
  private final Plan plan;
  private final Block block;
  private final Report report;

  SteadyBlocks(Rig rig, Plan plan, Block block, Report report) {
    this.rig = rig;
    this.plan = plan;
    this.block = block;
    this.report = report;
  }

  void run() throws IOException {
    for (Target target : rig.targets()) {
      try (Load load = connect(target)) {
        load.run(plan.warmUp());
      }
    }
    Map<Target, Measure> medians =
        Measure.inTurns(
            rig,
            plan.rounds(),
            target -> {
              try (Load load = connect(target)) {
                return Measure.of(
                    rig, target, () -> load.runPaced(plan.round().multipliedBy(2), PER_SECOND));
              }
            });
    List<List<String>> body = new ArrayList<>();
    medians.forEach((target, measure) -> body.add(row(target, measure)));
    report.table(
        "1 MB blocks at " + PER_SECOND + " a second, " + CLIENTS + " clients, " + rig.name(),
        List.of("way", "p50 ms", "p99 ms", "proxy cpu ms/block", "node cpu ms/block"),
        body);
  }

  private Load connect(Target target) throws IOException {
    return Load.connect(
        target.port(), rig.network(), Question.forBlocks(rig.network(), List.of(block)), CLIENTS);
  }

  private List<String> row(Target target, Measure measure) {
    String way = target.way().toString();
    report.add(SECTION, rig.name(), way, CLIENTS, "p50", measure.p50() / 1e3, "ms");
    report.add(SECTION, rig.name(), way, CLIENTS, "p99", measure.p99() / 1e3, "ms");
    return List.of(
        way,
        Report.number(measure.p50() / 1e3),
        Report.number(measure.p99() / 1e3),
        target.process() == null ? "-" : Report.number(measure.proxyCpu() / 1e3),
        Report.number(measure.nodeCpu() / 1e3));
  }
}
