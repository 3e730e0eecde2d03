package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

/** The tables of this package's description say what the code does. */
class SessionTablesTest {

  private static final Path SOURCES =
      Path.of("src/main/java", SessionTablesTest.class.getPackageName().replace('.', '/'));
  private static final int SECOND_COLUMN = 33;

  /** What each rule is about, as the code has it. */
  private static final Map<String, List<Integer>> LIMITS =
      Map.ofEntries(
          Map.entry("limit-inv", List.of(ProtocolLimits.MAX_INV_SZ)),
          Map.entry("limit-getdata", List.of(ProtocolLimits.MAX_INV_SZ)),
          Map.entry("limit-notfound", List.of(ClientAnnouncements.MOST_NOT_FOUND)),
          Map.entry("limit-getheaders", List.of(ProtocolLimits.MAX_LOCATOR_SZ)),
          Map.entry("limit-getblocks", List.of(ProtocolLimits.MAX_LOCATOR_SZ)),
          Map.entry("limit-headers", List.of(ProtocolLimits.MAX_HEADERS_RESULTS)),
          Map.entry("limit-addr", List.of(ProtocolLimits.MAX_ADDR_TO_SEND)),
          Map.entry("limit-addrv2", List.of(ProtocolLimits.MAX_ADDR_TO_SEND)),
          Map.entry(
              "limit-filterload",
              List.of(ProtocolLimits.MAX_BLOOM_FILTER_SIZE, ProtocolLimits.MAX_HASH_FUNCS)),
          Map.entry("limit-filteradd", List.of(ProtocolLimits.MAX_SCRIPT_ELEMENT_SIZE)),
          Map.entry("limit-getcfilters", List.of(ProtocolLimits.MAX_GETCFILTERS_SIZE)),
          Map.entry("limit-getcfheaders", List.of(ProtocolLimits.MAX_GETCFHEADERS_SIZE)),
          Map.entry(
              "too-early",
              List.of(BitcoinConversation.MOST_HELD, BitcoinConversation.MOST_HELD_BYTES)),
          Map.entry("bad-sequence", List.of(BitcoinConversation.WINDOW)),
          Map.entry("malformed", List.of(BitcoinConversation.MOST_MALFORMED)));

  @Test
  void everyCommandOfTheProtocolHasItsLine() throws IOException {
    Set<String> listed = new TreeSet<>();
    for (String left : table("message").keySet()) {
      listed.addAll(List.of(left.split("[^a-z0-9]+")));
    }
    assertThat(listed).containsAll(Commands.KNOWN);
  }

  @Test
  void everyRuleIsCountedAndEveryCounterOfARuleIsListed() throws IOException {
    Set<String> listed = rules().keySet();
    Set<String> counted =
        Stream.of(Counter.values()).map(Counter::id).collect(Collectors.toCollection(TreeSet::new));
    assertThat(counted).containsAll(listed.stream().map(rule -> "client.closed." + rule).toList());
    Set<String> limits =
        counted.stream()
            .filter(id -> id.startsWith("client.closed.limit-"))
            .map(id -> id.substring("client.closed.".length()))
            .collect(Collectors.toSet());
    assertThat(listed).containsAll(limits).containsAll(violations());
  }

  @Test
  void everyLimitIsTheOneOfTheCode() throws IOException {
    Map<String, String> rules = rules();
    LIMITS.forEach(
        (rule, limits) -> {
          assertThat(rules).containsKey(rule);
          for (int limit : limits) {
            assertThat(rules.get(rule))
                .as(rule)
                .containsPattern(
                    "(?<![0-9,])" + String.format(Locale.ROOT, "%,d", limit) + "(?![0-9])");
          }
        });
  }

  /** The rules that this package's classes name. */
  private static Set<String> violations() throws IOException {
    Set<String> named = new LinkedHashSet<>();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        Matcher matcher = Pattern.compile("Counter\\.(CLOSED_[A-Z_]+)").matcher(read(file));
        while (matcher.find()) {
          named.add(Counter.valueOf(matcher.group(1)).id().substring("client.closed.".length()));
        }
      }
    }
    return named;
  }

  /** What is said of each rule; of those that share a line, the same. */
  private static Map<String, String> rules() throws IOException {
    Map<String, String> rules = new LinkedHashMap<>();
    table("rule")
        .forEach(
            (left, right) -> {
              for (String rule : left.split(",? +")) {
                rules.put(rule.startsWith("-") ? "limit" + rule : rule, right);
              }
            });
    return rules;
  }

  /** The left column to the right one, of the table whose first column is headed so. */
  private static Map<String, String> table(String head) throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    String left = "";
    List<String> lines =
        read(SOURCES.resolve("package-info.java"))
            .lines()
            .map(line -> line.length() > 3 ? line.substring(3) : "")
            .toList();
    int first = 0;
    while (!lines.get(first).startsWith(head + "  ")) {
      first++;
    }
    for (String line : lines.subList(first + 2, lines.size())) {
      if (line.startsWith("</pre>")) {
        break;
      }
      String name = line.substring(0, Math.min(SECOND_COLUMN, line.length())).strip();
      String words = line.length() > SECOND_COLUMN ? line.substring(SECOND_COLUMN) : "";
      boolean continued = line.startsWith(" ");
      String key = continued ? (left + " " + name).strip() : name;
      String said = continued ? rows.remove(left) + " " + words : words;
      rows.put(key, said);
      left = key;
    }
    assertThat(rows).isNotEmpty();
    return rows;
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file);
  }
}
