package org.bitcoinmultiplexer.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.ScriptedPeer;
import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinOptions;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinProtocol;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.cache.disk.DataDirectory;
import org.bitcoinmultiplexer.core.Engine;
import org.bitcoinmultiplexer.core.Settings;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Real blocks through the whole of it, between scripted clients and a node that may lie. */
class CachedBlocksTest {

  /** Twelve transactions, two of them with a witness. */
  private static final String BLOCK = "mainnet-block-482683-segwit.raw";

  private static final long ROOM = 1_000_000;

  @TempDir private Path folder;

  private final SimulatedLoop loop = new SimulatedLoop();
  private final Node node = new Node();
  private Engine engine;

  @AfterEach
  void close() {
    if (engine != null) {
      engine.close();
      loop.runTasks();
    }
  }

  private final class Client extends ScriptedPeer {

    Client() {
      super(loop);
    }

    List<Message> blocks() {
      return received(Commands.BLOCK);
    }
  }

  /** Answers getdata with what it was told to answer, and pings in order. */
  private final class Node extends ScriptedPeer implements Connector {

    Node() {
      super(loop);
    }

    final Map<Hash, List<Message>> answers = new HashMap<>();
    final List<Hash> asked = new ArrayList<>();

    @Override
    public CompletableFuture<Transport> connect() {
      return CompletableFuture.completedFuture(this);
    }

    @Override
    public String target() {
      return "the node";
    }

    @Override
    public void send(Message message) {
      super.send(message);
      switch (message.command()) {
        case Commands.PING -> loop.execute(() -> says(Ping.pong(Ping.nonce(message))));
        case Commands.GETDATA -> {
          Hash block = Inventory.parse(message).hash(0);
          asked.add(block);
          List<Message> known = answers.getOrDefault(block, List.of());
          if (!known.isEmpty()) {
            Message answer = known.size() > 1 ? known.remove(0) : known.get(0);
            loop.execute(() -> says(answer));
          }
        }
        default -> {}
      }
    }
  }

  private Engine start(AnswerLookup answers) {
    engine =
        new Engine(
            loop,
            new BitcoinProtocol(
                new BitcoinOptions(
                    Network.MAINNET,
                    RelayOptions.DEFAULT,
                    List.of(),
                    new Random(1),
                    InstantSource.system())),
            Strategies.of(List.of()).create("cache", Map.of()),
            List.of(node),
            Settings.DEFAULTS,
            Runnable::run,
            new Random(1),
            new MultiplexerListener() {},
            Runnable::run,
            answers);
    engine.start();
    loop.runTasks();
    node.shakesHands(Version.NODE_NETWORK | Version.NODE_WITNESS, 482_683);
    return engine;
  }

  private static AnswerCache inMemory() {
    return AnswerCache.of(new MemoryStore(ROOM, BitcoinProtocol::footprint));
  }

  private static AnswerCache with(AnswerStore store) {
    return AnswerCache.of(
        new MemoryStore(ROOM, BitcoinProtocol::footprint),
        store,
        BitcoinProtocol::isDurable,
        Runnable::run,
        Runnable::run);
  }

  private Client client() {
    Client client = new Client();
    engine.accept(client);
    loop.runTasks();
    client.shakesHands(0, 482_683);
    return client;
  }

  private static Hash hash(Message block) {
    return BlockHeader.of(block).hash();
  }

  private static Message getData(int type, Hash block) {
    return Inventory.of(Commands.GETDATA, type, block);
  }

  private void nodeHas(Message... answers) {
    node.answers.put(hash(Vectors.block(BLOCK)), new ArrayList<>(List.of(answers)));
  }

  @Test
  void aBlockIsAskedForOnceAndOneInstanceGoesToAll() {
    Message block = Vectors.block(BLOCK);
    nodeHas(block);
    start(inMemory());
    for (int i = 0; i < 50; i++) {
      Client client = client();
      client.says(getData(InventoryVector.WITNESS_BLOCK, hash(block)));
      assertThat(client.blocks()).hasSize(1);
      assertThat(client.blocks().get(0)).isSameAs(block);
    }
    assertThat(node.asked).hasSize(1);
    assertThat(engine.stats().counter("cache.hit")).isEqualTo(49);
  }

  @Test
  void theFormWithoutWitnessIsMadeOnce() {
    Message block = Vectors.block(BLOCK);
    nodeHas(block);
    start(inMemory());
    Client alice = client();
    Client bob = client();

    alice.says(getData(InventoryVector.BLOCK, hash(block)));
    bob.says(getData(InventoryVector.BLOCK, hash(block)));

    assertThat(alice.blocks()).hasSize(1).containsExactly(Block.strip(block));
    assertThat(bob.blocks().get(0)).isSameAs(alice.blocks().get(0));
    assertThat(alice.blocks().get(0).size()).isEqualTo(8_809);
    assertThat(node.asked).hasSize(1);
  }

  @Test
  void theFootprintCountsBothForms() {
    Message block = Vectors.block(BLOCK);
    assertThat(BitcoinProtocol.footprint(block)).isEqualTo(9_288 + 8_809);
    assertThat(BitcoinProtocol.footprintWithFilters(block)).isEqualTo(9_288 + 8_809 + 8_809 / 2);
    Message without = Block.strip(block);
    assertThat(BitcoinProtocol.footprint(Message.of("block", without.toByteArray())))
        .isEqualTo(8_809);
  }

  static Stream<Arguments> lies() {
    Message block = Vectors.block(BLOCK);
    Message other = Vectors.firstBlocks().get(1);
    byte[] lastWitness = block.toByteArray();
    lastWitness[lastWitness.length - 10] ^= 1;
    byte[] commitment = block.toByteArray();
    commitment[200] ^= 1;
    return Stream.of(
        Arguments.of("another block", other),
        Arguments.of("without its witness", Block.strip(block)),
        Arguments.of("a bit of the last transaction", Message.of("block", lastWitness)),
        Arguments.of("a bit of the first transaction", Message.of("block", commitment)),
        Arguments.of("its last transactions twice", withLastTwice(block, 4)),
        Arguments.of(
            "a byte more",
            Message.of("block", Arrays.copyOf(block.array(), block.array().length + 1))),
        Arguments.of(
            "a byte less",
            Message.of("block", Arrays.copyOf(block.array(), block.array().length - 1))),
        Arguments.of("only its header", Message.of("block", Arrays.copyOf(block.array(), 80))),
        Arguments.of("no transactions", Message.of("block", Arrays.copyOf(block.array(), 81))));
  }

  /** Has the same merkle root (CVE-2012-2459): of 12 transactions, 4 stand alone two levels up. */
  private static Message withLastTwice(Message block, int last) {
    Block parsed = Block.parse(block);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(block.array(), block.offset(), 80);
    out.write(parsed.size() + last);
    for (int i = 0; i < parsed.size() + last; i++) {
      out.writeBytes(parsed.transaction(i < parsed.size() ? i : i - last).toByteArray());
    }
    Message twice = Message.of("block", out.toByteArray());
    List<Hash> txids = new ArrayList<>();
    for (int i = 0; i < parsed.size() + last; i++) {
      txids.add(Block.parse(twice).txid(i));
    }
    assertThat(txids).hasSize(16).endsWith(txids.subList(8, 12).toArray(Hash[]::new));
    return twice;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void aLieIsNeverKeptAndNeverDelivered(String what, Message lie) {
    Message block = Vectors.block(BLOCK);
    Kept store = new Kept();
    nodeHas(lie);
    start(with(store));
    Client alice = client();

    alice.says(getData(InventoryVector.WITNESS_BLOCK, hash(block)));
    alice.says(Ping.ping(1));
    assertThat(alice.blocks()).isEmpty();
    assertThat(store.map).isEmpty();

    nodeHas(block);
    Client bob = client();
    bob.says(getData(InventoryVector.WITNESS_BLOCK, hash(block)));
    assertThat(bob.blocks()).containsExactly(block);
    assertThat(store.map.values()).containsExactly(block);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void whatAStoreSaysIsNotBelieved(String what, Message lie) {
    Message block = Vectors.block(BLOCK);
    Kept store = new Kept();
    nodeHas(block);
    start(with(store));
    client().says(getData(InventoryVector.WITNESS_BLOCK, hash(block)));
    store.map.replaceAll((name, answer) -> lie);
    engine.close();
    loop.runTasks();

    node.asked.clear();
    start(with(store));
    Client bob = client();
    bob.says(getData(InventoryVector.WITNESS_BLOCK, hash(block)));
    assertThat(bob.blocks()).containsExactly(block);
    assertThat(node.asked).hasSize(1);
    assertThat(store.map.values()).as("the lie is replaced").containsExactly(block);
  }

  @Test
  void aStoreThatThrowsDoesNoHarm() {
    Message block = Vectors.block(BLOCK);
    nodeHas(block);
    start(
        with(
            new AnswerStore() {
              @Override
              public Optional<Message> get(Key name) {
                throw new IllegalStateException("get");
              }

              @Override
              public void put(Key name, Message answer) {
                throw new IllegalStateException("put");
              }

              @Override
              public void remove(Key name) {}

              @Override
              public void close() {}
            }));
    Client alice = client();
    alice.says(getData(InventoryVector.WITNESS_BLOCK, hash(block)));
    alice.says(getData(InventoryVector.BLOCK, hash(block)));
    assertThat(alice.blocks()).containsExactly(block, Block.strip(block));
  }

  @Test
  void blocksSurviveARestart() {
    List<Message> blocks = Vectors.firstBlocks().subList(1, 101);
    blocks.forEach(block -> node.answers.put(hash(block), List.of(block)));
    try (DataDirectory data = DataDirectory.open(folder, ROOM)) {
      start(with(data));
      Client alice = client();
      blocks.forEach(b -> alice.says(getData(InventoryVector.WITNESS_BLOCK, hash(b))));
      assertThat(alice.blocks()).isEqualTo(blocks);
      engine.close();
      loop.runTasks();
    }
    node.answers.clear();
    node.asked.clear();
    try (DataDirectory data = DataDirectory.open(folder, ROOM)) {
      start(with(data));
      Client bob = client();
      blocks.forEach(b -> bob.says(getData(InventoryVector.WITNESS_BLOCK, hash(b))));
      assertThat(bob.blocks()).isEqualTo(blocks);
      assertThat(node.asked).isEmpty();
      assertThat(engine.stats().counter("cache.found")).isEqualTo(100);
    }
  }

  @Test
  void whatTheNodeDoesNotHaveIsAskedAgain() {
    Message block = Vectors.block(BLOCK);
    start(inMemory());
    Client alice = client();

    alice.says(getData(InventoryVector.WITNESS_BLOCK, hash(block)));
    assertThat(alice.blocks()).isEmpty();
    nodeHas(block);
    alice.says(getData(InventoryVector.WITNESS_BLOCK, hash(block)));
    assertThat(alice.blocks()).containsExactly(block);
    assertThat(node.asked).hasSize(2);
  }

  /** A store that keeps everything, and shows it. */
  private static final class Kept implements AnswerStore {

    final Map<Key, Message> map = new HashMap<>();

    @Override
    public Optional<Message> get(Key name) {
      return Optional.ofNullable(map.get(name));
    }

    @Override
    public void put(Key name, Message answer) {
      map.put(name, answer);
    }

    @Override
    public void remove(Key name) {
      map.remove(name);
    }

    @Override
    public void close() {}
  }
}
