package org.bitcoinmultiplexer.agreement;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.testing.BitcoindProcess;

/** A bitcoind of the machine, offline, and one connection to it. */
final class CoreNode implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Set<String> NO_ANSWERS =
      Set.of("ping", "inv", "addr", "feefilter", "sendcmpct", "getheaders", "sendheaders");

  private final BitcoindProcess node;
  private final Network network;
  private final Socket socket;
  private final DataInputStream in;
  private long fences;

  private CoreNode(BitcoindProcess node, Network network, Socket socket) throws IOException {
    this.node = node;
    this.network = network;
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
  }

  /** Starts a node of an empty chain that offers bloom and compact filters, and greets it. */
  static CoreNode start(Network network, Path folder) throws IOException {
    String[] options = {
      "-connect=0",
      "-discover=0",
      "-minimumchainwork=0x00",
      "-peerbloomfilters=1",
      "-blockfilterindex=1",
      "-peerblockfilters=1",
      "-whitelist=noban,download@127.0.0.1"
    };
    BitcoindProcess process =
        network.equals(Network.MAINNET)
            ? BitcoindProcess.mainnet(folder, options)
            : BitcoindProcess.regtest(folder, options);
    try {
      Socket socket = new Socket(process.address().getAddress(), process.address().getPort());
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      CoreNode node = new CoreNode(process, network, socket);
      node.greet();
      return node;
    } catch (IOException | RuntimeException e) {
      process.close();
      throw e;
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
  void call(String method, String parameters) {
    node.call(method, parameters);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    node.close();
  }
}
