package org.bitcoinmultiplexer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

  @TempDir Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("c"), text);
  }

  @Test
  void whatIsAddedLaterOverrules() throws IOException {
    Configuration configuration =
        Configuration.EMPTY
            .withFile(file("multiplexer.network=signet\nmultiplexer.window.items=7\n"))
            .withEnvironment(
                Map.of("MULTIPLEXER_NETWORK", "regtest", "MULTIPLEXER_KEY_SIZE", "64", "HOME", "/"))
            .with("network", "testnet4", Origin.flag("--network"));
    assertThat(configuration).hasToString("{key.size=64, network=testnet4, window.items=7}");
    assertThat(configuration.origin("network")).hasToString("flag --network");
    assertThat(configuration.origin("key.size")).hasToString("variable MULTIPLEXER_KEY_SIZE");
    assertThat(configuration.origin("window.items")).hasToString(directory.resolve("c") + ":2");
    assertThat(configuration.without("network").has("network")).isFalse();
  }

  @Test
  void readsAFileAsPropertiesDoesAndKnowsItsLines() throws IOException {
    Configuration configuration =
        Configuration.EMPTY.withFile(
            file(
                """
                ! a comment \\
                multiplexer.network : signet

                  multiplexer.upstream a:1,\\
                     b:2
                multiplexer.data-dir=C:\\\\
                multiplexer.strategy=k\\u0065y
                """));
    assertThat(configuration)
        .hasToString("{data-dir=C:\\, network=signet, strategy=key, upstream=a:1,b:2}");
    assertThat(configuration.origin("network").words()).endsWith(":2");
    assertThat(configuration.origin("upstream").words()).endsWith(":4");
    assertThat(configuration.origin("data-dir").words()).endsWith(":6");
    assertThat(configuration.origin("strategy").words()).endsWith(":7");
  }

  @Test
  void saysWhichLineOfAFileIsWrong() throws IOException {
    Path strange = file("\n\nwindow.items=7\n");
    assertThatThrownBy(() -> Configuration.EMPTY.withFile(strange))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown key 'window.items'; keys start with multiplexer. (" + strange + ":3)");
    Path broken = file("\nmultiplexer.strategy=\\u00\n");
    assertThatThrownBy(() -> Configuration.EMPTY.withFile(broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 2: ");
  }

  @ParameterizedTest
  @CsvSource({
    "MULTIPLEXER_SERVICE_HOST, 10.0.0.1",
    "MULTIPLEXER_SERVICE_PORT, 8333",
    "MULTIPLEXER_SERVICE_PORT_P2P, 8333",
    "MULTIPLEXER_PORT, tcp://10.0.0.1:8333",
    "MULTIPLEXER_PORT_8333_TCP, tcp://10.0.0.1:8333",
    "MULTIPLEXER_PORT_8333_TCP_ADDR, 10.0.0.1",
    "MULTIPLEXER_PORT_8333_TCP_PORT, 8333",
    "MULTIPLEXER_PORT_8333_TCP_PROTO, tcp",
    "MULTIPLEXER_PROXY_SERVICE_HOST, 10.0.0.1",
    "MULTIPLEXER_PROXY_SERVICE_PORT, 8333",
    "MULTIPLEXER_PROXY_PORT, tcp://10.0.0.1:8333",
    "MULTIPLEXER_PROXY_PORT_8333_TCP, tcp://10.0.0.1:8333",
  })
  void takesNoNoticeOfWhatKubernetesTells(String name, String value) {
    assertThat(Configuration.EMPTY.withEnvironment(Map.of(name, value))).hasToString("{}");
  }

  @Test
  void anEmptyVariableIsOneThatIsNotSet() throws IOException {
    assertThat(
            Configuration.EMPTY
                .withFile(file("multiplexer.network=signet\n"))
                .withEnvironment(Map.of("MULTIPLEXER_NETWORK", "", "MULTIPLEXER_DATA_DIR", " ")))
        .hasToString("{network=signet}");
  }

  @Test
  void takesNoticeOfEverythingElse() {
    assertThat(
            Configuration.EMPTY.withEnvironment(
                Map.of("MULTIPLEXER_REDIS_PORT", "6379", "MULTIPLEXER_SERVICE", "x")))
        .hasToString("{redis.port=6379, service=x}");
  }

  @ParameterizedTest
  @CsvSource({
    "16000000, 16000000", "20MB, 20000000", "20 mb, 20000000", "1GB, 1000000000",
    "64MiB, 67108864", "2kB, 2000", "3TiB, 3298534883328", "7B, 7"
  })
  void readsBytes(String text, long bytes) {
    assertThat(Option.WINDOW_BYTES.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"90, 90", "90s, 90", "20m, 1200", "1h, 3600"})
  void readsTimes(String text, long seconds) {
    assertThat(Option.CLIENT_TIMEOUT.parse(text)).isEqualTo(seconds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "MB", "20m", "1.5GB", "0x10", "20MBs", "9999999999TB", "1e6", "\u0663"})
  void refusesWhatIsNoNumberOfBytes(String text) {
    assertThatThrownBy(() -> Option.WINDOW_BYTES.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("window.bytes: ", "'" + text + "'", "from 1B");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0s", "-1s", "61m", "2h", "3601"})
  void refusesATimeOutOfBounds(String text) {
    assertThatThrownBy(() -> Option.CLIENT_TIMEOUT.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("client.timeout: " + text + " is out of range; it is 1s to 1h");
  }

  @Test
  void defaultsAreWithinTheirBounds() {
    assertThat(Option.values())
        .allSatisfy(
            option -> {
              if (!option.defaultValue().isEmpty()) {
                option.description().check(option.defaultValue());
              }
            });
  }
}
