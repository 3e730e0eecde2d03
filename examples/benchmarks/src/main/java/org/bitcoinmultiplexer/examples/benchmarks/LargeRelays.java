package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Blocks of 1 MB, to one client, and to several that ask for the same at once: the processor time
 * of the proxy per block, and not per client.
 */
final class LargeRelays {

  private static final String SECTION = "large";

  private final Rig rig;
  private final Plan plan;
  private final Map<String, Block> blocks;
  private final Report report;

  /**
   * A measurement.
   *
   * @param blocks by what they are called
   */
  LargeRelays(Rig rig, Plan plan, Map<String, Block> blocks, Report report) {
    this.rig = rig;
    this.plan = plan;
    this.blocks = blocks;
    this.report = report;
  }

  void run() throws IOException {
    for (Target target : rig.targets()) {
      for (Block block : blocks.values()) { // with a witness they take another way
        try (Load load = connect(target, block, 1)) {
          load.runTogether(plan.warmUp());
        }
      }
    }
    List<List<String>> body = new ArrayList<>();
    BarChart chart =
        new BarChart(
            "Processor time of the proxy per 1 MB block, " + rig.name() + " (ms)",
            rig.targets().stream()
                .filter(target -> target.process() != null)
                .map(target -> target.way().toString())
                .toList());
    for (Map.Entry<String, Block> block : blocks.entrySet()) {
      for (int clients : List.of(1, plan.together())) {
        Map<Target, Measure> medians = measure(block.getValue(), clients);
        String group = block.getKey() + (clients == 1 ? ", 1 client" : ", the same for " + clients);
        medians.forEach((target, measure) -> body.add(row(group, target, clients, measure)));
        chart.group(
            group,
            medians.entrySet().stream()
                .filter(entry -> entry.getKey().process() != null)
                .mapToDouble(entry -> entry.getValue().proxyCpu() / 1e3)
                .toArray());
      }
    }
    report.table(
        "1 MB blocks, " + rig.name(),
        List.of("block", "way", "p50 ms", "blocks/s", "proxy cpu ms/block", "node cpu ms/block"),
        body);
    report.chart("cpu-per-block-" + rig.name().replace(' ', '-'), chart);
  }

  private Map<Target, Measure> measure(Block block, int clients) throws IOException {
    return Measure.inTurns(
        rig,
        plan.rounds(),
        target -> {
          try (Load load = connect(target, block, clients)) {
            load.runTogether(plan.round().dividedBy(5));
            return Measure.of(rig, target, () -> load.runTogether(plan.round()));
          }
        });
  }

  private Load connect(Target target, Block block, int clients) throws IOException {
    return Load.connect(
        target.port(), rig.network(), Question.forBlocks(rig.network(), List.of(block)), clients);
  }

  private List<String> row(String group, Target target, int clients, Measure measure) {
    String way = target.way().toString();
    report.add(SECTION, rig.name(), way, clients, group + " p50", measure.p50() / 1e3, "ms");
    report.add(
        SECTION, rig.name(), way, clients, group + " cpu-proxy", measure.proxyCpu() / 1e3, "ms");
    report.add(
        SECTION, rig.name(), way, clients, group + " cpu-node", measure.nodeCpu() / 1e3, "ms");
    report.add(SECTION, rig.name(), way, clients, group + " rate", measure.perSecond(), "blocks/s");
    return List.of(
        group,
        way,
        Report.number(measure.p50() / 1e3),
        Report.number(measure.perSecond()),
        target.process() == null ? "-" : Report.number(measure.proxyCpu() / 1e3),
        Report.number(measure.nodeCpu() / 1e3));
  }
}
