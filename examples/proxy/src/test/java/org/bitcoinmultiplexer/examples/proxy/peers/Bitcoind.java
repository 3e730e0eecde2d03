package org.bitcoinmultiplexer.examples.proxy.peers;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bitcoinmultiplexer.testing.BitcoindProcess;

/** A real bitcoind on regtest, as an upstream that is told what to do in JSON-RPC. */
public final class Bitcoind implements UpstreamNode {
  private static final Gson GSON = new Gson();

  private final BitcoindProcess node;

  private Bitcoind(BitcoindProcess node) {
    this.node = node;
  }

  /**
   * Starts one with a chain of its own.
   *
   * @param directory an empty directory for its data
   * @param options further command line options, for instance {@code -peerbloomfilters=0}
   */
  public static Bitcoind start(Path directory, String... options) {
    return new Bitcoind(BitcoindProcess.regtest(directory, options));
  }

  /**
   * Calls a JSON-RPC method.
   *
   * @throws IllegalArgumentException if bitcoind refuses; its message says why
   */
  public JsonElement rpc(String method, Object... parameters) {
    String array = GSON.toJson(parameters);
    String body = node.send(method, array.substring(1, array.length() - 1));
    JsonObject answer = JsonParser.parseString(body).getAsJsonObject();
    JsonElement error = answer.get("error");
    if (error != null && !error.isJsonNull()) {
      throw new IllegalArgumentException(method + ": " + error);
    }
    return answer.get("result");
  }

  @Override
  public InetSocketAddress address() {
    return node.address();
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
    node.stop();
  }

  @Override
  public void kill() {
    // It keeps new blocks in memory for long; this has them written as a side effect.
    rpc("gettxoutsetinfo", "none");
    node.process().kill();
  }

  /**
   * Stops it where it stands: it accepts connections, as the kernel does that for it, and hangs.
   */
  public void freeze() {
    node.process().signal("STOP");
  }

  /** Lets it go on. */
  public void thaw() {
    node.process().signal("CONT");
  }

  @Override
  public void restart() {
    node.restart();
  }

  @Override
  public void close() {
    node.close();
  }

  private static List<String> strings(JsonElement array) {
    List<String> strings = new ArrayList<>();
    array.getAsJsonArray().forEach(element -> strings.add(element.getAsString()));
    return strings;
  }
}
