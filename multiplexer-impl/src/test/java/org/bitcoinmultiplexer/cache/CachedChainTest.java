package org.bitcoinmultiplexer.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderChain;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.relay.TestChain;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinOptions;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinProtocol;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.core.Engine;
import org.bitcoinmultiplexer.core.Settings;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The header chain behind a whole engine: a client that pages through it is never told less than
 * there is, whatever becomes of the node, and nothing that a node makes up is passed on.
 */
class CachedChainTest {

  private static final int LONG = 4_600;
  private static final Hash GENESIS = Network.REGTEST.genesis();

  private final SimulatedLoop loop = new SimulatedLoop();
  private final List<String> events = new ArrayList<>();
  private final Node first = new Node("first");
  private final Node second = new Node("second");
  private Engine engine;

  @AfterEach
  void close() {
    engine.close();
    loop.runTasks();
    assertThat(loop.pendingTimers()).isZero();
  }

  /** Our end of a connection, whose other end is the test. */
  private abstract class Peer implements Transport {

    Listener listener;
    boolean closed;

    @Override
    public void start(Listener toStart) {
      listener = toStart;
    }

    @Override
    public void send(Message message) {
      hears(message);
    }

    abstract void hears(Message message);

    @Override
    public long pendingBytes() {
      return 0;
    }

    @Override
    public void reading(boolean enabled) {}

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        loop.execute(() -> listener.onClosed("closed by the engine"));
      }
    }

    @Override
    public String remote() {
      return "a peer";
    }

    void says(Message message) {
      loop.run(
          () -> {
            if (!closed) {
              listener.onMessage(message);
            }
          });
      loop.runTasks();
    }

    void shakesHands(long services, int height) {
      says(
          new Version(
                  70016,
                  services,
                  1_700_000_000L,
                  NetworkAddress.UNSPECIFIED,
                  NetworkAddress.UNSPECIFIED,
                  7,
                  "/test/",
                  height,
                  true)
              .toMessage());
      says(Message.of(Commands.VERACK, new byte[0]));
    }
  }

  /** A node that answers by its chain, unless it is told to do something else. */
  private final class Node implements Connector {

    final String name;
    final Map<Hash, Message> bodies = new HashMap<>();
    final List<Message> asked = new ArrayList<>();
    final Deque<Message> held = new ArrayDeque<>();
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    UnaryOperator<Message> tale = truth -> truth;
    boolean isThere = true;
    boolean holds;
    int states = -1;
    Line line;

    Node(String name) {
      this.name = name;
    }

    @Override
    public CompletableFuture<Transport> connect() {
      if (!isThere) {
        return CompletableFuture.failedFuture(new IllegalStateException("connection refused"));
      }
      line = new Line();
      Line made = line;
      loop.execute(
          () ->
              loop.execute(
                  () ->
                      made.shakesHands(
                          Version.NODE_NETWORK | Version.NODE_WITNESS,
                          states >= 0 ? states : chain.view().height())));
      return CompletableFuture.completedFuture(made);
    }

    @Override
    public String target() {
      return name;
    }

    /** One connection to it. */
    final class Line extends Peer {

      @Override
      void hears(Message message) {
        if (holds) {
          held.add(message);
        } else {
          answer(message);
        }
      }

      private void answer(Message message) {
        switch (message.command()) {
          case Commands.PING -> later(Ping.pong(Ping.nonce(message)));
          case Commands.GETHEADERS -> {
            asked.add(message);
            chain.view().headers(BlockLocator.parse(message)).map(tale).ifPresent(this::later);
          }
          case Commands.GETDATA -> {
            asked.add(message);
            Message body = bodies.get(Inventory.parse(message).hash(0));
            if (body != null) {
              later(body);
            }
          }
          default -> {}
        }
      }

      private void later(Message message) {
        loop.execute(() -> says(message));
      }
    }

    /** Answers one thing after the other that it held back, and goes on to hold. */
    void answersOne() {
      line.answer(held.remove());
      loop.runTasks();
    }

    void goesOn() {
      holds = false;
      while (!held.isEmpty()) {
        answersOne();
      }
    }

    void announcesTip() {
      line.says(Inventory.of(Commands.INV, InventoryVector.BLOCK, chain.view().tip()));
    }

    void isLost() {
      isThere = false;
      line.closed = true;
      held.clear();
      loop.run(() -> line.listener.onClosed("reset by the node"));
      loop.runTasks();
    }

    void mines(int count, int branch) {
      ChainView view = chain.view();
      for (int left = count; left > 0; left -= 2_000) {
        int some = Math.min(left, 2_000);
        BlockHeader tip = chain.view().header(chain.view().tip());
        add(
            chain.view().height() == 0
                ? TestChain.grow(GENESIS, some, branch)
                : TestChain.grow(tip, some, branch));
      }
      assertThat(chain.view().height()).isEqualTo(view.height() + count);
    }

    void add(List<BlockHeader> headers) {
      Headers message = Headers.parse(TestChain.headers(headers));
      assertThat(chain.add(message).isConnected()).isTrue();
    }

    /** Has a block with a body on top. */
    Message minesBody(int extra) {
      BlockHeader tip = chain.view().header(chain.view().tip());
      Message block = TestChain.block(tip.hash(), tip.time() + 600, extra);
      add(List.of(BlockHeader.of(block)));
      bodies.put(BlockHeader.of(block).hash(), block);
      return block;
    }

    /** The same chain up to a height, and so many blocks of its own. */
    void leaves(ChainView trunk, int height, int count, int branch) {
      chain = new HeaderChain(Network.REGTEST);
      List<BlockHeader> headers = new ArrayList<>();
      for (int i = 1; i <= height; i++) {
        headers.add(trunk.header(trunk.hash(i)));
        if (headers.size() == 2_000 || i == height) {
          add(headers);
          headers.clear();
        }
      }
      mines(count, branch);
    }
  }

  /** A client that follows the chain as Core does: it asks on after a full message only. */
  private final class Client extends Peer {

    final HeaderChain chain = new HeaderChain(Network.REGTEST);
    final List<Message> received = new ArrayList<>();

    @Override
    void hears(Message message) {
      received.add(message);
    }

    void asks() {
      asks(chain.view().locator());
    }

    void asks(List<Hash> locator) {
      received.clear();
      says(BlockLocator.of(Commands.GETHEADERS, 70016, locator, Hash.ZERO));
    }

    List<Message> heard(String command) {
      return received.stream().filter(m -> m.command().equals(command)).toList();
    }

    /** Takes the answer; whether there is more to ask for. */
    boolean takes() {
      List<Message> answers = heard(Commands.HEADERS);
      assertThat(answers).as("answers").hasSize(1);
      Headers headers = Headers.parse(answers.get(0));
      assertThat(chain.add(headers).isConnected()).isTrue();
      return headers.size() == MAX_HEADERS_RESULTS;
    }

    void pagesTo(Hash tip) {
      do {
        asks();
      } while (takes());
      assertThat(chain.view().tip()).as("the tip in the end").isEqualTo(tip);
    }

    List<Hash> blocksAfter(List<Hash> locator) {
      received.clear();
      says(BlockLocator.of(Commands.GETBLOCKS, 70016, locator, Hash.ZERO));
      List<Message> answers = heard(Commands.INV);
      assertThat(answers).hasSizeLessThanOrEqualTo(1);
      List<Hash> hashes = new ArrayList<>();
      for (Message answer : answers) {
        Inventory items = Inventory.parse(answer);
        for (int i = 0; i < items.size(); i++) {
          hashes.add(items.hash(i));
        }
      }
      return hashes;
    }

    void asksFor(Hash block) {
      received.clear();
      says(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, block));
    }

    void pings() {
      says(Ping.ping(5));
      assertThat(received).contains(Ping.pong(5));
    }
  }

  private void start(Node... nodes) {
    BitcoinOptions options =
        new BitcoinOptions(
            Network.REGTEST,
            RelayOptions.DEFAULT,
            List.of(),
            new Random(1),
            InstantSource.system());
    engine =
        new Engine(
            loop,
            BitcoinProtocol.withHeaderChain(options, null, Runnable::run),
            Strategies.of(List.of()).create("cache", Map.of()),
            List.of(nodes),
            Settings.DEFAULTS,
            Runnable::run,
            new Random(1),
            new MultiplexerListener() {
              @Override
              public void onUpstreamReady(String target, String description) {
                events.add("ready " + target);
              }

              @Override
              public void onUpstreamLost(String target, String reason) {
                events.add("lost " + target + ": " + reason);
              }
            },
            Runnable::run,
            AnswerCache.of(new MemoryStore(20_000_000, BitcoinProtocol::footprint)));
    engine.start();
    loop.runTasks();
  }

  private Client client() {
    Client client = new Client();
    engine.accept(client);
    loop.runTasks();
    client.shakesHands(0, 0);
    client.received.clear();
    return client;
  }

  private long count(String counter) {
    return engine.stats().counter(counter);
  }

  // ---- never less than there is

  @Test
  void theNodeIsAskedOnceForAll() {
    first.mines(LONG, 0);
    start(first);
    first.asked.clear();
    for (int i = 0; i < 20; i++) {
      client().pagesTo(first.chain.view().tip());
    }
    assertThat(first.asked).isEmpty();
  }

  @Test
  void aReorganisationOf20InTheMiddleOfPagingIsFollowed() {
    first.mines(LONG, 0);
    ChainView before = first.chain.view();
    for (int pages = 0; pages <= 3; pages++) {
      first.chain = new HeaderChain(Network.REGTEST);
      first.leaves(before, LONG, 0, 0);
      first.isThere = true;
      start(first);
      Client client = client();
      for (int i = 0; i < pages; i++) {
        client.asks();
        assertThat(client.takes()).isEqualTo(i < 2);
      }
      first.leaves(before, LONG - 20, 21, pages + 1);
      first.announcesTip();
      client.pagesTo(first.chain.view().tip());
      List<Hash> fork = List.of(before.hash(LONG - 20));
      assertThat(client.blocksAfter(fork)).hasSize(21).last().isEqualTo(first.chain.view().tip());
      if (pages < 3) {
        close();
      }
    }
  }

  @Test
  void whoAsksWhileTheNodesNewsAreLookedIntoIsToldAllOfIt() {
    first.mines(LONG, 0);
    start(first);
    ChainView before = first.chain.view();
    Client client = client();
    client.pagesTo(before.tip());

    first.holds = true;
    first.leaves(before, LONG - 20, 21, 1);
    first.announcesTip();
    client.asks();
    assertThat(client.heard(Commands.HEADERS)).as("nothing rash").isEmpty();
    first.goesOn();
    assertThat(client.takes()).isFalse();
    assertThat(client.chain.view().tip()).isEqualTo(first.chain.view().tip());
  }

  @Test
  void whoAsksWhileTheChainIsCaughtUpWithIsToldByTheNode() {
    first.mines(LONG, 0);
    first.holds = true;
    start(first);
    Client client = client();
    client.asks();
    for (int i = 0; i < 50 && !first.held.isEmpty(); i++) {
      first.answersOne();
      if (!client.heard(Commands.HEADERS).isEmpty()) {
        boolean more = client.takes();
        assertThat(more || client.chain.view().tip().equals(first.chain.view().tip())).isTrue();
        if (more) {
          client.asks();
        }
      }
    }
    assertThat(client.chain.view().tip()).isEqualTo(first.chain.view().tip());
  }

  @Test
  void aNodeOnAnotherBranchIsBelieved() {
    first.mines(LONG, 0);
    second.leaves(first.chain.view(), LONG - 30, 10, 1); // 20 blocks less
    start(first, second);
    Client early = client();
    early.pagesTo(first.chain.view().tip());
    first.isLost();

    Hash fork = first.chain.view().hash(LONG - 30);
    early.asks(List.of(fork));
    Headers told = Headers.parse(early.heard(Commands.HEADERS).get(0));
    assertThat(told.size()).isEqualTo(10);
    assertThat(told.hash(9)).isEqualTo(second.chain.view().tip());
    assertThat(early.blocksAfter(List.of(fork))).hasSize(10);
    client().pagesTo(second.chain.view().tip());

    second.mines(30, 1); // now it has more work
    second.announcesTip();
    second.asked.clear();
    client().pagesTo(second.chain.view().tip());
    assertThat(second.asked).as("the chain answers again").isEmpty();
  }

  @Test
  void aNodeThatIsBehindIsShownAsFarAsItHasTheChain() {
    first.mines(LONG, 0);
    second.leaves(first.chain.view(), LONG - 700, 0, 0);
    start(first, second);
    first.isLost();
    Client client = client();
    client.pagesTo(second.chain.view().tip());
    List<Hash> known = List.of(first.chain.view().hash(LONG - 1_000));
    assertThat(client.blocksAfter(known)).hasSize(300).last().isEqualTo(second.chain.view().tip());
    assertThat(client.blocksAfter(List.of(first.chain.view().tip()))).as("ahead of it").isEmpty();

    second.leaves(first.chain.view(), LONG, 1, 0); // it has caught up
    second.announcesTip();
    client.pagesTo(second.chain.view().tip());
  }

  @Test
  void withoutAnyNodeWhatIsKnownIsTold() {
    first.mines(LONG, 0);
    start(first);
    Client client = client();
    first.isLost();
    client.asks();
    assertThat(client.heard(Commands.HEADERS)).as("a node may come").isEmpty();
    loop.advance(Settings.DEFAULTS.patience().plusSeconds(1));
    assertThat(client.takes()).isTrue();
    client.pagesTo(first.chain.view().tip());
  }

  // ---- nothing that is made up

  @Test
  void headersWithoutWorkReachNobody() {
    first.mines(100, 0);
    start(first);
    Client client = client();
    client.pagesTo(first.chain.view().tip());
    BlockHeader tip = tip(first);
    BlockHeader lie = TestChain.header(tip.hash(), 9, tip.time() + 600, TestChain.BITS, false);
    first.tale = truth -> TestChain.headers(List.of(lie));
    client.received.clear();
    first.line.says(Inventory.of(Commands.INV, InventoryVector.BLOCK, lie.hash()));
    assertThat(client.received).isEmpty();
    client.asks();
    assertThat(client.heard(Commands.HEADERS)).noneMatch(m -> contains(m, lie.hash()));
    client.pings();
    assertThat(count("upstream.lies")).isPositive();
  }

  @Test
  void aBlockOfTheWrongDifficultyIsNoNewsAndCostsTheNodeItsPlace() {
    first.mines(100, 0);
    second.leaves(first.chain.view(), 100, 0, 0);
    start(first, second);
    Client client = client();
    client.pagesTo(first.chain.view().tip());
    BlockHeader tip = tip(first);
    BlockHeader lie = TestChain.header(tip.hash(), 9, tip.time() + 600, 0x207f_fffe, true);
    first.tale = truth -> TestChain.headers(List.of(lie));
    client.received.clear();
    first.line.says(Inventory.of(Commands.INV, InventoryVector.BLOCK, lie.hash()));

    assertThat(client.received).isEmpty();
    assertThat(events)
        .hasSize(3)
        .element(1)
        .asString()
        .startsWith("lost first: its headers do not fit the network")
        .endsWith("bits 207ffffe instead of 207fffff");
    assertThat(events).last().isEqualTo("ready second");
    client.pagesTo(second.chain.view().tip());
    Message block = second.minesBody(1);
    second.announcesTip();
    client.asksFor(BlockHeader.of(block).hash());
    assertThat(client.heard(Commands.BLOCK)).containsExactly(block);
  }

  @Test
  void aBatchThatIsCutShortIsNotTheEnd() {
    first.mines(LONG, 0);
    first.tale = truth -> cut(truth, 700);
    start(first);
    Client client = client();
    first.asked.clear();
    client.pagesTo(first.chain.view().tip());
    assertThat(first.asked).isEmpty();
  }

  @Test
  void aBatchThatDoesNotHoldWhatItPromisesIsNoAnswer() {
    first.mines(LONG, 0);
    first.tale = truth -> Message.of(Commands.HEADERS, Arrays.copyOf(truth.toByteArray(), 9_000));
    start(first);
    Client client = client();
    client.asks();
    client.heard(Commands.HEADERS).forEach(m -> assertThat(Headers.parse(m).size()).isZero());
    client.pings();

    first.tale = truth -> truth;
    loop.advance(Duration.ofSeconds(11));
    client.pagesTo(first.chain.view().tip());
  }

  @Test
  void aForkWhoseBlocksNeverComeCostsTheNodeItsPlace() {
    first.mines(100, 0);
    Message body = first.minesBody(1);
    second.leaves(first.chain.view(), 101, 0, 0);
    second.bodies.putAll(first.bodies);
    start(first, second);
    Client client = client();
    client.pagesTo(first.chain.view().tip());

    first.leaves(second.chain.view(), 90, 40, 1);
    first.announcesTip();
    ChainView fork = first.chain.view();
    client.asks();
    assertThat(client.takes()).isFalse();
    for (int i = 0; i < 2; i++) {
      client.asksFor(fork.hash(100 + i));
      client.asksFor(fork.hash(100 + i)); // the same says nothing new
      client.pings();
      assertThat(client.heard(Commands.BLOCK)).isEmpty();
    }
    client.asksFor(BlockHeader.of(body).hash()); // others go on
    assertThat(client.heard(Commands.BLOCK)).containsExactly(body);
    assertThat(events).containsExactly("ready first");

    client.asksFor(fork.hash(120));
    client.pings();
    assertThat(client.heard(Commands.BLOCK)).isEmpty();
    assertThat(count("news.blocks.withheld")).isEqualTo(3);
    assertThat(events)
        .containsExactly(
            "ready first",
            "lost first: it does not give 3 blocks of its own chain, "
                + fork.hash(120)
                + " the last",
            "ready second");
    client().pagesTo(second.chain.view().tip());
  }

  @Test
  void theOnlyNodeIsKeptThoughItWithholdsBlocks() {
    first.mines(100, 0);
    start(first);
    Client client = client();
    for (int height = 50; height < 60; height++) {
      client.asksFor(first.chain.view().hash(height));
    }
    client.pings();
    assertThat(count("news.blocks.withheld")).isEqualTo(3);
    assertThat(events).containsExactly("ready first");
  }

  private static BlockHeader tip(Node node) {
    ChainView view = node.chain.view();
    return view.header(view.tip());
  }

  private static boolean contains(Message message, Hash block) {
    Headers headers = Headers.parse(message);
    for (int i = 0; i < headers.size(); i++) {
      if (headers.hash(i).equals(block)) {
        return true;
      }
    }
    return false;
  }

  private static Message cut(Message message, int most) {
    Headers headers = Headers.parse(message);
    int size = Math.min(most, headers.size());
    Headers.Builder builder = new Headers.Builder(size);
    for (int i = 0; i < size; i++) {
      builder.add(headers.array(), headers.offset(i));
    }
    return builder.toMessage();
  }
}
