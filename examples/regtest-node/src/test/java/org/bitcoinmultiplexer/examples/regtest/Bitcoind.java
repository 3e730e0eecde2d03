package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** A bitcoind of the machine, which dials a node. */
final class Bitcoind implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final Process process;
  private final int rpcPort;
  private final Path folder;

  private Bitcoind(Process process, int rpcPort, Path folder) {
    this.process = process;
    this.rpcPort = rpcPort;
    this.folder = folder;
  }

  static Bitcoind dialling(RegtestNode node, String executable, Path folder) throws IOException {
    int rpcPort;
    try (ServerSocket free = new ServerSocket(0)) {
      rpcPort = free.getLocalPort();
    }
    Process process =
        new ProcessBuilder(
                executable,
                "-regtest",
                "-datadir=" + folder,
                "-connect=127.0.0.1:" + node.port(),
                "-v2transport=0",
                "-listen=0",
                "-printtoconsole",
                "-rpcport=" + rpcPort)
            .redirectErrorStream(true)
            .start();
    Bitcoind bitcoind = new Bitcoind(process, rpcPort, folder);
    bitcoind.awaitStart();
    return bitcoind;
  }

  /** Calls a method and returns the whole answer, which must not be an error. */
  String call(String method, String parameters) throws IOException, InterruptedException {
    String cookie = Files.readString(folder.resolve("regtest").resolve(".cookie"));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rpcPort))
            .timeout(TIMEOUT)
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(cookie.getBytes(StandardCharsets.US_ASCII)))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"method\":\"" + method + "\",\"params\":[" + parameters + "]}"))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private void awaitStart() throws IOException {
    BufferedReader log = process.inputReader();
    String line;
    do {
      line = log.readLine();
      if (line == null) {
        throw new IOException("bitcoind ended");
      }
    } while (!line.contains("Done loading"));
    Thread drain = new Thread(() -> drain(log), "bitcoind-log");
    drain.setDaemon(true);
    drain.start();
  }

  private static void drain(BufferedReader log) {
    try {
      log.lines().forEach(line -> {});
    } catch (UncheckedIOException e) {
      // It has been stopped.
    }
  }
}
