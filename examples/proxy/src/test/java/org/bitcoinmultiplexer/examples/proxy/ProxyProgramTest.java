package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.MultiplexerBuilder;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.StrategyProvider;
import org.bitcoinmultiplexer.config.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the program says to a command line that it cannot follow, and to the simple questions. */
@Timeout(60)
class ProxyProgramTest {

  /** Nobody listens there, and nobody is dialled before the command line has been judged. */
  private static final String NODE = "--upstream=127.0.0.1:1";

  private static final String CACHE = "--strategy=cache";

  private final Captured out = new Captured();
  private final Captured err = new Captured();

  @TempDir Path directory;

  private int run(String... args) {
    return run(Map.of(), args);
  }

  private int run(Map<String, String> environment, String... args) {
    return new ProxyProgram(environment, out.stream(), err.stream(), new Termination(), () -> {})
        .run(args);
  }

  private void assertRefused(int code, String... complaint) {
    assertThat(code).isEqualTo(ProxyProgram.USAGE);
    assertThat(out.lines()).isEmpty();
    assertThat(err.lines())
        .singleElement()
        .asString()
        .startsWith("multiplexer-proxy: ")
        .contains(complaint);
  }

  static Stream<Arguments> wrongCommandLines() {
    return Stream.of(
        refused("no upstream is given"),
        refused("unknown option 'upstrem'", "--option=upstrem=127.0.0.1:8333"),
        refused("unknown option 'lisen'; there are: listen, net", "--option=lisen=127.0.0.1:1"),
        refused("Unknown option: '--foo'", NODE, "--foo"),
        refused("Unmatched argument at index 1: 'foo'", NODE, "foo"),
        refused("upstream: 'node' is not HOST:PORT", "--upstream=node"),
        refused("upstream: 'node:0' has no port to dial", "--upstream=node:0"),
        refused("upstream: 'node:70000' is not HOST:PORT", "--upstream=a:1,node:70000"),
        refused("upstream: '' is not HOST:PORT", "--upstream=a:1,"),
        refused("an IPv6 address needs brackets", "--upstream=::1:8333"),
        refused("listen: '8333' is not HOST:PORT", NODE, "--listen=8333"),
        refused("unknown network \"moonnet\"", NODE, "--network=moonnet"),
        refused(
            "signet.challenge: belongs to network signet, not to mainnet (from flag --option",
            NODE,
            "--option=signet.challenge=51"),
        refused("clients.per-address: 0 is out of range", NODE, "--option=clients.per-address=0"),
        refused("strategy 'fast' does not exist; there are: cache, key", NODE, "--strategy=fast"),
        refused("strategy 'fast' does not exist", NODE, "--strategy=fast", "--check"),
        refused("strategy 'cache' has no option 'size'", NODE, CACHE, "--option=cache.size=1"),
        refused(
            "cache.bytes: 1 is out of range; it is from 20MB (from flag --option=cache.bytes)",
            NODE,
            CACHE,
            "--option=cache.bytes=1"),
        refused(
            "cache.disk-bytes: 'all' is no number", NODE, CACHE, "--option=cache.disk-bytes=all"),
        refused(
            "data-dir: '/dev/null/d' cannot be written to", NODE, CACHE, "--data-dir=/dev/null/d"),
        refused("data-dir: '' is no directory (from flag --data-dir)", NODE, "--data-dir="),
        refused(
            "key.size is full, 128, 64 or 32, not '7' (from flag --option=key.size)",
            NODE,
            CACHE,
            "--option=key.size=7"),
        refused(
            "strategy 'sequence' has no option 'joins'; it has: join (from flag",
            NODE,
            "--option=sequence.joins=true"),
        refused("listen: '8333' is not HOST:PORT (from flag --listen)", NODE, "--listen=8333"),
        refused("/no/such/file: no such file", NODE, "--config=/no/such/file"),
        refused("config /: Is a directory", NODE, "--config=/"),
        refused("unknown option 'colour'", NODE, "--option=colour=red"),
        refused("window.items: 'many' is not a whole number", NODE, "--option=window.items=many"),
        refused("both given", NODE, "--option=upstream=127.0.0.1:2"),
        refused("no sense without --demo", NODE, "--demo-seconds=5"),
        refused("'loud' is not one of error, warn, info, debug", NODE, "--log-level=loud"),
        refused("--demo-seconds", "--demo", "--demo-seconds=soon"),
        refused("--demo-seconds: 0 is not 1 to 3600", "--demo", "--demo-seconds=0"),
        refused("--upstream makes no sense with it", "--demo", NODE),
        refused("--network other than regtest", "--demo", "--network=mainnet"),
        refused("sequence, serial (from flag --strategy)", "--demo", "--strategy=fast"));
  }

  private static Arguments refused(String complaint, String... args) {
    return Arguments.of(args, complaint);
  }

  @ParameterizedTest
  @MethodSource("wrongCommandLines")
  void refusesInOneLine(String[] args, String complaint) {
    assertRefused(run(args), complaint);
  }

  @Test
  void refusesToDialItself() {
    assertRefused(run("--upstream=localhost:8333"), "it would dial itself", "--listen");
    err.reset();
    assertRefused(run("--upstream=[::1]:7,127.0.0.1:7", "--listen=0.0.0.0:7"), "dial itself");
  }

  @Test
  void refusesAnUnknownKeyInTheConfig() throws Exception {
    Path config = Files.writeString(directory.resolve("c"), "upstream=127.0.0.1:1\n");
    assertRefused(run("--config=" + config), "unknown key 'upstream'", "start with multiplexer.");
    err.reset();
    Files.writeString(config, "multiplexer.upstreams=127.0.0.1:1\n");
    assertRefused(run(NODE, "--config=" + config), "unknown option 'upstreams'");
  }

  @Test
  void saysWhereABadOptionWasSaid() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("c"),
            """
            # two lines of no concern
            multiplexer.strategy = \\
               serial
            multiplexer.client.timeout = 2 days
            """);
    assertRefused(
        run(NODE, "--config=" + config),
        "client.timeout: '2 days' is no time",
        "1s to 1h",
        "(from " + config + ":4)");
    err.reset();
    assertRefused(
        run(Map.of("MULTIPLEXER_CLIENT_TIMEOUT", "2h"), NODE, "--config=" + config),
        "client.timeout: 2h is out of range; it is 1s to 1h",
        "(from variable MULTIPLEXER_CLIENT_TIMEOUT)");
    err.reset();
    assertRefused(
        run(Map.of("MULTIPLEXER_CLIENT_TIMEOUT", "2h"), NODE, "--option=client.timeout=0s"),
        "client.timeout: 0s is out of range",
        "(from flag --option=client.timeout)");
  }

  @Test
  void refusesAnUnknownVariable() {
    assertRefused(
        run(Map.of("MULTIPLEXER_WINDOW", "1"), NODE, "--listen=127.0.0.1:0"),
        "unknown option 'window'");
  }

  @Test
  void helpTellsAllFlagsAndOptions() {
    assertThat(run("--help")).isEqualTo(ProxyProgram.OK);
    String help = String.join("\n", out.lines());
    assertThat(help)
        .contains("--network", "--listen", "--upstream", "--strategy", "--data-dir", "--config")
        .contains("--check", "--demo", "--demo-seconds", "--help", "--version", "MULTIPLEXER_");
    ClassLoader loader = MultiplexerBuilder.class.getClassLoader();
    assertThat(MultiplexerBuilder.options(loader)).hasSizeGreaterThan(Option.values().length);
    for (OptionDescription option : MultiplexerBuilder.options(loader)) {
      assertThat(help).contains(option.name(), option.meaning(), option.type().inWords());
    }
    for (StrategyProvider strategy : MultiplexerBuilder.strategies(loader)) {
      assertThat(help.replaceAll("\\s+", " ")).contains(strategy.name(), strategy.meaning());
    }
    assertThat(err.lines()).isEmpty();
  }

  @Test
  void versionIsOneLine() {
    assertThat(run("--version")).isEqualTo(ProxyProgram.OK);
    assertThat(out.lines()).singleElement().asString().startsWith("multiplexer-proxy ");
  }
}
