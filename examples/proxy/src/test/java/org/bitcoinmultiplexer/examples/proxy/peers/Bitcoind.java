package org.bitcoinmultiplexer.examples.proxy.peers;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * A real bitcoind on regtest as a child process, commanded by JSON-RPC. The environment variable
 * {@code BITCOIND} says which.
 */
public final class Bitcoind implements UpstreamNode {
  private static final Gson GSON = new Gson();
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  private final Path directory;
  private final List<String> options;
  private final int port;
  private final int rpcPort;
  private final HttpClient http = HttpClient.newHttpClient();
  private ChildProcess process;
  private String authorization = "";

  private Bitcoind(Path directory, List<String> options) {
    this.directory = directory;
    this.options = List.copyOf(options);
    this.port = Ports.free();
    this.rpcPort = Ports.free();
    start();
  }

  /** The bitcoind to run, if one is given. */
  static Optional<Path> executable() {
    return Optional.ofNullable(System.getenv("BITCOIND"))
        .filter(path -> !path.isBlank())
        .map(Path::of);
  }

  /**
   * Starts one with a chain of its own.
   *
   * @param directory an empty directory for its data
   * @param options further command line options, for instance {@code -peerbloomfilters=0}
   */
  public static Bitcoind start(Path directory, String... options) {
    return new Bitcoind(directory, List.of(options));
  }

  private void start() {
    String executable =
        executable().orElseThrow(() -> new IllegalStateException("BITCOIND is not set")).toString();
    List<String> command = new ArrayList<>();
    command.add(executable);
    command.addAll(
        List.of(
            "-regtest",
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
      Await.result(ready, () -> "bitcoind is ready; " + process.lastWords());
      String cookie = Files.readString(directory.resolve("regtest").resolve(".cookie"));
      authorization =
          "Basic " + Base64.getEncoder().encodeToString(cookie.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      process.close();
      throw new UncheckedIOException("bitcoind left no cookie", e);
    } catch (AssertionError e) {
      process.close();
      throw e;
    }
  }

  /**
   * Calls a JSON-RPC method.
   *
   * @throws IllegalArgumentException if bitcoind refuses; its message says why
   */
  public JsonElement rpc(String method, Object... parameters) {
    JsonObject request = new JsonObject();
    request.addProperty("id", 1);
    request.addProperty("method", method);
    request.add("params", GSON.toJsonTree(parameters));
    HttpRequest call =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rpcPort + "/"))
            .timeout(Await.PATIENCE)
            .header("Authorization", authorization)
            .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
            .build();
    try {
      String body = http.send(call, HttpResponse.BodyHandlers.ofString()).body();
      JsonObject answer = JsonParser.parseString(body).getAsJsonObject();
      JsonElement error = answer.get("error");
      if (error != null && !error.isJsonNull()) {
        throw new IllegalArgumentException(method + ": " + error);
      }
      return answer.get("result");
    } catch (IOException e) {
      throw new UncheckedIOException(method + " failed; " + process.lastWords(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted during " + method, e);
    }
  }

  @Override
  public InetSocketAddress address() {
    return Ports.loopback(port);
  }

  @Override
  public List<String> mine(int blocks, byte[] script) {
    String plain = "raw(" + HexFormat.of().formatHex(script) + ")";
    String descriptor =
        rpc("getdescriptorinfo", plain).getAsJsonObject().get("descriptor").getAsString();
    return strings(rpc("generatetodescriptor", blocks, descriptor));
  }

  @Override
  public int height() {
    return rpc("getblockcount").getAsInt();
  }

  @Override
  public String tip() {
    return rpc("getbestblockhash").getAsString();
  }

  @Override
  public byte[] block(int height) {
    String hash = rpc("getblockhash", height).getAsString();
    return HexFormat.of().parseHex(rpc("getblock", hash, 0).getAsString());
  }

  @Override
  public String submit(byte[] transaction) {
    return rpc("sendrawtransaction", HexFormat.of().formatHex(transaction), 0).getAsString();
  }

  @Override
  public Set<String> mempool() {
    return new TreeSet<>(strings(rpc("getrawmempool")));
  }

  @Override
  public Set<String> inboundPeers() {
    Set<String> peers = new TreeSet<>();
    for (JsonElement element : rpc("getpeerinfo").getAsJsonArray()) {
      JsonObject peer = element.getAsJsonObject();
      if (peer.get("inbound").getAsBoolean() && peer.get("version").getAsInt() > 0) {
        peers.add(peer.get("id").getAsString());
      }
    }
    return peers;
  }

  @Override
  public void awaitHeight(int height) {
    rpc("waitforblockheight", height, Await.PATIENCE.toMillis() / 2);
    if (height() < height) {
      throw new AssertionError("bitcoind is at height " + height() + ", not " + height);
    }
  }

  /** Makes it dial, as {@code addnode} does: it becomes a client of that address. */
  public void dial(InetSocketAddress server) {
    rpc("addnode", server.getAddress().getHostAddress() + ":" + server.getPort(), "onetry");
  }

  /** Asks it to end and waits until it has. */
  public void stop() {
    rpc("stop");
    process.awaitEnd(STOP_PATIENCE);
  }

  @Override
  public void kill() {
    // It keeps new blocks in memory for long; this has them written as a side effect.
    rpc("gettxoutsetinfo", "none");
    process.kill();
  }

  /**
   * Stops it where it stands: it accepts connections, as the kernel does that for it, and hangs.
   */
  public void freeze() {
    process.signal("STOP");
  }

  /** Lets it go on. */
  public void thaw() {
    process.signal("CONT");
  }

  @Override
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

  private static List<String> strings(JsonElement array) {
    List<String> strings = new ArrayList<>();
    array.getAsJsonArray().forEach(element -> strings.add(element.getAsString()));
    return strings;
  }
}
