package org.bitcoinmultiplexer;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.StrategyProvider;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.config.Configuration;
import org.bitcoinmultiplexer.config.Option;
import org.bitcoinmultiplexer.config.Origin;
import org.bitcoinmultiplexer.core.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultiplexerBuilderTest {

  private static final Configuration SIGNET =
      Configuration.EMPTY.with("network", "signet", Origin.flag("--network"));

  private static final List<StrategyProvider> BUILT_IN =
      MultiplexerBuilder.strategies(ClassLoader.getPlatformClassLoader());

  private static MultiplexerBuilder builder() {
    return BitcoinMultiplexer.builder().upstream("127.0.0.1:1");
  }

  @Test
  void aConfigurationOverrulesTypedCallsBeforeAndAfter() {
    assertThat(builder().network(Network.REGTEST).configuration(SIGNET).network())
        .isEqualTo(Network.SIGNET);
    assertThat(builder().configuration(SIGNET).network(Network.REGTEST).network())
        .isEqualTo(Network.SIGNET);
    MultiplexerBuilder builder =
        builder()
            .window(1, 1)
            .set("key.size", "32")
            .configuration(
                Configuration.EMPTY
                    .with("window.bytes", "2MB")
                    .with("upstream", "a:1,[::1]:2")
                    .with("key.size", "64"));
    assertThat(builder.windowItems).isEqualTo(1);
    assertThat(builder.windowBytes).isEqualTo(2_000_000);
    assertThat(builder.upstreams)
        .containsExactly(new HostAndPort("a", 1), new HostAndPort("::1", 2));
    assertThat(builder.strategyOptions).isEqualTo(Map.of("key.size", "64"));
  }

  @Test
  void theSameThingTwiceAtOneLevelIsRefused() {
    assertThatThrownBy(() -> builder().bloom(true).set("bloom", "true"))
        .hasMessageContaining("option 'bloom' is set twice (from the builder and the builder)");
    assertThatThrownBy(
            () ->
                builder()
                    .configuration(SIGNET)
                    .configuration(Configuration.EMPTY.with("network", "regtest")))
        .hasMessageContaining(
            "option 'network' is set twice (from flag --network and the program)");
  }

  @Test
  void refusalsSayWhereTheValueWasSaid() {
    assertThatThrownBy(() -> builder().maxClients(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("clients.max: 0 is out of range; it is 1 to 1000000 (from the builder)");
    assertThatThrownBy(() -> builder().clientTimeout(Duration.ofDays(1)))
        .hasMessage("client.timeout: 86400 is out of range; it is 1s to 1h (from the builder)");
    Configuration configuration =
        Configuration.EMPTY.withProperties(Map.of("multiplexer.strategy", "fast"));
    assertThatThrownBy(() -> builder().configuration(configuration).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("strategy 'fast' does not exist")
        .hasMessageEndingWith("(from property multiplexer.strategy)");
    assertThatThrownBy(
            () ->
                builder()
                    .configuration(
                        Configuration.EMPTY.withEnvironment(Map.of("MULTIPLEXER_WINDOW", "1"))))
        .hasMessageStartingWith(
            "unknown option 'window'; there are: network, signet.challenge, upstream")
        .hasMessageContaining(", cache.disk-bytes, one-by-one.greeting")
        .hasMessageEndingWith("(from variable MULTIPLEXER_WINDOW)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"passthrough", "serial", "key", "sequence", "cache", "one-by-one"})
  void oneWordSwapsTheStrategy(String strategy, @TempDir Path directory) {
    MultiplexerBuilder builder =
        builder()
            .strategy(strategy)
            .dataDirectory(directory)
            .set("cache.bytes", "20MB")
            .set("cache.disk-bytes", "1GB")
            .set("key.size", "64")
            .set("sequence.join", "false")
            .set("one-by-one.greeting", "hello");
    assertThatCode(() -> builder.build().close()).doesNotThrowAnyException();
    assertThat(directory.toFile().list().length > 0).isEqualTo(strategy.equals("cache"));
    assertThat(new Parts(builder).resting())
        .doesNotContain(strategy + ".bytes", strategy + ".size", strategy + ".join")
        .hasSize(
            switch (strategy) {
              case "cache" -> 3;
              case "key", "sequence", "one-by-one" -> 5;
              default -> 6;
            });
  }

  @Test
  void optionsOfStrategiesThatAreNotChosenAreJudged() {
    assertThatThrownBy(() -> builder().strategy("cache").set("key.size", "7"))
        .hasMessage("key.size is full, 128, 64 or 32, not '7' (from the builder)");
    assertThatThrownBy(() -> builder().set("cache.bytes", "1"))
        .hasMessage("cache.bytes: 1 is out of range; it is from 20MB (from the builder)");
    assertThatThrownBy(() -> builder().set("passthrough.size", "1"))
        .hasMessage("strategy 'passthrough' has no option 'size'; it has none (from the builder)");
    assertThatThrownBy(() -> builder().set("one-by-one.colour", "red").build())
        .hasMessageContainingAll("colour", "(from the builder)");
  }

  @Test
  void aChallengeBelongsToSignet() {
    Network custom = builder().network(Network.SIGNET).set("signet.challenge", "51").network();
    assertThat(custom).isEqualTo(Network.SIGNET.withChallenge(new byte[] {0x51}));
    for (String other : new String[] {"mainnet", "testnet3", "testnet4", "regtest"}) {
      MultiplexerBuilder builder = builder().set("network", other).set("signet.challenge", "51");
      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "signet.challenge: belongs to network signet, not to "
                  + other
                  + " (from the builder)");
    }
    for (String text : new String[] {"5", "xy", ""}) {
      assertThatThrownBy(() -> builder().set("signet.challenge", text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("signet.challenge: ");
    }
  }

  @Test
  void defaultsAreThoseOfTheEngine() {
    Settings defaults = Settings.DEFAULTS;
    assertThat(Option.WINDOW_ITEMS.parse(Option.WINDOW_ITEMS.defaultValue()))
        .isEqualTo(defaults.window().items());
    assertThat(Option.WINDOW_BYTES.parse(Option.WINDOW_BYTES.defaultValue()))
        .isEqualTo(defaults.window().bytes());
    assertThat(Option.CLIENTS_MAX.parse(Option.CLIENTS_MAX.defaultValue()))
        .isEqualTo(defaults.maxClients());
    assertThat(Option.CLIENT_BUFFER.parse(Option.CLIENT_BUFFER.defaultValue()))
        .isEqualTo(defaults.clientBuffer());
    assertThat(Option.HANDSHAKE_TIMEOUT.parse(Option.HANDSHAKE_TIMEOUT.defaultValue()))
        .isEqualTo(defaults.handshakeTimeout().toSeconds());
    assertThat(Option.CLIENT_TIMEOUT.parse(Option.CLIENT_TIMEOUT.defaultValue()))
        .isEqualTo(defaults.idleTimeout().toSeconds());
    assertThat(Option.UPSTREAM_TIMEOUT.parse(Option.UPSTREAM_TIMEOUT.defaultValue()))
        .isEqualTo(defaults.answerTimeout().toSeconds());
  }

  @Test
  void theirPageSaysWhatTheCodeSays() {
    GeneratedPage.of(
            ".github/OPTIONS.md",
            """
            # Options

            Each is the property `multiplexer.NAME`, the environment variable `MULTIPLEXER_NAME` in
            upper case with `_` for `.` and `-`, and `--option=NAME=VALUE` of the proxy. Bytes may
            have a unit, `20MB` and `1GB` being decimal and `64MiB` binary; times are `90s`, `20m`
            or `1h`. A bare number is bytes or seconds. An empty variable is one that is not set.

            Rising precedence: the default; calls of the builder; the configuration given to it, in
            which what is added later overrules: the file, the environment, flags. What belongs to a
            strategy that is not chosen is judged and rests.

            | option | default | may be | meaning |
            |---|---|---|---|
            """
                + MultiplexerBuilder.options().stream()
                    .map(MultiplexerBuilderTest::row)
                    .collect(joining())
                + "| `listen` | – | HOST:PORT | of the proxy alone: where clients connect;"
                + " none: 127.0.0.1 and the network's usual port |\n\n"
                + whatChangesLive()
                + """

                | `strategy=` | in short |
                |---|---|
                """
                + BUILT_IN.stream().map(MultiplexerBuilderTest::row).collect(joining()))
        .assertUpToDate();
  }

  private static String whatChangesLive() {
    String live =
        MultiplexerBuilder.options().stream()
            .filter(OptionDescription::changesLive)
            .map(option -> "`" + option.name() + "`")
            .collect(joining(", "));
    return live.isEmpty()
        ? "All take effect when a multiplexer is built.\n"
        : "All take effect when a multiplexer is built, and while it runs: " + live + ".\n";
  }

  private static String row(StrategyProvider strategy) {
    return "| `%s` | %s |\n".formatted(strategy.name(), strategy.meaning());
  }

  @Test
  void theReadmesTableHasTheStrategiesThereAre() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("..", "README.md")).stream()
            .dropWhile(line -> !line.startsWith("| `strategy=` |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> line.split("\\|")[1].strip())
            .toList();
    assertThat(rows)
        .isEqualTo(
            BUILT_IN.stream()
                .map(StrategyProvider::name)
                .map(
                    name ->
                        "`%s`%s"
                            .formatted(
                                name,
                                name.equals(Option.STRATEGY.defaultValue()) ? " (default)" : ""))
                .toList());
  }

  private static String row(OptionDescription option) {
    String usual = option.defaultValue().isEmpty() ? "–" : "`" + option.defaultValue() + "`";
    return "| `%s` | %s | %s | %s |\n"
        .formatted(option.name(), usual, option.type().inWords(), option.meaning());
  }
}
