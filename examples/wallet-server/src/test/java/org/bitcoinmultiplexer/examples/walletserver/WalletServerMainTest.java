package org.bitcoinmultiplexer.examples.walletserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the program refuses, each with a line that says why. */
@Timeout(60)
class WalletServerMainTest {

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return WalletServerMain.run(Map.of(), new PrintStream(out), new PrintStream(err), args);
  }

  private void assertRefused(int code, String reason, String... args) {
    assertThat(run(args)).as(err::toString).isEqualTo(code);
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .startsWith("wallet-server: ")
        .contains(reason);
  }

  private Path secret(String content, String permissions) throws IOException {
    Path file = directory.resolve("secret");
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    return file;
  }

  private String dataDir() {
    return "--data-dir=" + directory.resolve("data");
  }

  @Test
  void theHelpSaysFirstThatItIsAnExample() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).startsWith("An example to build on, not a product");
  }

  @Test
  void whoeverIsNotThisMachineNeedsAToken() {
    assertRefused(64, "--token-file", "--listen=0.0.0.0:0", dataDir());
    assertThat(directory.resolve("data")).doesNotExist();
  }

  @Test
  void aTokenThatCanBeGuessedIsRefused() throws Exception {
    assertRefused(
        64, "shorter than 16", "--token-file=" + secret("swordfish", "rw-------"), dataDir());
    assertThat(err.toString()).doesNotContain("swordfish");
  }

  @Test
  void aTokenThatOthersMayReadIsRefused() throws Exception {
    assertRefused(
        64, "others may read it", "--token-file=" + secret("x".repeat(32), "rw-r--r--"), dataDir());
  }

  @Test
  void aTokenThatIsNotThereIsRefused() {
    assertRefused(64, "no such file", "--token-file=" + directory.resolve("none"), dataDir());
  }

  @Test
  void mainnetHasNoEmbeddedNode() {
    assertRefused(64, "speaks regtest only", "--network=mainnet", dataDir());
  }

  @Test
  void whatBitcoinjDoesNotKnowIsRefused() {
    assertRefused(64, "testnet4", "--network=testnet4", "--upstream=127.0.0.1:1", dataDir());
  }

  @Test
  void anUnknownOptionIsRefused() {
    assertRefused(64, "unknown option 'no.such'", "--option=no.such=1", dataDir());
  }

  @Test
  void anAddressWithoutAPortIsRefused() {
    assertRefused(64, "is not HOST:PORT", "--listen=127.0.0.1", dataDir());
  }

  @Test
  void aPortInUseIsOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefused(
          1,
          "cannot listen on 127.0.0.1:" + taken.getLocalPort(),
          "--listen=127.0.0.1:" + taken.getLocalPort(),
          "--upstream=127.0.0.1:1",
          dataDir());
    }
  }

  @Test
  void oneDirectoryIsForOneServer() throws Exception {
    try (RunningServer first =
        RunningServer.start(directory.resolve("data"), "--upstream=127.0.0.1:1")) {
      assertRefused(
          1,
          "in use by another wallet server",
          "--listen=127.0.0.1:0",
          "--upstream=127.0.0.1:1",
          dataDir());
      Http.Answer health = first.http().get("/health");
      assertThat(health.status()).isEqualTo(503);
      assertThat(health.json().get("problem").getAsString()).isNotBlank();
    }
  }

  @Test
  void oneDirectoryIsForOneChain() throws Exception {
    RunningServer.start(directory.resolve("data"), "--upstream=127.0.0.1:1").close();
    assertRefused(
        1,
        "has wallets of regtest, not of signet",
        "--network=signet",
        "--listen=127.0.0.1:0",
        "--upstream=127.0.0.1:1",
        dataDir());
  }

  @Test
  void aDirectoryThatIsAFileIsRefused() throws Exception {
    Files.writeString(directory.resolve("data"), "");
    assertRefused(1, "cannot be made", "--upstream=127.0.0.1:1", "--listen=127.0.0.1:0", dataDir());
  }

  @Test
  void aNodeOfAnotherNetworkEndsIt() throws Exception {
    byte[] hello =
        FrameEncoder.of(Network.TESTNET3).frame(Message.of("verack", new byte[0])).array();
    try (ServerSocket node = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread peer =
          new Thread(
              () -> {
                try (Socket socket = node.accept()) {
                  socket.getOutputStream().write(hello);
                  socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // The test tells.
                }
              });
      peer.start();
      assertRefused(
          1,
          "speaks another network than regtest",
          "--listen=127.0.0.1:0",
          "--upstream=127.0.0.1:" + node.getLocalPort(),
          dataDir());
      peer.join();
    }
  }

  @Test
  void withATokenNothingIsToldToWhoDoesNotKnowIt() throws Exception {
    String token = "a-token-of-some-length";
    try (RunningServer running =
        RunningServer.start(
            directory.resolve("data"),
            "--upstream=127.0.0.1:1",
            "--token-file=" + secret(token + "\n", "rw-------"))) {
      Http http = running.http();
      for (Http.Answer answer :
          new Http.Answer[] {
            http.get("/wallets"),
            http.post("/wallets", "{}"),
            http.get("/activity"),
            http.get("/wallets/0000000000000000"),
            running.http().with("Authorization", "Bearer wrong").get("/wallets"),
            running.http().with("Authorization", token).get("/wallets")
          }) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.error()).contains("Bearer").doesNotContain(token);
      }
      assertThat(http.get("/").status()).isEqualTo(200);
      Http knowing = running.http().with("Authorization", "Bearer " + token);
      assertThat(knowing.post("/wallets", "{}").status()).isEqualTo(201);
      assertThat(knowing.wallets()).hasSize(1);
    }
  }
}
