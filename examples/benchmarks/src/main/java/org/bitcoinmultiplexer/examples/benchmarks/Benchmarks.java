package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Measures, prints tables, and writes {@code results.md}, {@code results.csv} and charts.
 *
 * <pre>
 * java -jar benchmarks.jar [--quick] [--out DIRECTORY] [--only SECTION,...] [--ways WAY,...]
 * </pre>
 *
 * <p>A bitcoind is measured too if the environment variable {@code BITCOIND} names one, and HAProxy
 * if it is on the {@code PATH}. The whole takes minutes, {@code --quick} less than one; the latter
 * shows that everything works, and its numbers are rough.
 */
public final class Benchmarks {

  private static final Set<String> SECTIONS =
      new TreeSet<>(
          List.of(
              "attack",
              "bitcoinj",
              "bloom",
              "small",
              "headers",
              "chain",
              "link",
              "window",
              "large",
              "steady",
              "new",
              "idle",
              "fleet"));

  /** What is measured of one that is not pruned. */
  private static final Set<String> OF_BITCOIND =
      Set.of("small", "headers", "large", "steady", "fleet");

  private final Plan plan;
  private final Set<String> sections;
  private final List<Way> ways;
  private final Path work;
  private final Report report;
  private final TestChain chain = TestChain.make();

  private Benchmarks(Plan plan, Set<String> sections, List<Way> ways, Path work, Report report) {
    this.plan = plan;
    this.sections = sections;
    this.ways = ways;
    this.work = work;
    this.report = report;
  }

  /**
   * Runs.
   *
   * @param arguments as said above
   * @throws IOException if something cannot be started, or a connection is lost
   */
  public static void main(String[] arguments) throws IOException {
    try {
      measure(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private static void measure(String[] arguments) throws IOException {
    Plan plan = Plan.FULL;
    Path out = Path.of("target", "benchmark-results");
    Set<String> sections = new TreeSet<>(SECTIONS);
    List<Way> ways = Way.ALL;
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--quick" -> plan = Plan.QUICK;
        case "--out" -> out = Path.of(value(arguments, ++i));
        case "--only" -> sections = sections(value(arguments, ++i));
        case "--ways" -> ways = Way.list(value(arguments, ++i));
        case "-h", "--help" -> {
          System.out.println(help());
          return;
        }
        default -> throw new IllegalArgumentException("unknown argument '" + arguments[i] + "'");
      }
    }
    Files.createDirectories(out);
    Path work = Files.createTempDirectory("benchmarks");
    try {
      new Benchmarks(plan, sections, ways, work, new Report(out)).run();
    } finally {
      delete(work);
    }
  }

  private static String help() {
    return """
    java -jar benchmarks.jar [--quick] [--out DIRECTORY] [--only SECTION,...] [--ways WAY,...]

      --quick  a minute's worth, to see that everything works
      --out    where the tables and charts go; target/benchmark-results if absent
      --only   of %s; all if absent
      --ways   of %s; all if absent

    A bitcoind takes part if BITCOIND names one, HAProxy if it is on the PATH.\
    """
        .formatted(
            String.join(", ", SECTIONS),
            Way.ALL.stream()
                .map(way -> way.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
  }

  private static String value(String[] arguments, int index) {
    if (index == arguments.length) {
      throw new IllegalArgumentException(arguments[index - 1] + " needs a value");
    }
    return arguments[index];
  }

  private static Set<String> sections(String names) {
    Set<String> sections = new TreeSet<>(List.of(names.split(",")));
    if (!SECTIONS.containsAll(sections)) {
      throw new IllegalArgumentException("--only: " + names + " are not of " + SECTIONS);
    }
    return sections;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  private void run() throws IOException {
    long start = System.nanoTime();
    report.line(machine());
    if (sections.contains("bloom")) {
      new FilterMatching(plan, report).run();
    }
    if (sections.contains("bitcoinj")) {
      new PeerGroups(report).run(plan.equals(Plan.QUICK) ? List.of(20) : List.of(100, 1_000));
    }
    small();
    if (sections.contains("large") || sections.contains("steady")) {
      large();
    }
    if (sections.contains("new")) {
      try (Rig rig = Rig.fresh(work).with(ways)) {
        int clients = Collections.max(plan.clients());
        new NewBlocks(rig, clients, TestChain.several(BareNode.NEW_BLOCKS), report).run();
      }
    }
    if (sections.contains("chain")) {
      new ChainSync(plan, work, report).run(ways);
    }
    if (sections.contains("idle")) {
      new IdleClients(plan, work, chain, report)
          .run(ways.stream().filter(way -> way != Way.DIRECT).toList());
    }
    Optional<Path> bitcoind = bitcoindPath();
    if (bitcoind.isPresent()) {
      bitcoind(bitcoind.get());
    } else {
      report.line("bitcoind is left out: BITCOIND is not set");
    }
    long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
    report.line("\nTook " + seconds + " s; load average at the end " + loadAverage() + ".");
    report.write();
  }

  private void small() throws IOException {
    if (sections.contains("small")) {
      try (Rig rig = Rig.small(work).with(ways)) {
        new SmallRequests(rig, plan, Workload.blocks(rig.network(), chain), report).run();
      }
    }
    if (sections.contains("attack") && bitcoindPath().isEmpty()) {
      attack(Rig.strict(work));
    }
    if (sections.contains("headers")) {
      try (Rig rig = Rig.small(work).with(ways)) {
        new SmallRequests(rig, plan, Workload.headers(rig.network(), chain), report).run();
      }
    }
    if (sections.contains("link")) {
      try (Rig rig = Rig.distant(work).with(ways)) {
        new SmallRequests(rig, plan, Workload.blocks(rig.network(), chain), report).run();
        new SmallRequests(rig, plan, Workload.headers(rig.network(), chain), report).run();
      }
    }
    if (sections.contains("window")) {
      try (Rig rig = Rig.small(work)) {
        new WindowCurve(rig, plan, Workload.blocks(rig.network(), chain), report).run();
      }
      try (Rig rig = Rig.distant(work)) {
        new WindowCurve(rig, plan, Workload.blocks(rig.network(), chain), report).run();
        new WindowCurve(rig, plan, Workload.headers(rig.network(), chain), report).run();
      }
    }
  }

  private void large() throws IOException {
    LargeBlocks blocks = LargeBlocks.atHand();
    Map<String, Block> byName = new LinkedHashMap<>();
    byName.put(blocks.origin() + ", no witness", blocks.plain());
    byName.put(blocks.origin() + ", witness", blocks.committed());
    try (Rig rig = Rig.large(blocks.network(), work).with(ways)) {
      if (sections.contains("large")) {
        new LargeRelays(rig, plan, byName, report).run();
      }
      if (sections.contains("steady")) {
        new SteadyBlocks(rig, plan, blocks.plain(), report).run();
      }
    }
  }

  private static Optional<Path> bitcoindPath() {
    return Optional.ofNullable(System.getenv("BITCOIND"))
        .filter(path -> !path.isBlank())
        .map(Path::of);
  }

  private void bitcoind(Path executable) throws IOException {
    if (sections.contains("attack")) {
      attack(Rig.bitcoind(executable, chain, work, "-prune=550"));
    }
    if (Collections.disjoint(sections, OF_BITCOIND)) {
      return;
    }
    try (Rig rig = Rig.bitcoind(executable, chain, work).with(ways)) {
      if (sections.contains("small")) {
        new SmallRequests(rig, plan, Workload.blocks(rig.network(), chain), report).run();
      }
      if (sections.contains("headers")) {
        new SmallRequests(rig, plan, Workload.headers(rig.network(), chain), report).run();
      }
      if (sections.contains("large")) {
        new LargeRelays(rig, plan, Map.of("one transaction", chain.large()), report).run();
      }
      if (sections.contains("steady")) {
        new SteadyBlocks(rig, plan, chain.large(), report).run();
      }
      if (sections.contains("fleet")) {
        new Fleet(rig, plan, chain.small(), report).run();
      }
    }
  }

  /** The node grants no permissions: what it punishes is part of the attack. */
  private void attack(Rig node) throws IOException {
    List<Way> sharing = ways.stream().filter(UnderAttack.WAYS::contains).toList();
    try (Rig rig = node.with(sharing, "clients.max=1000")) {
      new UnderAttack(rig, plan, work, chain.recent(), report).run();
    }
  }

  private static String machine() {
    return "%d processors, %s, %s %s, load average at the start %s."
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.version"),
            loadAverage());
  }

  private static String loadAverage() {
    return Report.number(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}
