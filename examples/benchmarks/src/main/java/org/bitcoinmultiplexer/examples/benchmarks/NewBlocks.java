package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Blocks of 1 MB that are new: all clients ask at once, and what counts is when the last has it.
 */
final class NewBlocks {

  private static final String SECTION = "new";

  /** Until the code is compiled. */
  private static final int WARM_UP = 2;

  private final Rig rig;
  private final int clients;
  private final List<Block> blocks;
  private final Report report;

  /**
   * A measurement.
   *
   * @param rig has these blocks
   * @param clients that ask
   * @param blocks of which each is asked for once on each way
   */
  NewBlocks(Rig rig, int clients, List<Block> blocks, Report report) {
    this.rig = rig;
    this.clients = clients;
    this.blocks = blocks;
    this.report = report;
  }

  void run() throws IOException {
    List<List<String>> body = new ArrayList<>();
    BarChart chart =
        new BarChart(
            "Until the last of " + clients + " clients has a new 1 MB block (ms)", List.of("ms"));
    for (Target target : rig.targets()) {
      double[] times = new double[blocks.size()];
      long asked = target.ask("upstream.requests");
      for (int i = 0; i < times.length; i++) {
        times[i] = askTogether(target, blocks.get(i));
      }
      double perBlock = (double) (target.ask("upstream.requests") - asked) / blocks.size();
      double[] sorted = Arrays.copyOfRange(times, WARM_UP, times.length);
      Arrays.sort(sorted);
      double median = sorted[sorted.length / 2];
      String way = target.way().toString();
      report.add(SECTION, rig.name(), way, clients, "last client", median, "ms");
      report.add(SECTION, rig.name(), way, clients, "upstream requests", perBlock, "per block");
      chart.group(way, median);
      body.add(
          List.of(
              way,
              Report.number(median),
              Report.number(sorted[sorted.length - 1]),
              target.way().isOurs() ? Report.number(perBlock) : "-"));
    }
    report.table(
        "A new 1 MB block for " + clients + " clients, " + rig.name(),
        List.of("way", "last client ms", "worst ms", "upstream requests per block"),
        body);
    report.chart("new-block", chart);
  }

  private double askTogether(Target target, Block block) throws IOException {
    List<Question> question = Question.forBlocks(rig.network(), List.of(block));
    try (Load load = Load.connect(target.port(), rig.network(), question, clients)) {
      return load.runTogether(Duration.ZERO).micros(50) / 1e3;
    }
  }
}
