package org.bitcoinmultiplexer.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.ABSENT;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.DEGRADED;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.GOOD;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.UNKNOWN;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.UNUSABLE;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.check.UpstreamCheck.Finding;
import org.bitcoinmultiplexer.check.UpstreamCheck.Report;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.bitcoinmultiplexer.transport.memory.MemoryTransports;
import org.bitcoinmultiplexer.transport.tcp.TcpLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class UpstreamCheckTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
  private static final long FULL = Version.NODE_NETWORK | Version.NODE_WITNESS;
  private static final long PRUNED = Version.NODE_NETWORK_LIMITED | Version.NODE_WITNESS;

  private static final String FILTER_LINES = "blockfilterindex=1\npeerblockfilters=1";
  private static final String LINES =
      """
      whitebind=noban,download,mempool,relay,forcerelay@127.0.0.1:8335
      bind=0.0.0.0
      bind=[::]
      bind=127.0.0.1:8334=onion\
      """;

  private final SimulatedLoop loop = new SimulatedLoop();
  private final MemoryTransports network = MemoryTransports.framed(Network.MAINNET);
  private final Node node = new Node();
  private Network wanted = Network.MAINNET;

  /** What a node says; a test changes what it wants to see found out. */
  private static final class Node implements Transport.Listener {

    private long services = FULL;
    private boolean relay = true;
    private int protocol = 70016;
    private Instant clock = NOW;
    private int headers = 3;
    private long feeFilter = 1000;
    private boolean echoes = true;
    private boolean echoesBehindTheUnknown = true;
    private boolean hangsUp;
    private boolean verack = true;
    private String userAgent = "/Node:1/";
    private boolean friendly = true;

    private final List<String> heard = new ArrayList<>();
    private boolean closed;
    private Transport transport;

    void accept(Transport accepted) {
      transport = accepted;
      if (hangsUp) {
        accepted.close();
      } else {
        accepted.start(this);
      }
    }

    @Override
    public void onMessage(Message message) {
      heard.add(message.command());
      switch (message.command()) {
        case Commands.VERSION -> greet();
        case Commands.VERACK -> transport.send(new FeeFilter(feeFilter).toMessage());
        case Commands.GETDATA -> {
          assertThat(Inventory.parse(message).size()).isEqualTo(2);
          echoes &= echoesBehindTheUnknown;
          InventoryVector first = Inventory.parse(message).get(0);
          transport.send(Inventory.of(Commands.NOTFOUND, List.of(first)));
        }
        case Commands.GETHEADERS -> answerHeaders();
        case Commands.MEMPOOL -> {
          if (!friendly) {
            transport.close();
          }
        }
        case Commands.PING -> {
          if (echoes) {
            transport.send(Ping.pong(Ping.nonce(message)));
          }
        }
        default -> {
          // Whatever else it hears, a node ignores.
        }
      }
    }

    private void greet() {
      transport.send(
          new Version(
                  protocol,
                  services,
                  clock.getEpochSecond(),
                  NetworkAddress.UNSPECIFIED,
                  NetworkAddress.UNSPECIFIED,
                  7,
                  userAgent,
                  900_000,
                  relay)
              .toMessage());
      if (verack) {
        transport.send(Message.of(Commands.VERACK, new byte[0]));
      }
    }

    private void answerHeaders() {
      if (headers >= 0) {
        Headers.Builder builder = new Headers.Builder(headers);
        for (int i = 0; i < headers; i++) {
          builder.add(new byte[Headers.HEADER_SIZE], 0);
        }
        transport.send(builder.toMessage());
      }
    }

    @Override
    public void onRejected(String reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void onWritable() {
      // Never waits.
    }

    @Override
    public void onClosed(String cause) {
      closed = true;
    }
  }

  private Report check(String strategy) throws Exception {
    try (AutoCloseable listening = network.listen("127.0.0.1:8333", loop, node::accept)) {
      return checkUnlistened(strategy);
    }
  }

  private Report checkUnlistened(String strategy) {
    CompletableFuture<Report> report =
        UpstreamCheck.probe(
                network.connector("127.0.0.1:8333", loop),
                wanted,
                loop,
                strategy,
                new Random(1),
                InstantSource.fixed(NOW))
            .toCompletableFuture();
    loop.advance(Duration.ofMinutes(2));
    assertThat(report).as("within two minutes").isCompleted();
    assertThat(loop.pendingTimers()).isZero();
    return report.join();
  }

  private static List<String> sentences(Report report, UpstreamCheck.Severity severity) {
    return report.findings().stream()
        .filter(finding -> finding.severity() == severity)
        .map(Finding::sentence)
        .toList();
  }

  private static List<String> lines(Report report) {
    return report.findings().stream()
        .map(Finding::configuration)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  @Test
  void findsNothingWrongWithAFullNode() throws Exception {
    Report report = check("key");
    assertThat(report.verdict()).isEqualTo(GOOD);
    assertThat(report.target()).isEqualTo("127.0.0.1:8333");
    assertThat(report.node()).contains("/Node:1/", "70016", "NETWORK|WITNESS", "900000");
    assertThat(sentences(report, DEGRADED)).isEmpty();
    assertThat(sentences(report, GOOD))
        .contains("it serves all blocks", "it takes transactions", "its chain has height 900000")
        .anyMatch(s -> s.startsWith("a ping behind a request for what does not exist comes back"));
    assertThat(node.heard)
        .containsExactly(
            "version",
            "wtxidrelay",
            "sendseq",
            "verack",
            "ping",
            "getdata",
            "ping",
            "getheaders",
            "ping");
    assertThat(node.closed).isTrue();
  }

  @Test
  void doesNotCallGoodWhatIsMerelyAbsent() throws Exception {
    Report report = check("key");
    assertThat(sentences(report, ABSENT))
        .anyMatch(s -> s.startsWith("it serves no compact block filters"))
        .anyMatch(s -> s.startsWith("it offers no bloom filters"));
    assertThat(sentences(report, GOOD)).noneMatch(s -> s.contains(" no "));
  }

  @Test
  void namesWhatCannotBeSeenAndTheLinesThatSetIt() throws Exception {
    Report report = check("key");
    assertThat(sentences(report, UNKNOWN))
        .anyMatch(s -> s.contains("noban") && s.contains("mempool") && s.contains("download"));
    assertThat(lines(report)).containsExactly(FILTER_LINES, LINES);
  }

  @Test
  void aCoreThatTakesMempoolGrantsPermissions() throws Exception {
    node.userAgent = "/Satoshi:31.0.0/";
    Report report = check("key");
    assertThat(node.heard).endsWith("getheaders", "ping", "mempool", "ping");
    assertThat(sentences(report, GOOD)).anyMatch(s -> s.startsWith("it grants us permissions"));
    assertThat(lines(report)).containsExactly(FILTER_LINES);
  }

  @Test
  void aCoreThatHangsUpOnMempoolDoesNotAndIsUsableAllTheSame() throws Exception {
    node.userAgent = "/Satoshi:31.0.0/";
    node.friendly = false;
    Report report = check("key");
    assertThat(report.verdict()).isEqualTo(GOOD);
    assertThat(sentences(report, UNKNOWN)).anyMatch(s -> s.contains("it hung up on that"));
    assertThat(lines(report)).containsExactly(FILTER_LINES, LINES);
  }

  @Test
  void aCoreThatServesCompactFiltersIsToldNothingOfThem() throws Exception {
    node.services = FULL | Version.NODE_COMPACT_FILTERS;
    Report report = check("key");
    assertThat(sentences(report, GOOD)).contains("it serves compact block filters (BIP157)");
    assertThat(lines(report)).containsExactly(LINES);
  }

  @Test
  void aCoreWithBloomFiltersTakesMempoolFromEverybodyAndIsNotAsked() throws Exception {
    node.userAgent = "/Satoshi:31.0.0/";
    node.services = FULL | Version.NODE_BLOOM;
    assertThat(sentences(check("key"), UNKNOWN)).anyMatch(s -> s.startsWith("whether it grants"));
    assertThat(node.heard).doesNotContain("mempool");
  }

  @Test
  void aPrunedNodeIsDegraded() throws Exception {
    node.services = PRUNED;
    Report report = check("key");
    assertThat(report.verdict()).isEqualTo(DEGRADED);
    assertThat(sentences(report, DEGRADED))
        .singleElement()
        .asString()
        .contains("pruned", "noban")
        .contains("name one that has all blocks", "remove the line prune=...", "-reindex");
    assertThat(lines(report)).containsExactly(FILTER_LINES, LINES);
  }

  @Test
  void aNodeThatTakesNoTransactionsIsDegraded() throws Exception {
    node.relay = false;
    Report report = check("serial");
    assertThat(report.verdict()).isEqualTo(DEGRADED);
    assertThat(lines(report)).contains("blocksonly=0");
  }

  @Test
  void emptyHeadersBelowItsOwnHeightShowASyncingNode() throws Exception {
    node.headers = 0;
    Report report = check("key");
    assertThat(report.verdict()).isEqualTo(DEGRADED);
    assertThat(sentences(report, DEGRADED)).singleElement().asString().contains("syncing");
  }

  @Test
  void theHighestFeeFilterShowsASyncingNode() throws Exception {
    node.feeFilter = 9_170_997;
    assertThat(sentences(check("key"), DEGRADED)).singleElement().asString().contains("syncing");
  }

  @Test
  void silenceAboutHeadersIsDegraded() throws Exception {
    node.headers = -1;
    assertThat(sentences(check("key"), DEGRADED))
        .containsExactly("it does not answer requests for headers");
  }

  @Test
  void aClockThatIsAnHourAheadIsDegraded() throws Exception {
    node.clock = NOW.plusSeconds(3600);
    assertThat(sentences(check("key"), DEGRADED))
        .singleElement()
        .asString()
        .contains("3600 s ahead of");
  }

  @Test
  void withoutWitnessesOnlyPassthroughIsLeft() throws Exception {
    node.services = Version.NODE_NETWORK;
    assertThat(check("key").verdict()).isEqualTo(UNUSABLE);
    assertThat(check("passthrough").verdict()).isEqualTo(DEGRADED);
  }

  @Test
  void withoutAnEchoBehindTheUnknownOnlyPassthroughIsLeft() throws Exception {
    node.echoesBehindTheUnknown = false;
    Report report = check("key");
    assertThat(report.verdict()).isEqualTo(UNUSABLE);
    assertThat(sentences(report, UNUSABLE)).singleElement().asString().contains("within 15 s");
    node.echoes = true;
    assertThat(check("passthrough").verdict()).isEqualTo(DEGRADED);
  }

  @Test
  void servesNoBlocksAtAll() throws Exception {
    node.services = Version.NODE_WITNESS;
    assertThat(check("key").verdict()).isEqualTo(UNUSABLE);
  }

  @Test
  void anObsoleteNodeIsUnusable() throws Exception {
    node.protocol = 70001;
    assertThat(sentences(check("key"), UNUSABLE)).singleElement().asString().contains("70001");
  }

  @Test
  void anUnfinishedHandshakeIsUnusable() throws Exception {
    node.verack = false;
    assertThat(sentences(check("key"), UNUSABLE))
        .containsExactly(
            "it did not complete the handshake: the handshake is not done within 15 s");
  }

  @Test
  void aNodeThatHangsUpMayBeFullOrOfAnotherNetwork() throws Exception {
    node.hangsUp = true;
    Report report = check("key");
    assertThat(report.verdict()).isEqualTo(UNUSABLE);
    assertThat(report.node()).isEmpty();
    assertThat(sentences(report, UNUSABLE))
        .singleElement()
        .asString()
        .contains("no free slot", "another network than mainnet");
  }

  @Test
  void aNodeOfACustomSignetHangsUpToo() throws Exception {
    node.hangsUp = true;
    wanted = Network.SIGNET;
    assertThat(sentences(check("key"), UNUSABLE))
        .singleElement()
        .asString()
        .contains("no free slot", "a custom signet needs the option signet.challenge");
    wanted = Network.SIGNET.withChallenge(new byte[] {0x51});
    assertThat(sentences(check("key"), UNUSABLE))
        .singleElement()
        .asString()
        .doesNotContain("signet.challenge");
  }

  @Test
  void bloomFiltersAreNeededOfItByPassthroughAlone() throws Exception {
    assertThat(check("key").verdict()).isEqualTo(GOOD);
    Report report = check("passthrough");
    assertThat(report.verdict()).isEqualTo(DEGRADED);
    assertThat(sentences(report, DEGRADED))
        .singleElement()
        .asString()
        .startsWith("it offers no bloom filters");
    assertThat(lines(report)).contains("peerbloomfilters=1");
    node.services = FULL | Version.NODE_BLOOM;
    report = check("passthrough");
    assertThat(report.verdict()).isEqualTo(GOOD);
    assertThat(sentences(report, GOOD)).noneMatch(s -> s.contains("not needed"));
  }

  @Test
  void nobodyThereIsUnusable() {
    Report report = checkUnlistened("key");
    assertThat(report.findings())
        .containsExactly(
            new Finding(UNUSABLE, "it cannot be reached: 127.0.0.1:8333: connection refused", ""));
  }

  @Test
  void recognisesTheMagicOfAnotherNetworkOverTcp() throws Exception {
    Message hello = Message.of(Commands.VERACK, new byte[0]);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TcpLoop tcp = TcpLoop.start("check")) {
      CompletableFuture<Report> report =
          UpstreamCheck.probe(
                  tcp.connector("127.0.0.1", server.getLocalPort(), Network.MAINNET),
                  Network.MAINNET,
                  tcp,
                  "key")
              .toCompletableFuture();
      try (Socket peer = server.accept()) {
        OutputStream out = peer.getOutputStream();
        out.write(FrameEncoder.of(Network.SIGNET).frame(hello).array());
        out.flush();
        assertThat(sentences(report.get(10, TimeUnit.SECONDS), UNUSABLE))
            .singleElement()
            .asString()
            .startsWith("it speaks another network than mainnet: magic 40cf030a");
      }
    }
  }

  @Test
  void guessesTheNetworkOfANodeThatHangsUp() throws Exception {
    try (AutoCloseable listening = network.listen("127.0.0.1:8333", loop, node::accept)) {
      var mine =
          UpstreamCheck.speaks(network.connector("127.0.0.1:8333", loop), Network.MAINNET, loop);
      loop.advance(Duration.ofMinutes(1));
      assertThat(mine.toCompletableFuture()).isCompletedWithValue(true);

      node.hangsUp = true;
      var other =
          UpstreamCheck.speaks(network.connector("127.0.0.1:8333", loop), Network.SIGNET, loop);
      loop.advance(Duration.ofMinutes(1));
      assertThat(other.toCompletableFuture()).isCompletedWithValue(false);
    }
  }
}
