package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a run came to.
 *
 * @param p50 median of the latency, microseconds
 * @param p99 of the latency, microseconds
 * @param perSecond requests
 * @param proxyCpu processor time of the proxy per request, microseconds
 * @param nodeCpu processor time of the node per request, microseconds
 * @param allocated bytes that a proxy of ours allocated per request
 */
record Measure(
    double p50, double p99, double perSecond, double proxyCpu, double nodeCpu, double allocated) {

  /** Puts load on. */
  @FunctionalInterface
  interface Run {
    Latencies run() throws IOException;
  }

  static Measure of(Rig rig, Target target, Run run) throws IOException {
    long allocated = target.ask(ProxyProcess.ALLOCATED);
    long proxy = target.cpuNanos();
    long node = rig.node().cpuNanos();
    Latencies latencies = run.run();
    double requests = latencies.count();
    return new Measure(
        latencies.micros(50),
        latencies.micros(99),
        latencies.perSecond(),
        (target.cpuNanos() - proxy) / requests / 1e3,
        (rig.node().cpuNanos() - node) / requests / 1e3,
        (target.ask(ProxyProcess.ALLOCATED) - allocated) / requests);
  }

  /** Measures one target once. */
  @FunctionalInterface
  interface Round {
    Measure of(Target target) throws IOException;
  }

  /** Measures all ways in turns, so many rounds; the median of each number of each. */
  static Map<Target, Measure> inTurns(Rig rig, int rounds, Round round) throws IOException {
    Map<Target, List<Measure>> measures = new LinkedHashMap<>();
    for (int i = 0; i < rounds; i++) {
      for (Target target : rig.targets()) {
        measures.computeIfAbsent(target, t -> new ArrayList<>()).add(round.of(target));
      }
    }
    Map<Target, Measure> medians = new LinkedHashMap<>();
    measures.forEach((target, all) -> medians.put(target, median(all)));
    return medians;
  }

  /** The median of each number. */
  static Measure median(List<Measure> rounds) {
    return new Measure(
        median(rounds, Measure::p50),
        median(rounds, Measure::p99),
        median(rounds, Measure::perSecond),
        median(rounds, Measure::proxyCpu),
        median(rounds, Measure::nodeCpu),
        median(rounds, Measure::allocated));
  }

  private static double median(List<Measure> rounds, ToDoubleFunction<Measure> number) {
    double[] sorted = rounds.stream().mapToDouble(number).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
