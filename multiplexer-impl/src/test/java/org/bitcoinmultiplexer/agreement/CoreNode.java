package org.bitcoinmultiplexer.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** A bitcoind of the machine, offline, and one connection to it. */
final class CoreNode implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Set<String> NO_ANSWERS =
      Set.of("ping", "inv", "addr", "feefilter", "sendcmpct", "getheaders", "sendheaders");

  private final Process process;
  private final Network network;
  private final Path folder;
  private final int rpcPort;
  private final Socket socket;
  private final DataInputStream in;
  private long fences;

  private CoreNode(Process process, Network network, Path folder, int rpcPort, Socket socket)
      throws IOException {
    this.process = process;
    this.network = network;
    this.folder = folder;
    this.rpcPort = rpcPort;
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
  }

  /** Starts a node of an empty chain that offers bloom and compact filters, and greets it. */
  static CoreNode start(String executable, Network network, Path folder) throws IOException {
    int port = freePort();
    int rpcPort = freePort();
    Process process =
        new ProcessBuilder(
                executable,
                "-chain=" + (network.equals(Network.MAINNET) ? "main" : "regtest"),
                "-datadir=" + folder,
                "-connect=0",
                "-dnsseed=0",
                "-discover=0",
                "-listenonion=0",
                "-bind=127.0.0.1:" + port,
                "-rpcport=" + rpcPort,
                "-minimumchainwork=0x00",
                "-peerbloomfilters=1",
                "-blockfilterindex=1",
                "-peerblockfilters=1",
                "-whitelist=noban,download@127.0.0.1",
                "-dbcache=20",
                "-printtoconsole")
            .redirectErrorStream(true)
            .start();
    try {
      awaitStart(process);
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      CoreNode node = new CoreNode(process, network, folder, rpcPort, socket);
      node.greet();
      return node;
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static void awaitStart(Process process) throws IOException {
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

  private void greet() throws IOException {
    ByteWriter version = new ByteWriter(86).i32(70016).i64(9).i64(1_700_000_000L);
    for (int i = 0; i < 2; i++) {
      version.i64(0).i64(0).i64(0).u16(0);
    }
    send(version.i64(1).u8(0).i32(0).u8(1).toMessage("version"));
    while (!receive().command().equals("verack")) {}
    send(Message.of("verack", new byte[0]));
  }

  void send(Message message) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(FrameEncoder.frameSize(message));
    FrameEncoder.of(network).write(message, frame);
    socket.getOutputStream().write(frame.array());
  }

  /** Sends a request and collects everything that the node answers to it, in order. */
  List<Message> ask(Message request) throws IOException {
    send(request);
    Message ping = new ByteWriter(8).i64(++fences).toMessage("ping");
    send(ping);
    List<Message> answers = new ArrayList<>();
    while (true) {
      Message message = receive();
      boolean isBlockList =
          message.command().equals("inv") && request.command().equals("getblocks");
      if (message.command().equals("pong") && message.body().equals(ping.body())) {
        return answers;
      }
      if (isBlockList || !NO_ANSWERS.contains(message.command())) {
        answers.add(message);
      }
    }
  }

  private Message receive() throws IOException {
    ByteBuffer head = ByteBuffer.wrap(in.readNBytes(24)).order(ByteOrder.LITTLE_ENDIAN);
    String command = new String(head.array(), 4, 12, StandardCharsets.US_ASCII).trim();
    Message message = Message.of(command, in.readNBytes(head.getInt(16)));
    if (command.equals("ping")) {
      send(Message.of("pong", message.toByteArray()));
    }
    return message;
  }

  /** Calls a method of the node's RPC, with parameters as JSON has them. */
  void call(String method, String parameters) throws IOException, InterruptedException {
    String cookie = Files.readString(folder.resolve("regtest").resolve(".cookie"));
    String authorization =
        Base64.getEncoder().encodeToString(cookie.getBytes(StandardCharsets.US_ASCII));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rpcPort))
            .timeout(TIMEOUT)
            .header("Authorization", "Basic " + authorization)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"method\":\"" + method + "\",\"params\":[" + parameters + "]}"))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    socket.close();
    process.destroy();
    if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
