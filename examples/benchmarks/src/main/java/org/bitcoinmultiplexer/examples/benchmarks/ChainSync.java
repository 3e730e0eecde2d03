package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All headers of a long chain: for one client, for many at once, for the cache itself, and from the
 * disk after a restart.
 */
final class ChainSync {

  private static final String SECTION = "chain";
  private static final int CLIENTS = 100;
  private static final int PATIENCE_MILLIS = 60_000;

  private final Plan plan;
  private final Path directory;
  private final Report report;
  private final HeaderList chain;
  private final List<List<String>> syncs = new ArrayList<>();

  ChainSync(Plan plan, Path directory, Report report) {
    this.plan = plan;
    this.directory = directory;
    this.report = report;
    this.chain = HeaderList.mine(plan.headers());
  }

  void run(List<Way> ways) throws IOException {
    double empty = ways.contains(Way.CACHE) ? heapWithoutHeaders() : 0;
    try (Rig rig = Rig.headers(plan.headers(), directory)) {
      List<Question> questions = Question.forAll(rig.network(), chain);
      for (Way way : ways) {
        if (way == Way.DIRECT || way == Way.HAPROXY || way == Way.KEY) {
          syncThrough(rig, way, questions);
        }
      }
      if (ways.contains(Way.CACHE)) {
        syncFromCache(rig, questions);
      }
      report.table(
          "All of %,d headers, %s".formatted(chain.size(), rig.name()),
          List.of(
              "way",
              "clients",
              "seconds",
              "headers/s",
              "proxy cpu us/answer",
              "node cpu us/answer",
              "p99 ms"),
          syncs);
      if (ways.contains(Way.CACHE)) {
        restart(rig, empty);
      }
    }
  }

  private double heapWithoutHeaders() throws IOException {
    try (Rig rig = Rig.fresh(directory);
        Target target = rig.start(Way.CACHE).orElseThrow()) {
      Conversation.open(target.port(), rig.network()).close();
      return target.ask(ProxyProcess.HEAP);
    }
  }

  private void syncThrough(Rig rig, Way way, List<Question> questions) throws IOException {
    try (Target target = rig.start(way).orElse(null)) {
      if (target != null) {
        sync(rig, target, way + ", first", questions, 1);
        sync(rig, target, way.toString(), questions, 1);
        sync(rig, target, way.toString(), questions, CLIENTS);
        syncScattered(rig, target, questions);
      }
    }
  }

  private Target startCache(Rig rig) throws IOException {
    return rig.start(Way.CACHE, "data-dir=" + directory.resolve("headers")).orElseThrow();
  }

  private void syncFromCache(Rig rig, List<Question> questions) throws IOException {
    long began = System.nanoTime();
    try (Target target = startCache(rig)) {
      sync(rig, target, "cache, empty", questions, 1);
      awaitHeight(target);
      add("cache, empty", 1, "complete after start", seconds(began), "s");
      sync(rig, target, "cache", questions, 1);
      sync(rig, target, "cache", questions, CLIENTS);
      syncScattered(rig, target, questions);
    }
  }

  /** Each client asks for all, from the beginning on. */
  private void sync(Rig rig, Target target, String way, List<Question> questions, int clients)
      throws IOException {
    try (Load load = Load.connect(target.port(), rig.network(), questions, clients)) {
      Measure measure = Measure.of(rig, target, load::runThrough);
      double seconds = clients * questions.size() / measure.perSecond();
      add(way, clients, "seconds", seconds, "s");
      add(target, way, clients, Report.number(seconds), measure);
    }
  }

  /** Clients that are at different heights, as those are who come at different times. */
  private void syncScattered(Rig rig, Target target, List<Question> questions) throws IOException {
    try (Load load = Load.connect(target.port(), rig.network(), questions, CLIENTS)) {
      Measure measure =
          Measure.of(rig, target, () -> load.run(plan.round().multipliedBy(plan.rounds())));
      add(target, target.way() + ", scattered", CLIENTS, "-", measure);
    }
  }

  private void add(Target target, String way, int clients, String seconds, Measure measure) {
    double rate = measure.perSecond() * HeaderList.MOST_AT_ONCE;
    add(way, clients, "rate", rate, "headers/s");
    add(way, clients, "cpu-proxy", measure.proxyCpu(), "us/answer");
    add(way, clients, "cpu-node", measure.nodeCpu(), "us/answer");
    syncs.add(
        List.of(
            way,
            Integer.toString(clients),
            seconds,
            Report.number(rate),
            target.process() == null ? "-" : Report.number(measure.proxyCpu()),
            Report.number(measure.nodeCpu()),
            Report.number(measure.p99() / 1e3)));
  }

  /** Times from the start of the process on: until it listens, serves, and answers by itself. */
  private void restart(Rig rig, double empty) throws IOException {
    double[] listening = new double[plan.rounds()];
    double[] ready = new double[plan.rounds()];
    double[] complete = new double[plan.rounds()];
    double heap = 0;
    for (int i = 0; i < plan.rounds(); i++) {
      long began = System.nanoTime();
      try (Target target = startCache(rig)) {
        listening[i] = seconds(began);
        Conversation.open(target.port(), rig.network()).close();
        ready[i] = seconds(began);
        awaitHeight(target);
        complete[i] = seconds(began);
        heap = target.ask(ProxyProcess.HEAP);
      }
    }
    double each = (heap - empty) / 1e6 / chain.size() * 100_000;
    add("cache", 0, "listening after start", median(listening), "s");
    add("cache", 0, "ready after start", median(ready), "s");
    add("cache", 0, "complete after start", median(complete), "s");
    add("cache", 0, "heap", each, "MB/100,000 headers");
    report.table(
        "A restart with %,d headers on the disk".formatted(chain.size()),
        List.of(
            "way", "listens after s", "ready after s", "all headers after s", "MB/100,000 headers"),
        List.of(
            List.of(
                "cache",
                Report.number(median(listening)),
                Report.number(median(ready)),
                Report.number(median(complete)),
                Report.number(each))));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private void awaitHeight(Target target) {
    for (int i = 0; target.ask(ProxyProcess.HEIGHT) != chain.size(); i++) {
      if (i == PATIENCE_MILLIS) {
        throw new IllegalStateException("the cache has not got all headers");
      }
      Pause.millis(1);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private void add(String way, int clients, String metric, double value, String unit) {
    report.add(SECTION, "bare node", way, clients, metric, value, unit);
  }
}
