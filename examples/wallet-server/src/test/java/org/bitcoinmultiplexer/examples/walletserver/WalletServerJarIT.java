package org.bitcoinmultiplexer.examples.walletserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar as somebody runs it. */
@Timeout(120)
class WalletServerJarIT {

  private static final Path JAR = Path.of("target", "wallet-server.jar").toAbsolutePath();

  @TempDir Path directory;

  @Test
  void oneCommandShowsEverything() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(List.of("-jar", JAR.toString()), directory.resolve("data"))) {
      Http http = server.http();
      assertThat(http.get("/").body()).contains("An example to build on");
      String id = http.newWallet().get("id").getAsString();
      Await.until(() -> http.wallets().get(id), wallet -> wallet.get("spendable").getAsLong() > 0);
      assertThat(server.terminate()).isZero();
    }
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.stream().map(entry -> entry.getName()))
          .noneMatch(name -> name.endsWith(".SF") || name.endsWith("module-info.class"));
    }
  }
}
