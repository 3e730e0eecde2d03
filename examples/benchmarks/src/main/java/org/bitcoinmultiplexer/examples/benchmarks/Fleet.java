package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a node that many are connected to pays for the one that asks. */
final class Fleet {

  private static final String SECTION = "fleet";

  private final Rig rig;
  private final Plan plan;
  private final List<Question> questions;
  private final Report report;

  Fleet(Rig rig, Plan plan, List<Block> blocks, Report report) {
    this.rig = rig;
    this.plan = plan;
    this.questions = Question.forBlocks(rig.network(), blocks);
    this.report = report;
  }

  void run() throws IOException {
    List<List<String>> body = new ArrayList<>();
    BarChart chart =
        new BarChart(
            "Processor time of " + rig.name() + " per small request (µs)",
            List.of("no idle clients", plan.bystanders() + " idle clients"));
    for (Target target : rig.targets()) {
      Measure alone = measure(target, 0);
      Measure beside = measure(target, plan.bystanders());
      body.add(row(target, 0, alone));
      body.add(row(target, plan.bystanders(), beside));
      chart.group(target.way().toString(), alone.nodeCpu(), beside.nodeCpu());
    }
    report.table(
        "One client asks for 200-byte blocks beside idle ones, " + rig.name(),
        List.of(
            "way",
            "idle clients",
            "node cpu us/request",
            "p50 us",
            "p99 us",
            "proxy cpu us/request"),
        body);
    report.chart("node-and-fleet", chart);
  }

  private Measure measure(Target target, int idle) throws IOException {
    // Nobody of them ever asks: they only have to be there.
    try (Load bystanders = Load.connect(target.port(), rig.network(), questions, idle);
        Load load = Load.connect(target.port(), rig.network(), questions, 1)) {
      load.run(plan.round().dividedBy(2));
      Measure measure = Measure.of(rig, target, () -> load.run(plan.round()));
      bystanders.requireConnected();
      return measure;
    }
  }

  private List<String> row(Target target, int idle, Measure measure) {
    String way = target.way().toString();
    report.add(SECTION, rig.name(), way, idle, "cpu-node", measure.nodeCpu(), "us/request");
    report.add(SECTION, rig.name(), way, idle, "p50", measure.p50(), "us");
    report.add(SECTION, rig.name(), way, idle, "p99", measure.p99(), "us");
    return List.of(
        way,
        Integer.toString(idle),
        Report.number(measure.nodeCpu()),
        Report.number(measure.p50()),
        Report.number(measure.p99()),
        target.process() == null ? "-" : Report.number(measure.proxyCpu()));
  }
}
