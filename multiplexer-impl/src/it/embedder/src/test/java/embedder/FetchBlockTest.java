package embedder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.junit.jupiter.api.Test;

/** Fetches a block through the library, with the embedder's own transport on both sides. */
class FetchBlockTest {

  /** The genesis block of regtest. */
  private static final byte[] GENESIS =
      HexFormat.of()
          .parseHex(
              "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd"
                  + "7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002"
                  + "00000001010000000100000000000000000000000000000000000000000000000000000000"
                  + "00000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f323030"
                  + "39204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f"
                  + "757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe55482719"
                  + "67f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec1"
                  + "12de5c384df7ba0b8d578a4c702b6bf11d5fac00000000");

  @Test
  void fetchesABlockThroughTheLibrary() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket nodePort = new ServerSocket(0, 50, loopback);
        ServerSocket clientPort = new ServerSocket(0, 50, loopback);
        BitcoinMultiplexer multiplexer =
            BitcoinMultiplexer.builder()
                .network(Network.REGTEST)
                .upstream(
                    SocketTransport.connector(
                        loopback.getHostAddress(), nodePort.getLocalPort(), Network.REGTEST))
                .strategy("key")
                .build()) {
      multiplexer.start();
      Conversation node =
          new Conversation(new SocketTransport(nodePort.accept(), Network.REGTEST));
      node.expect("version");
      node.send(version(9));
      node.send(Message.of("verack", new byte[0]));
      node.expect("verack");

      Socket socket = new Socket(loopback, clientPort.getLocalPort());
      multiplexer.accept(new SocketTransport(clientPort.accept(), Network.REGTEST));
      Conversation client = new Conversation(new SocketTransport(socket, Network.REGTEST));
      client.send(version(0));
      client.expect("version");
      client.send(Message.of("verack", new byte[0]));
      client.expect("verack");

      client.send(Inventory.of("getdata", InventoryVector.BLOCK, Network.REGTEST.genesis()));
      Message asked = node.expect("getdata");
      assertEquals(Network.REGTEST.genesis(), Inventory.parse(asked).hash(0));
      node.send(Message.of("block", GENESIS.clone()));
      assertArrayEquals(GENESIS, client.expect("block").toByteArray());
      assertEquals(1, multiplexer.stats().clientsReady());
    }
  }

  private static Message version(long services) {
    NetworkAddress nowhere = NetworkAddress.UNSPECIFIED;
    return new Version(70016, services, 1_700_000_000, nowhere, nowhere, 7, "/test:1/", 0, true)
        .toMessage();
  }

  /** One end of a conversation, as a test would like to have it. */
  private static final class Conversation implements Transport.Listener {

    private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
    private final Transport transport;

    Conversation(Transport transport) {
      this.transport = transport;
      transport.start(this);
    }

    void send(Message message) {
      transport.send(message);
    }

    /** Waits for a command and passes over all others. */
    Message expect(String command) throws InterruptedException {
      while (true) {
        Message message = inbox.poll(30, TimeUnit.SECONDS);
        assertNotNull(message, "no " + command + " within 30 s");
        if (message.command().equals(command)) {
          return message;
        }
      }
    }

    @Override
    public void onMessage(Message message) {
      inbox.add(message);
    }

    @Override
    public void onRejected(String reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(String cause) {}
  }
}
