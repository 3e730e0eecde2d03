package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.budget.Holding;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.bitcoinmultiplexer.core.Settings;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.bitcoinmultiplexer.transport.Outbox;
import org.bitcoinmultiplexer.transport.SocketTransport;
import org.junit.jupiter.api.Test;

/** How much memory a multiplexer takes, as its page says. */
class MemoryTest {

  private static final long MB = 1_000_000;
  private static final long HEAP = 1L << 30; // a quarter of 4 GB
  private static final int CLIENTS = Settings.DEFAULTS.maxClients();

  /** What an idle client may take; measured below. */
  private static final int IDLE = 4_000;

  /** What one read leaves waiting as messages that must not be heard yet: six times 16 KiB. */
  private static final int UNHEARD = 6 * 16 * 1024;

  // ---- the page

  private static Map<String, Long> worst() {
    long budget = HostBudgets.defaultBytes(HEAP);
    Map<String, Long> rows = new LinkedHashMap<>();
    rows.put("sessions and sockets, 4 kB each", (long) CLIENTS * IDLE);
    rows.put(
        "half arrived, or kept for later: a twelfth of the heap", Holding.RECEIVED.ceiling(budget));
    rows.put("of that beyond the ceiling: 64 KiB a host", CLIENTS * HostBudget.SMALL);
    rows.put(
        "decoded and not heard: one read of 16 KiB, as the smallest messages",
        (long) CLIENTS * UNHEARD);
    rows.put(
        "owed to clients: a sixth of the heap, and one block",
        Holding.OWED.ceiling(budget) + 4 * MB);
    rows.put(
        "unsent that is too little to be counted: 64 KiB each", (long) CLIENTS * Outbox.LOW_WATER);
    rows.put("what each was told of: 16 kB, and a bloom filter of 36 kB", CLIENTS * 52_000L);
    rows.put("window upstream, 16 MB and one block", 20 * MB);
    rows.put("recent transactions, 16 MiB, and as many that clients submitted", 2 * (16L << 20));
    rows.put("what clients submitted, a node accepted and no block has", 24 * MB);
    rows.put("blocks of clients, and those that wait for their parent", 16 * MB);
    rows.put("announcements of clients, 50,000 of some 250 bytes", 50_000L * 250);
    rows.put("hosts that are remembered", 2 * MB);
    rows.put("code, loops, logs", 20 * MB);
    return rows;
  }

  /** A quarter of the heap, at most 256 MB; and 900,000 headers of some 130 bytes. */
  private static long cache() {
    return 256 * MB + 900_000L * 130;
  }

  private static long sum() {
    return worst().values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void theWorstCaseOfTheDefaultsFitsTheHeapOfAMachineOfFourGigabytes() {
    assertThat(sum() + cache()).isLessThan(HEAP);
  }

  @Test
  void thePageSaysWhatTheCodeSays() {
    StringBuilder rows = new StringBuilder();
    worst().forEach((what, bytes) -> rows.append(row(what, bytes)));
    GeneratedPage.of(
            ".github/MEMORY.md",
            """
            # Memory

            What the heap must hold, in MB, with the default options: `clients.max` %,d, and a
            heap of %,d MB, which is what the JVM takes on a machine of 4 GB.

            | | MB |
            |---|---:|
            | **idle**: all clients connected, %,d bytes each at most | %d |
            | **usual**: each also has a block of 1.7 MB under way, one in ten at a time | %d |
            | **worst**: all at once of the following | **%d** |
            %s| and with strategy `cache`: answers in memory, and the headers of mainnet | %d |
            | **worst, with `cache`** | **%d** |

            The worst case is all that has a bound of its own or is charged to a budget of the hosts.
            Of the shared parts a host may hold what is left for everybody, so one that wants all gets
            half. Per client the worst is bounded by `client.buffer` (4 MB of answers under way; 16 MB
            unsent end the session), 2 MB of requests that wait, and one message of 4 MB. News that
            wait for slow readers are counted for each of them and are in memory once.

            **For another number of clients** count %d kB for each, and %d MB for what is shared, of
            which the budgets are a quarter of the heap, whatever it is: they shrink with `-Xmx`. A
            heap of 64 MB still serves somebody under attack by a hundred (`SmallHeapTest`). Outside
            of the heap: 256 KiB of direct memory for each thread that serves clients, and what the
            operating system keeps for sockets. With Netty a read leaves up to 64 KiB waiting.
            """
                .formatted(
                    CLIENTS,
                    HEAP / MB,
                    IDLE,
                    CLIENTS * IDLE / MB,
                    (CLIENTS * (long) IDLE + CLIENTS / 10 * 1_700_000L) / MB,
                    sum() / MB,
                    rows,
                    cache() / MB,
                    (sum() + cache()) / MB,
                    perClient() / 1_000,
                    shared() / MB))
        .assertUpToDate();
  }

  private static long perClient() {
    return IDLE + 52_000 + HostBudget.SMALL + UNHEARD + Outbox.LOW_WATER;
  }

  private static long shared() {
    return sum() - CLIENTS * perClient();
  }

  private static String row(String what, long bytes) {
    return "| " + what + " | " + bytes / MB + " |\n";
  }

  // ---- measured

  private static final Network NETWORK = Network.REGTEST;
  private static final FrameEncoder FRAMES = FrameEncoder.of(NETWORK);

  private final SimulatedLoop loop = new SimulatedLoop();
  private final List<Sink> dialled = new ArrayList<>();

  /** A connection whose peer takes everything. */
  private static final class Sink extends SocketTransport {

    private static final ByteBuffer OUT = ByteBuffer.allocate(100_000);

    Sink(SimulatedLoop loop, String remote) {
      super(loop, remote, NETWORK, 0, () -> {});
    }

    @Override
    protected void write() {
      outbox().copyTo(OUT.clear());
      outbox().advance(OUT.position());
      taken(OUT.position());
    }

    @Override
    protected void updateInterest() {}

    @Override
    protected void shutdownOutput() {}

    @Override
    protected void closeSocket() {}

    void arrives(Message message) {
      received(FRAMES.frame(message));
    }
  }

  private final Connector node =
      new Connector() {
        @Override
        public CompletionStage<Transport> connect() {
          Sink sink = new Sink(loop, "node:8333");
          dialled.add(sink);
          return CompletableFuture.completedFuture(sink);
        }

        @Override
        public String target() {
          return "node:8333";
        }
      };

  private Sink greets(Sink sink) {
    ByteBuffer body = ByteBuffer.allocate(86).order(ByteOrder.LITTLE_ENDIAN);
    body.putInt(70016).putLong(0x409).position(20 + 26 + 26).putLong(7).put((byte) 0);
    body.putInt(0).put((byte) 1);
    loop.run(() -> sink.arrives(Message.of(Commands.VERSION, body.array())));
    loop.run(() -> sink.arrives(Message.of(Commands.VERACK, new byte[0])));
    return sink;
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void anIdleClientTakesNoMoreThanThePageSays() {
    BitcoinMultiplexer multiplexer =
        BitcoinMultiplexer.builder().network(NETWORK).loop(loop).upstream(node).build();
    multiplexer.start();
    loop.runTasks();
    greets(dialled.get(0));
    long before = used();
    List<Sink> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Sink client = new Sink(loop, "203.0." + i / 250 + "." + i % 250 + ":1000");
      multiplexer.accept(client);
      loop.runTasks();
      clients.add(greets(client));
    }
    long each = (used() - before) / CLIENTS;
    assertThat(multiplexer.stats().clientsReady()).isEqualTo(clients.size());
    assertThat(each).isBetween(1_000L, (long) IDLE);
    multiplexer.close();
    loop.runTasks();
  }
}
