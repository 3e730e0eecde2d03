package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The memory that clients take who are connected and say nothing. */
final class IdleClients {

  private static final String SECTION = "idle";

  private final Plan plan;
  private final Path directory;
  private final TestChain chain;
  private final Report report;

  IdleClients(Plan plan, Path directory, TestChain chain, Report report) {
    this.plan = plan;
    this.directory = directory;
    this.chain = chain;
    this.report = report;
  }

  /** Starts a fresh proxy for each number of clients: a heap that has grown does not shrink. */
  void run(List<Way> ways) throws IOException {
    List<List<String>> body = new ArrayList<>();
    for (int clients : plan.idle()) {
      try (Rig rig = Rig.small(directory).with(ways)) {
        for (Target target : rig.targets()) {
          body.add(measure(rig, target, clients));
        }
      }
    }
    report.table(
        "Memory per idle client", List.of("way", "clients", "heap KB", "resident KB"), body);
  }

  private List<Question> questions(Rig rig) {
    return Question.forBlocks(rig.network(), chain.small());
  }

  private List<String> measure(Rig rig, Target target, int clients) throws IOException {
    Child proxy = target.process();
    if (proxy == null) {
      throw new IllegalArgumentException("there is no proxy on the way " + target.way());
    }
    try (Load load = Load.connect(target.port(), rig.network(), questions(rig), 1)) {
      load.run(plan.warmUp()); // code, caches and buffers are not what clients take
    }
    long heap = target.ask(ProxyProcess.HEAP);
    long resident = proxy.residentBytes();
    try (Load load = Load.connect(target.port(), rig.network(), questions(rig), clients)) {
      double kilobytes = 1024.0 * clients;
      double residentEach = (proxy.residentBytes() - resident) / kilobytes;
      double heapEach = (target.ask(ProxyProcess.HEAP) - heap) / kilobytes;
      load.requireConnected();
      if (target.way().isOurs() && target.ask(ProxyProcess.CLIENTS) != clients) {
        throw new IllegalStateException("the proxy has lost some of the " + clients + " clients");
      }
      String way = target.way().toString();
      report.add(SECTION, rig.name(), way, clients, "heap", heapEach, "KB/client");
      report.add(SECTION, rig.name(), way, clients, "resident", residentEach, "KB/client");
      return List.of(
          way,
          Integer.toString(clients),
          target.way().isOurs() ? Report.number(heapEach) : "-",
          Report.number(residentEach));
    }
  }
}
