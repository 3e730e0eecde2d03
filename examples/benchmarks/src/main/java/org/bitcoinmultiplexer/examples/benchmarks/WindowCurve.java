package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How many requests should be in flight: the same load through {@code sequence} with windows of
 * growing size.
 */
final class WindowCurve {

  private static final String SECTION = "window";
  private static final List<Integer> ITEMS = List.of(1, 4, 16, 32, 64, 128, 256, 1024);

  private final Rig rig;
  private final Plan plan;
  private final Workload workload;
  private final Report report;

  WindowCurve(Rig rig, Plan plan, Workload workload, Report report) {
    this.rig = rig;
    this.plan = plan;
    this.workload = workload;
    this.report = report;
  }

  void run() throws IOException {
    List<Integer> many = plan.clients().stream().filter(clients -> clients >= 100).toList();
    List<String> header = new ArrayList<>(List.of("window.items"));
    for (int clients : many) {
      header.addAll(List.of(clients + " clients: p50 us", "p99 us", "requests/s"));
    }
    List<List<String>> body = new ArrayList<>();
    for (int items : ITEMS) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(items)));
      // More than a thousand requests for headers are expected to fill the usual bytes.
      Target target =
          rig.start(Way.SEQUENCE, "window.items=" + items, "window.bytes=1000000000").orElseThrow();
      try {
        warm(target);
        for (int clients : many) {
          Measure measure = measure(target, clients);
          row.add(Report.number(measure.p50()));
          row.add(Report.number(measure.p99()));
          row.add(Report.number(measure.perSecond()));
          add(items, clients, "p50", measure.p50(), "us");
          add(items, clients, "p99", measure.p99(), "us");
          add(items, clients, "rate", measure.perSecond(), "requests/s");
        }
      } finally {
        target.close();
      }
      body.add(row);
    }
    report.table("sequence by window, " + workload.title() + ", " + rig.name(), header, body);
  }

  private void warm(Target target) throws IOException {
    try (Load load = connect(target, 10)) {
      load.run(plan.warmUp());
    }
  }

  private Measure measure(Target target, int clients) throws IOException {
    List<Measure> rounds = new ArrayList<>();
    for (int round = 0; round < plan.rounds(); round++) {
      try (Load load = connect(target, clients)) {
        load.run(plan.round().dividedBy(5));
        rounds.add(Measure.of(rig, target, () -> load.run(plan.round())));
      }
    }
    return Measure.median(rounds);
  }

  private Load connect(Target target, int clients) throws IOException {
    return Load.connect(target.port(), rig.network(), workload.questions(), clients);
  }

  private void add(int items, int clients, String metric, double value, String unit) {
    report.add(SECTION, rig.name(), "sequence/" + items, clients, metric, value, unit);
  }
}
