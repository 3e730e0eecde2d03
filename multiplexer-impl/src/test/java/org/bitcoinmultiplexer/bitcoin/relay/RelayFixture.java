package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Numbering;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.node.TipNotification;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.core.NodeConversation;
import org.jspecify.annotations.Nullable;

/** A relay between a node and clients that do what the test says. */
public final class RelayFixture {

  /** More blocks than the node of a test has. */
  static final int LONG = 800_000;

  /** One upstream connection, as the engine and the node see it. */
  public final class Line implements NodeContext {
    final List<Message> sent = new ArrayList<>();
    final List<String> ready = new ArrayList<>();
    final List<String> failed = new ArrayList<>();
    final List<String> distrusted = new ArrayList<>();
    Numbering numbered;
    int mempools; // how often it was asked for its mempool
    final NodeConversation conversation = nodeRelay.greet(this);

    @Override
    public String target() {
      return "node:18444";
    }

    @Override
    public void send(Message message) {
      mempools += message.command().equals(Commands.MEMPOOL) ? 1 : 0;
      sent.add(message);
    }

    @Override
    public void ready(NodeDescription node) {
      ready.add(node.description());
    }

    @Override
    public void ready(NodeDescription node, Numbering numbering) {
      ready.add(node.description());
      numbered = numbering;
    }

    @Override
    public void distrust(String reason) {
      distrusted.add(reason);
    }

    @Override
    public void fail(String reason) {
      failed.add(reason);
    }

    /** The node says something; whether it ended at the conversation. */
    boolean says(Message message) {
      boolean[] taken = new boolean[1];
      engine.loop.run(() -> taken[0] = conversation.onMessage(message));
      return taken[0];
    }

    void greets(int height, boolean relay) {
      greets(version(height, relay));
    }

    public void greets(Message version) {
      shakesHands(version);
      if (!chain.isEmpty()) {
        tellsItsChain();
      }
    }

    /** And has not said yet what its chain is. */
    void shakesHands(Message version) {
      engine.loop.run(conversation::onOpen);
      says(version);
      says(Message.of(Commands.WTXIDRELAY, new byte[0]));
      says(Message.of(Commands.VERACK, new byte[0]));
      sent.clear();
    }

    public void closes() {
      engine.loop.run(conversation::onClosed);
    }
  }

  /** A client that notes what it is asked and told. */
  static final class Peer implements Client {
    final String name;
    final List<Message> asked = new ArrayList<>();

    /** The wtxids of what it was told that the node accepted. */
    final List<Hash> accepted = new ArrayList<>();

    /** How much of what it brought is dealt with. */
    long processed;

    /** In the time of the engine that it met. */
    private @Nullable HostBudget budget;

    Peer(String name) {
      this.name = name;
    }

    /** Before it does anything. */
    void meets(ScriptedEngineContext engine) {
      if (budget == null) {
        budget = engine.budgets.open(name);
      }
    }

    @Override
    public void push(Message message) {
      asked.add(message);
    }

    @Override
    public void accepted(Hash txid, Hash wtxid) {
      accepted.add(wtxid);
    }

    @Override
    public void processed(int bytes) {
      processed += bytes;
    }

    @Override
    public HostBudget budget() {
      if (budget == null) {
        budget = new HostBudgets(() -> 0, 1 << 30, counter -> new LongAdder()).open(name);
      }
      return budget;
    }

    @Override
    public String remote() {
      return name;
    }

    /** The items of all getdata since the last call. */
    List<InventoryVector> takeAsked() {
      List<InventoryVector> items = new ArrayList<>();
      for (Message message : asked) {
        assertThat(message.command()).isEqualTo(Commands.GETDATA);
        Inventory inventory = Inventory.parse(message);
        for (int i = 0; i < inventory.size(); i++) {
          items.add(inventory.get(i));
        }
      }
      asked.clear();
      return items;
    }
  }

  /** A clock that the test sets. */
  static final class Clock implements InstantSource {
    Instant now = Instant.ofEpochSecond(1_700_000_000L);

    @Override
    public Instant instant() {
      return now;
    }
  }

  final Clock clock = new Clock();
  final ScriptedEngineContext engine = new ScriptedEngineContext();
  public final NodeRelay nodeRelay;

  /** What the node has. */
  public final List<BlockHeader> chain = new ArrayList<>();

  public Line line;

  public RelayFixture() {
    this(new RelayOptions(true, true, 1 << 20));
  }

  RelayFixture(RelayOptions options) {
    nodeRelay = new NodeRelay(engine, Network.REGTEST, options, new Random(7), clock);
    line = new Line();
  }

  /** A connection to a node of three blocks, which are known. */
  RelayFixture connected() {
    return connected("/Satoshi:31.0.0/");
  }

  RelayFixture connected(String userAgent) {
    return connected(userAgent, 3);
  }

  private RelayFixture connected(String userAgent, int blocks) {
    chain.addAll(TestChain.grow(Network.REGTEST.genesis(), blocks, 0));
    line.greets(version(blocks, true, userAgent));
    engine.news.clear();
    return this;
  }

  /** As {@link #connected()}, to a node of so many blocks. */
  List<BlockHeader> knowing(int count) {
    connected("/Satoshi:31.0.0/", count);
    return List.copyOf(chain);
  }

  /** So many blocks get known. */
  List<BlockHeader> learning(int count) {
    List<BlockHeader> headers = TestChain.grow(TestChain.last(chain), count, 0);
    chain.addAll(headers);
    line.says(TestChain.headers(headers));
    assertThat(engine.takeNews(TipNotification.class)).hasSize(1);
    return headers;
  }

  /** The node answers all questions about its chain. */
  void tellsItsChain() {
    for (int asked = 0; asked < 100; asked++) {
      ScriptedEngineContext.Question question =
          engine.questions.stream()
              .filter(q -> q.request().command().equals(Commands.GETHEADERS))
              .findFirst()
              .orElse(null);
      if (question == null) {
        return;
      }
      engine.questions.remove(question);
      BlockLocator locator = BlockLocator.parse(question.request());
      List<Hash> hashes = TestChain.hashes(chain);
      int next = 0;
      for (int i = 0; i < locator.size() && next == 0; i++) {
        next = hashes.indexOf(locator.hash(i)) + 1;
      }
      int end = Math.min(chain.size(), next + 2000);
      answer(question, TestChain.headers(chain.subList(next, end)));
    }
    throw new AssertionError("asks on and on");
  }

  /** The node comes back with other blocks. */
  List<BlockHeader> nodeIsReplacedBy(List<BlockHeader> blocks) {
    List<BlockHeader> copy = List.copyOf(blocks);
    chain.clear();
    chain.addAll(copy);
    redial(version(copy.size(), true));
    tellsItsChain();
    return copy;
  }

  /** A new connection to a node with the same chain. */
  void reconnect(int height) {
    reconnect(version(height, true));
  }

  void reconnect(Message version) {
    line.closes();
    line = new Line();
    line.greets(version);
  }

  /** A new connection to a node that has not said yet what its chain is. */
  void redial(Message version) {
    line.closes();
    line = new Line();
    line.shakesHands(version);
  }

  /** The node answers a question: the answer passes the conversation first, as in the engine. */
  void answer(ScriptedEngineContext.Question question, Message answer) {
    assertThat(line.says(answer)).isFalse();
    engine.loop.run(() -> question.then().accept(new Outcome.Answered(List.of(answer))));
  }

  void absent(ScriptedEngineContext.Question question) {
    engine.loop.run(() -> question.then().accept(Outcome.Absent.INSTANCE));
  }

  /** The node's answer to the oldest question passes. */
  void answer(Message answer) {
    answer(engine.take(), answer);
  }

  void announces(Peer client, int type, Hash... hashes) {
    client.meets(engine);
    List<InventoryVector> items = new ArrayList<>();
    for (Hash hash : hashes) {
      items.add(new InventoryVector(type, hash));
    }
    engine.loop.run(() -> nodeRelay.announced(client, items));
  }

  void submits(Peer client, Message tx) {
    client.meets(engine);
    engine.loop.run(() -> nodeRelay.submitted(client, tx));
  }

  void nodeAnnounces(int type, Hash... hashes) {
    assertThat(line.says(Inventory.of(Commands.INV, type, List.of(hashes)))).isTrue();
  }

  List<Hash> takeBlockNews() {
    List<Hash> hashes = new ArrayList<>();
    for (TipNotification news : engine.takeNews(TipNotification.class)) {
      hashes.addAll(TestChain.hashes(news.headers()));
    }
    return hashes;
  }

  static Message getheaders(List<Hash> locator, Hash stop) {
    return BlockLocator.of(Commands.GETHEADERS, 70016, locator, stop);
  }

  static Message version(int height, boolean relay) {
    return version(height, relay, "/Satoshi:31.0.0/");
  }

  static Message version(int height, boolean relay, String userAgent) {
    return version(height, relay, userAgent, Version.NODE_NETWORK | Version.NODE_WITNESS);
  }

  static Message version(int height, boolean relay, String userAgent, long services) {
    return new Version(
            70016,
            services,
            1_700_000_000L,
            NetworkAddress.UNSPECIFIED,
            NetworkAddress.UNSPECIFIED,
            99,
            userAgent,
            height,
            relay)
        .toMessage();
  }
}
