package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.bitcoinmultiplexer.transport.SocketTransport;
import org.junit.jupiter.api.Test;

/**
 * What is allocated for a request of a small block and its answer, from the bytes that arrive to
 * the bytes that leave: everything but sockets, on one thread, so that the number is the same
 * wherever and whenever it is measured.
 */
class AllocationTest {

  /**
   * Some seventy small objects: four messages (request, marker, answer, echo) with their bodies, of
   * which the answer has 285 bytes; what the client is owed, what is in flight, and the check of
   * the answer. Without compiled code; with it a little less.
   */
  private static final long MOST_BYTES_PER_PAIR = 2_800;

  private static final int WARM_UP = 20_000;
  private static final int MEASURED = 20_000;

  private static final Network NETWORK = Network.MAINNET;
  private static final FrameEncoder FRAMES = FrameEncoder.of(NETWORK);

  /** The first block there is, of 285 bytes. */
  private static final Message BLOCK =
      Message.of(
          Commands.BLOCK,
          HexFormat.of()
              .parseHex(
                  "01000000"
                      + "0".repeat(64)
                      + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
                      + "29ab5f49ffff001d1dac2b7c0101000000010000000000000000000000000000000000"
                      + "000000000000000000000000000000ffffffff4d04ffff001d01044554686520546"
                      + "96d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e20627269"
                      + "6e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73fffffff"
                      + "f0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e0"
                      + "3909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8"
                      + "d578a4c702b6bf11d5fac00000000"));

  private final SimulatedLoop loop = new SimulatedLoop();
  private final Queue<Wire> dialled = new ArrayDeque<>();

  /** A connection whose socket is the test. */
  private static final class Wire extends SocketTransport {

    private final byte[] array = new byte[100_000];
    private final ByteBuffer out = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);

    Wire(SimulatedLoop loop, String remote) {
      super(loop, remote, NETWORK, 0, () -> {});
    }

    @Override
    protected void write() {
      int before = out.position();
      outbox().copyTo(out);
      int written = out.position() - before;
      outbox().advance(written);
      taken(written);
    }

    @Override
    protected void updateInterest() {}

    @Override
    protected void shutdownOutput() {}

    @Override
    protected void closeSocket() {}

    void arrives(ByteBuffer frame) {
      received(frame.rewind());
    }

    /** Where the body starts of the last frame of what was written and not taken yet. */
    int lastBody() {
      int at = 0;
      int body = 0;
      while (at < out.position()) {
        body = at + FrameEncoder.HEADER_SIZE;
        at = body + out.getInt(at + 16);
      }
      return body;
    }

    void clear() {
      out.clear();
    }
  }

  private final Connector node =
      new Connector() {
        @Override
        public CompletionStage<Transport> connect() {
          if (dialled.size() == 1) {
            return CompletableFuture.failedFuture(new ConnectException("there is but one"));
          }
          Wire wire = new Wire(loop, "node:8333");
          dialled.add(wire);
          return CompletableFuture.completedFuture(wire);
        }

        @Override
        public String target() {
          return "node:8333";
        }
      };

  private void arrives(Wire wire, ByteBuffer frame) {
    loop.run(() -> wire.arrives(frame));
  }

  private static ByteBuffer version() {
    ByteBuffer body = ByteBuffer.allocate(86).order(ByteOrder.LITTLE_ENDIAN);
    body.putInt(70016).putLong(0x409).position(20 + 26 + 26).putLong(7).put((byte) 0);
    body.putInt(0).put((byte) 1);
    return FRAMES.frame(Message.of(Commands.VERSION, body.array()));
  }

  private Wire connected(Wire wire) {
    arrives(wire, version());
    arrives(wire, FRAMES.frame(Message.of(Commands.VERACK, new byte[0])));
    return wire;
  }

  private static void echoLastMarker(Wire upstream, ByteBuffer pong) {
    int header = FrameEncoder.HEADER_SIZE;
    pong.putLong(header, upstream.out.getLong(upstream.lastBody()));
    pong.putInt(header - 4, Sha256d.checksum(pong.array(), header, Long.BYTES));
    upstream.clear();
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void aSmallRequestAndItsAnswerCostLittle() {
    BitcoinMultiplexer multiplexer =
        BitcoinMultiplexer.builder()
            .network(NETWORK)
            .strategy("key")
            .loop(loop)
            .checker(Runnable::run)
            .random(new Random(1))
            .upstream(node)
            .build();
    multiplexer.start();
    loop.runTasks();
    Wire upstream = connected(dialled.element());
    ByteBuffer pong =
        FRAMES.frame(Message.of(Commands.PONG, new byte[8])).order(ByteOrder.LITTLE_ENDIAN);
    echoLastMarker(upstream, pong); // behind a question of the multiplexer's own
    arrives(upstream, pong);
    Wire client = new Wire(loop, "client:1");
    multiplexer.accept(client);
    loop.runTasks();
    connected(client).clear();

    ByteBuffer request =
        FRAMES.frame(
            Inventory.of(
                Commands.GETDATA,
                InventoryVector.WITNESS_BLOCK,
                Sha256d.hash(BLOCK.array(), 0, 80)));
    ByteBuffer block = FRAMES.frame(BLOCK);
    Runnable asks = () -> client.arrives(request);
    Runnable answers =
        () -> {
          upstream.arrives(block);
          upstream.arrives(pong);
        };
    long start = 0;
    for (int i = 0; i < WARM_UP + MEASURED; i++) {
      if (i == WARM_UP) {
        start = allocated();
      }
      loop.run(asks);
      echoLastMarker(upstream, pong);
      loop.run(answers);
      if (client.out.position() < block.capacity()) { // the first time it is news, too
        throw new AssertionError("request " + i + " was not answered");
      }
      client.clear();
    }
    long each = (allocated() - start) / MEASURED;
    assertThat(each).as("bytes for a pair").isLessThan(MOST_BYTES_PER_PAIR);
    multiplexer.close();
    loop.runTasks();
  }
}
