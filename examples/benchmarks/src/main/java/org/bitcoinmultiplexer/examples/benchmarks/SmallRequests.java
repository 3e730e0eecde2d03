package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests with small answers, one at a time from each client: what a hop costs in latency, in
 * processor time, in garbage, and how much goes through.
 */
final class SmallRequests {

  private static final int WARMING_CLIENTS = 10;

  private final Rig rig;
  private final Plan plan;
  private final Workload workload;
  private final Report report;
  private final Map<Integer, Map<Target, Measure>> results = new LinkedHashMap<>();

  SmallRequests(Rig rig, Plan plan, Workload workload, Report report) {
    this.rig = rig;
    this.plan = plan;
    this.workload = workload;
    this.report = report;
  }

  void run() throws IOException {
    for (Target target : rig.targets()) {
      try (Load load = connect(target, WARMING_CLIENTS)) {
        load.run(plan.warmUp());
      }
      try (Load load = connect(target, 1)) {
        load.run(plan.warmUp().dividedBy(2));
      }
    }
    for (int clients : plan.clients()) {
      results.put(clients, measure(clients));
    }
    results.forEach(this::print);
    chartLatency();
    chartRates();
  }

  private Load connect(Target target, int clients) throws IOException {
    return Load.connect(target.port(), rig.network(), workload.questions(), clients);
  }

  private Map<Target, Measure> measure(int clients) throws IOException {
    return Measure.inTurns(
        rig,
        plan.rounds(),
        target -> {
          try (Load load = connect(target, clients)) {
            load.run(plan.round().dividedBy(5)); // the handshakes are over, and what they left
            return Measure.of(rig, target, () -> load.run(plan.round()));
          }
        });
  }

  private void print(int clients, Map<Target, Measure> medians) {
    Measure direct = medians.values().iterator().next();
    List<List<String>> body = new ArrayList<>();
    medians.forEach(
        (target, measure) -> {
          body.add(
              List.of(
                  target.way().toString(),
                  Report.number(measure.p50()),
                  Report.number(measure.p99()),
                  "%+.0f".formatted(measure.p50() - direct.p50()),
                  Report.number(measure.perSecond()),
                  Report.ratio(measure.perSecond(), direct.perSecond()),
                  target.process() == null ? "-" : Report.number(measure.proxyCpu()),
                  Report.number(measure.nodeCpu()),
                  target.way().isOurs() ? Report.number(measure.allocated()) : "-"));
          add(target, clients, "p50", measure.p50(), "us");
          add(target, clients, "p99", measure.p99(), "us");
          add(target, clients, "rate", measure.perSecond(), "requests/s");
          add(target, clients, "cpu-proxy", measure.proxyCpu(), "us/request");
          add(target, clients, "cpu-node", measure.nodeCpu(), "us/request");
          add(target, clients, "allocated", measure.allocated(), "bytes/request");
        });
    report.table(
        workload.title() + ", " + rig.name() + ", clients: " + clients,
        List.of(
            "way",
            "p50 us",
            "p99 us",
            "p50 - direct",
            "requests/s",
            "of direct",
            "proxy cpu us/request",
            "node cpu us/request",
            "allocated B/request"),
        body);
  }

  private void add(Target target, int clients, String metric, double value, String unit) {
    report.add(workload.name(), rig.name(), target.way().toString(), clients, metric, value, unit);
  }

  private void chartLatency() throws IOException {
    BarChart chart =
        new BarChart(
            "Latency of " + workload.title() + ", 1 client, " + rig.name() + " (µs)",
            List.of("p50", "p99"));
    Map<Target, Measure> one = results.get(plan.clients().get(0));
    if (one != null) {
      one.forEach(
          (target, measure) -> chart.group(target.way().toString(), measure.p50(), measure.p99()));
    }
    report.chart("latency-" + fileName(), chart);
  }

  private void chartRates() throws IOException {
    BarChart chart =
        new BarChart(
            workload.title() + " per second by clients, " + rig.name() + " (thousands)",
            rig.targets().stream().map(target -> target.way().toString()).toList());
    results.forEach(
        (clients, medians) ->
            chart.group(
                "clients: " + clients,
                medians.values().stream().mapToDouble(m -> m.perSecond() / 1e3).toArray()));
    report.chart("rate-" + fileName(), chart);
  }

  private String fileName() {
    String node = rig.name().replace(",", "").replace(' ', '-');
    return workload.name().equals("small") ? node : workload.name() + "-" + node;
  }
}
