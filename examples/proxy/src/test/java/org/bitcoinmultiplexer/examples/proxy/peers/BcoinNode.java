package org.bitcoinmultiplexer.examples.proxy.peers;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bitcoinmultiplexer.testing.ChildProcess;
import org.bitcoinmultiplexer.testing.Ports;

/**
 * A real bcoin node on regtest as a child process: as the full node that is dialled, or as a client
 * that syncs from one address and no other, in full or by filtered blocks.
 *
 * <p>All rules up to segwit hold from its first block, as they do with every other node of today.
 */
public final class BcoinNode implements UpstreamNode {

  private static final Duration MINING_PATIENCE = Duration.ofSeconds(180);

  private final String options;
  private final int port;
  private final AtomicLong lastId = new AtomicLong();
  private final Map<Long, CompletableFuture<JsonElement>> asked = new ConcurrentHashMap<>();
  private final Object news = new Object();
  private int height; // guarded by news
  private final Set<String> transactions = new TreeSet<>(); // guarded by news
  private final List<String> faults = new ArrayList<>(); // guarded by news
  private ChildProcess process;

  private BcoinNode(JsonObject options) {
    this.options = options.toString();
    this.port = options.get("port").getAsInt();
    start();
  }

  /** A node to be dialled. Its chain lives in memory, so it does not survive a restart. */
  public static BcoinNode inMemory(boolean offersBloom) {
    return new BcoinNode(serving(offersBloom));
  }

  /** A node to be dialled whose chain survives {@link #kill} and {@link #restart}. */
  public static BcoinNode onDisk(boolean offersBloom, Path directory) {
    JsonObject options = serving(offersBloom);
    options.addProperty("prefix", directory.toAbsolutePath().toString());
    return new BcoinNode(options);
  }

  /** A client: it listens to nobody and syncs through the given address only. */
  public static BcoinNode syncingFrom(InetSocketAddress server) {
    return syncingFrom(server, true);
  }

  /** The same, with or without compact blocks. */
  public static BcoinNode syncingFrom(InetSocketAddress server, boolean compact) {
    JsonObject options = options(false, false);
    options.addProperty("compact", compact);
    options.addProperty("only", server.getAddress().getHostAddress() + ":" + server.getPort());
    return new BcoinNode(options);
  }

  /** A client that loads a filter of one element and follows by filtered blocks. */
  public static BcoinNode watching(byte[] element, InetSocketAddress server) {
    JsonObject options = options(false, false);
    options.addProperty("watch", HexFormat.of().formatHex(element));
    options.addProperty("only", server.getAddress().getHostAddress() + ":" + server.getPort());
    return new BcoinNode(options);
  }

  private static JsonObject serving(boolean offersBloom) {
    return options(true, offersBloom);
  }

  private static JsonObject options(boolean listens, boolean offersBloom) {
    JsonObject options = new JsonObject();
    options.addProperty("port", Ports.free());
    options.addProperty("listen", listens);
    options.addProperty("bip37", offersBloom);
    options.addProperty("compact", true);
    return options;
  }

  private void start() {
    Path directory = BcoinInstall.directory();
    CompletableFuture<Void> ready = new CompletableFuture<>();
    process =
        ChildProcess.start(
            "bcoin", List.of("node", "node.js", options), directory, line -> heard(line, ready));
    process
        .ended()
        .thenRun(
            () -> {
              IllegalStateException gone = new IllegalStateException("bcoin has ended");
              ready.completeExceptionally(gone);
              asked.values().forEach(answer -> answer.completeExceptionally(gone));
            });
    try {
      Await.result(ready, () -> "bcoin is ready; " + process.lastWords());
    } catch (AssertionError e) {
      process.close();
      throw e;
    }
  }

  private void heard(String line, CompletableFuture<Void> ready) {
    if (!line.startsWith("{")) {
      return;
    }
    JsonObject said = JsonParser.parseString(line).getAsJsonObject();
    if (said.has("id")) {
      answered(said);
      return;
    }
    synchronized (news) {
      switch (said.get("event").getAsString()) {
        case "tip", "ready" -> height = said.get("height").getAsInt();
        case "tx" ->
            transactions.add(
                said.get("txid").getAsString()
                    + (said.has("block") ? " in " + said.get("block").getAsInt() : ""));
        case "ban" -> faults.add("banned " + said.get("peer").getAsString());
        case "log", "error" -> faults.add(said.get("message").getAsString());
        default -> {}
      }
      news.notifyAll();
    }
    if (said.get("event").getAsString().equals("ready")) {
      ready.complete(null);
    }
  }

  private void answered(JsonObject said) {
    CompletableFuture<JsonElement> answer = asked.remove(said.get("id").getAsLong());
    if (answer == null) {
      return;
    }
    if (said.has("error")) {
      answer.completeExceptionally(new IllegalArgumentException(said.get("error").getAsString()));
    } else {
      answer.complete(said.get("result"));
    }
  }

  private JsonElement ask(JsonObject request, Duration patience) {
    long id = lastId.incrementAndGet();
    request.addProperty("id", id);
    CompletableFuture<JsonElement> answer = new CompletableFuture<>();
    asked.put(id, answer);
    process.say(request.toString());
    return Await.result(
        answer, () -> "bcoin answers " + request + "; " + process.lastWords(), patience);
  }

  private JsonElement ask(JsonObject request) {
    return ask(request, Await.PATIENCE);
  }

  private static JsonObject request(String action) {
    JsonObject request = new JsonObject();
    request.addProperty("do", action);
    return request;
  }

  @Override
  public InetSocketAddress address() {
    return Ports.loopback(port);
  }

  @Override
  public List<String> mine(int blocks, byte[] script) {
    JsonObject request = request("mine");
    request.addProperty("blocks", blocks);
    request.addProperty("script", HexFormat.of().formatHex(script));
    return strings(ask(request, MINING_PATIENCE).getAsJsonObject().get("hashes"));
  }

  @Override
  public int height() {
    return ask(request("tip")).getAsJsonObject().get("height").getAsInt();
  }

  @Override
  public String tip() {
    return ask(request("tip")).getAsJsonObject().get("hash").getAsString();
  }

  @Override
  public byte[] block(int height) {
    JsonObject request = request("block");
    request.addProperty("block", height);
    return HexFormat.of().parseHex(ask(request).getAsString());
  }

  @Override
  public String submit(byte[] transaction) {
    JsonObject request = request("send");
    request.addProperty("tx", HexFormat.of().formatHex(transaction));
    return ask(request).getAsString();
  }

  @Override
  public Set<String> mempool() {
    return new TreeSet<>(strings(ask(request("mempool"))));
  }

  @Override
  public Set<String> inboundPeers() {
    return peers(true);
  }

  /** The connections it dialled itself that have completed the handshake, named as above. */
  public Set<String> outboundPeers() {
    return peers(false);
  }

  private Set<String> peers(boolean inbound) {
    Set<String> peers = new TreeSet<>();
    for (JsonElement element : ask(request("peers")).getAsJsonArray()) {
      JsonObject peer = element.getAsJsonObject();
      if (peer.get("ready").getAsBoolean() && peer.get("inbound").getAsBoolean() == inbound) {
        peers.add(peer.get("id").getAsString());
      }
    }
    return peers;
  }

  @Override
  public boolean speaksWtxids() {
    return false;
  }

  @Override
  public boolean takesUnrequestedTransactions() {
    return false;
  }

  @Override
  public boolean bansAddresses() {
    return true;
  }

  @Override
  public void awaitHeight(int wanted) {
    long deadline = System.nanoTime() + Await.PATIENCE.toNanos();
    synchronized (news) {
      while (height < wanted) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError(
              "bcoin is at height " + height + ", not " + wanted + "; " + faults);
        }
        try {
          news.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted while waiting for height " + wanted, e);
        }
      }
    }
  }

  /**
   * What it has heard of transactions: a txid, or "txid in height" for one that a filtered block
   * had.
   */
  public Set<String> transactions() {
    synchronized (news) {
      return new TreeSet<>(transactions);
    }
  }

  @Override
  public List<String> faults() {
    synchronized (news) {
      return List.copyOf(faults);
    }
  }

  @Override
  public void kill() {
    process.kill();
  }

  @Override
  public void restart() {
    if (process.isAlive()) {
      throw new IllegalStateException("bcoin still runs");
    }
    synchronized (news) {
      height = 0;
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
