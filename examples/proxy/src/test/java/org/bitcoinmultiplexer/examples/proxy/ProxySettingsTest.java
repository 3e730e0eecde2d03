package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.config.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ProxySettingsTest {

  @TempDir Path directory;

  private static ProxySettings settings(Map<String, String> environment, String... args)
      throws UsageException {
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(args);
    return ProxySettings.of(flags, environment);
  }

  @Test
  void defaultsToKeyOnMainnetAtItsPortOfTheLoopback() throws Exception {
    ProxySettings settings = settings(Map.of(), "--upstream=node:8333");
    assertThat(settings.network()).isEqualTo(Network.MAINNET);
    assertThat(settings.strategy()).isEqualTo("key");
    assertThat(settings.listen()).isEqualTo(new Endpoint("127.0.0.1", 8333));
    assertThat(settings(Map.of(), "--upstream=node:1", "--network=signet").listen())
        .isEqualTo(new Endpoint("127.0.0.1", 38333));
  }

  @Test
  void flagsOverruleTheEnvironmentWhichOverrulesTheFile() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("c"),
            """
            multiplexer.upstream = a:1
            multiplexer.network = signet
            multiplexer.strategy = serial
            multiplexer.window.items = 7
            multiplexer.listen = 127.0.0.1:1
            """);
    ProxySettings settings =
        settings(
            Map.of(
                "MULTIPLEXER_NETWORK", "regtest",
                "MULTIPLEXER_STRATEGY", "passthrough",
                "MULTIPLEXER_LISTEN", "127.0.0.1:2",
                "PATH", "/bin"),
            "--config=" + config,
            "--strategy=key",
            "--option=client.timeout=60");
    assertThat(settings.upstreams()).containsExactly(new Endpoint("a", 1));
    assertThat(settings.network()).isEqualTo(Network.REGTEST);
    assertThat(settings.strategy()).isEqualTo("key");
    assertThat(settings.listen()).isEqualTo(new Endpoint("127.0.0.1", 2));
    assertThat(settings.configuration().value(Option.WINDOW_ITEMS)).isEqualTo("7");
    assertThat(settings.configuration().value(Option.CLIENT_TIMEOUT)).isEqualTo("60");
  }

  @Test
  void readsSeveralUpstreams() throws Exception {
    assertThat(settings(Map.of(), "--upstream=a:1, [::1]:2").upstreams())
        .isEqualTo(List.of(new Endpoint("a", 1), new Endpoint("::1", 2)))
        .last()
        .hasToString("[::1]:2");
  }

  @Test
  void takesNoNoticeOfWhatKubernetesTells() throws Exception {
    ProxySettings settings =
        settings(
            Map.of(
                "MULTIPLEXER_SERVICE_HOST", "10.0.0.1",
                "MULTIPLEXER_SERVICE_PORT", "8333",
                "MULTIPLEXER_PORT", "tcp://10.0.0.1:8333",
                "MULTIPLEXER_PROXY_SERVICE_HOST", "10.0.0.2",
                "MULTIPLEXER_WINDOW_ITEMS", "3"),
            "--upstream=node:8333");
    assertThat(settings.configuration().value(Option.WINDOW_ITEMS)).isEqualTo("3");
  }
}
