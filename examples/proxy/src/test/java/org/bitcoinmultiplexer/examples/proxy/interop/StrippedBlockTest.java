package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that leaves the witnesses out of its blocks is not believed, however early the block. */
@Timeout(60)
class StrippedBlockTest {

  private static final int HEADER = 24;

  /** After so many different ones it is left for another. */
  private static final int LIES_OF_ONE_NODE = 16;

  /** A node that understands every request for a block with witnesses as one without. */
  private static final class Forgetful implements AutoCloseable {
    private final InetSocketAddress node;
    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

    Forgetful(InetSocketAddress node) throws IOException {
      this.node = node;
      start(this::accept);
    }

    int port() {
      return listener.getLocalPort();
    }

    private void accept() throws IOException {
      while (true) {
        Socket asking = listener.accept();
        Socket asked = new Socket(node.getAddress(), node.getPort());
        start(() -> forward(asking, asked));
        start(
            () -> {
              try (asking) {
                asked.getInputStream().transferTo(asking.getOutputStream());
              }
            });
      }
    }

    private static void forward(Socket from, Socket to) throws IOException {
      try (to) {
        DataInputStream in = new DataInputStream(from.getInputStream());
        OutputStream out = to.getOutputStream();
        while (true) {
          ByteBuffer header = ByteBuffer.wrap(new byte[HEADER]).order(ByteOrder.LITTLE_ENDIAN);
          in.readFully(header.array());
          byte[] body = new byte[header.getInt(16)];
          in.readFully(body);
          String command = new String(header.array(), 4, 12, StandardCharsets.US_ASCII).trim();
          if (command.equals("getdata")) {
            for (int at = 1; at < body.length; at += 36) { // of lists with a length of one byte
              body[at + 3] &= ~0x40; // MSG_WITNESS_FLAG
            }
          }
          out.write(RawClient.frame(command, body));
        }
      }
    }

    private static void start(Step step) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  step.run();
                } catch (IOException e) {
                  // One of the two has gone.
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static byte[] block(InetSocketAddress address, String hash) {
    try (RawClient client = RawClient.to(address).connect()) {
      client.getData(new Item(Item.WITNESS_BLOCK, hash));
      return client.expect("block").payload();
    }
  }

  @Test
  void whoAsksForABlockGetsItWholeOrNotAtAllAndSoonFromAnotherNode() throws IOException {
    try (EmbeddedNode node = new EmbeddedNode();
        Forgetful forgetful = new Forgetful(node.address())) {
      KnownChain chain = new KnownChain(node);
      chain.mine(Math.max(0, 20 - chain.height()));
      byte[] whole = block(node.address(), chain.at(5));
      try (BitcoinMultiplexer multiplexer =
          BitcoinMultiplexer.builder()
              .set("network", "regtest")
              .set(
                  "upstream",
                  "127.0.0.1:" + forgetful.port() + ",127.0.0.1:" + node.address().getPort())
              .build()) {
        multiplexer.start();
        Await.until(() -> "it has a node", () -> multiplexer.stats().upstreamReady());
        InetSocketAddress address =
            multiplexer
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .address();
        for (int height = 1; height < LIES_OF_ONE_NODE; height++) {
          try (RawClient client = RawClient.to(address).connect()) {
            client.getData(new Item(Item.WITNESS_BLOCK, chain.at(height)));
            client.awaitClosed();
            assertThat(client.log()).noneMatch(received -> received.command().equals("block"));
          }
        }
        assertThat(multiplexer.stats().counter("upstream.lost")).isZero();
        try (RawClient last = RawClient.to(address).connect()) {
          last.getData(new Item(Item.WITNESS_BLOCK, chain.at(LIES_OF_ONE_NODE)));
          Await.until(
              () -> "the node is left",
              () -> multiplexer.stats().counter("upstream.connected") == 2);
        }
        assertThat(block(address, chain.at(5))).isEqualTo(whole);
      }
    }
  }
}
