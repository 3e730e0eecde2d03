package org.bitcoinmultiplexer.examples.walletserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server without a node of anybody's: one command shows everything, and again after a kill. */
@Timeout(120)
class EmbeddedNodeTest {

  private static final String TOKEN = "sesame-sesame-sesame";
  private static final String PASSPHRASE = "correct-horse-battery-staple";

  @TempDir Path directory;

  private Path secret(String name, String content) throws Exception {
    Path file = directory.resolve(name);
    Files.writeString(file, content + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private ServerProcess start() throws Exception {
    Path config = directory.resolve("config");
    Files.writeString(config, "multiplexer.strategy=cache\n");
    return ServerProcess.start(
        List.of(
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=debug",
            "-cp",
            System.getProperty("java.class.path"),
            WalletServerMain.class.getName()),
        directory.resolve("data"),
        "--config=" + config,
        "--token-file=" + secret("token", TOKEN),
        "--passphrase-file=" + secret("passphrase", PASSPHRASE));
  }

  @Test
  void newWalletsArePaidAndKeepItOverAKill() throws Exception {
    String id;
    try (ServerProcess server = start()) {
      Http http = server.http().with("Authorization", "Bearer " + TOKEN);
      id = http.newWallet().get("id").getAsString();
      awaitSpendable(http, id);
      assertThat(http.get("/health").ok().get("strategy").getAsString()).isEqualTo("cache");
    }
    try (ServerProcess server = start()) {
      Http http = server.http().with("Authorization", "Bearer " + TOKEN);
      JsonObject restored = awaitSpendable(http, id);
      assertThat(restored.get("encrypted").getAsBoolean()).isTrue();
      JsonObject other = http.newWallet();
      http.pay(id, other.get("address").getAsString(), 1_000_000, "key").ok();
      Await.until(
          () -> http.wallets().get(other.get("id").getAsString()),
          wallet -> wallet.get("spendable").getAsLong() == 101_000_000);
    }
    assertThat(Files.readString(directory.resolve("data.log")))
        .contains("an example to build on")
        .doesNotContain(TOKEN, PASSPHRASE);
  }

  private static JsonObject awaitSpendable(Http http, String id) throws Exception {
    return Await.until(
        () -> http.wallets().get(id),
        wallet ->
            wallet.get("spendable").getAsLong() == 100_000_000
                && wallet.get("synced").getAsBoolean());
  }
}
