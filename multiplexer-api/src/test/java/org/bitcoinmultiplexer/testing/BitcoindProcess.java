package org.bitcoinmultiplexer.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A bitcoind on loopback with a folder of its own, commanded by JSON-RPC. The environment variable
 * {@code BITCOIND} says which program.
 */
public final class BitcoindProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  private final String chain;
  private final Path directory;
  private final List<String> options;
  private final int port = Ports.free();
  private final int rpcPort = Ports.free();
  private final HttpClient http = HttpClient.newHttpClient();
  private ChildProcess process;
  private String authorization = "";

  private BitcoindProcess(String chain, Path directory, List<String> options) {
    this.chain = chain;
    this.directory = directory;
    this.options = options;
    start();
  }

  /** The program to run, if one is given. */
  public static Optional<Path> executable() {
    return Optional.ofNullable(System.getenv("BITCOIND"))
        .filter(path -> !path.isBlank())
        .map(Path::of);
  }

  /**
   * Starts one on regtest and waits until it is ready.
   *
   * @param directory an empty directory for its data
   * @param options further command line options, for instance {@code -peerbloomfilters=0}
   */
  public static BitcoindProcess regtest(Path directory, String... options) {
    return new BitcoindProcess("regtest", directory, List.of(options));
  }

  /**
   * Starts one on the main network and waits until it is ready. It dials nobody if it is told so.
   *
   * @param directory an empty directory for its data
   * @param options further command line options
   */
  public static BitcoindProcess mainnet(Path directory, String... options) {
    return new BitcoindProcess("main", directory, List.of(options));
  }

  private void start() {
    String executable =
        executable().orElseThrow(() -> new IllegalStateException("BITCOIND is not set")).toString();
    List<String> command = new ArrayList<>();
    command.add(executable);
    command.addAll(
        List.of(
            "-chain=" + chain,
            "-datadir=" + directory.toAbsolutePath(),
            "-port=" + port,
            "-bind=127.0.0.1:" + port,
            "-rpcport=" + rpcPort,
            "-rpcbind=127.0.0.1",
            "-rpcallowip=127.0.0.1",
            "-listenonion=0",
            "-dnsseed=0",
            "-fixedseeds=0",
            "-natpmp=0",
            "-fallbackfee=0.0001",
            "-printtoconsole=1",
            "-debuglogfile=0",
            "-dbcache=16"));
    command.addAll(options);
    CompletableFuture<Void> ready = new CompletableFuture<>();
    process =
        ChildProcess.start(
            "bitcoind",
            command,
            directory,
            line -> {
              if (line.endsWith("init message: Done loading")) {
                ready.complete(null);
              }
            });
    process
        .ended()
        .thenRun(() -> ready.completeExceptionally(new IllegalStateException("bitcoind ended")));
    try {
      await(ready);
      authorization = "Basic " + encoded(Files.readString(cookie()));
    } catch (IOException e) {
      process.close();
      throw new UncheckedIOException("bitcoind left no cookie", e);
    } catch (AssertionError e) {
      process.close();
      throw e;
    }
  }

  private void await(CompletableFuture<Void> ready) {
    try {
      ready.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new AssertionError("bitcoind is not ready; " + process.lastWords(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while bitcoind starts", e);
    }
  }

  private Path cookie() {
    return (chain.equals("main") ? directory : directory.resolve(chain)).resolve(".cookie");
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Where it takes peers. */
  public InetSocketAddress address() {
    return Ports.loopback(port);
  }

  /**
   * Calls a method.
   *
   * @param parameters as a JSON array has them, without its brackets
   * @return the whole answer, in JSON, which may hold an error
   */
  public String send(String method, String parameters) {
    HttpRequest call =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rpcPort + "/"))
            .timeout(PATIENCE)
            .header("Authorization", authorization)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"id\":1,\"method\":\"" + method + "\",\"params\":[" + parameters + "]}"))
            .build();
    try {
      return http.send(call, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(method + " failed; " + process.lastWords(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted during " + method, e);
    }
  }

  /**
   * Calls a method that must succeed.
   *
   * @param parameters as a JSON array has them, without its brackets
   * @return the whole answer, in JSON
   */
  public String call(String method, String parameters) {
    String answer = send(method, parameters);
    if (!answer.contains("\"error\":null")) {
      throw new AssertionError(method + " was answered " + answer);
    }
    return answer;
  }

  /** Asks it to end and waits until it has. */
  public void stop() {
    call("stop", "");
    process.awaitEnd(STOP_PATIENCE);
  }

  /** The process itself, for what is not asked but done to it. */
  public ChildProcess process() {
    return process;
  }

  /** Starts it again in the same place, after it has ended. */
  public void restart() {
    if (process.isAlive()) {
      throw new IllegalStateException("bitcoind still runs");
    }
    start();
  }

  @Override
  public void close() {
    process.close();
  }
}
