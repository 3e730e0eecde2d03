package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.RequestTypeProvider;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.command.RequestTypes;
import org.bitcoinmultiplexer.bitcoin.relay.NodeRelay;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.NodeConversation;

/** A relay on a scripted engine, and the clients that come to it. */
final class Scene {

  static final long NODE_SERVICES = 0x409;

  final ScriptedEngine engine = new ScriptedEngine();
  final SplittableRandom random = new SplittableRandom(20110914);
  final NodeRelay nodeRelay;
  final RequestTypes types;
  private final SharedContext shared;
  long nodeServices = NODE_SERVICES;
  private NodeConversation node;

  Scene() {
    this(new RelayOptions(true, true, 1 << 20));
  }

  Scene(RelayOptions options, RequestTypeProvider... providers) {
    InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L));
    nodeRelay = new NodeRelay(engine, Network.REGTEST, options, random, clock);
    types = RequestTypes.of(Network.REGTEST, List.of(providers));
    shared =
        new SharedContext(
            Network.REGTEST,
            nodeRelay.node(),
            nodeRelay,
            types,
            new Announcements(),
            new CompactBlocks(engine, nodeRelay.node(), random, clock),
            new FilterScheduler(engine.loop),
            options.bloom(),
            random,
            clock);
  }

  /** A scene whose node has shaken hands and has these blocks. */
  static Scene withNode(List<BlockHeader> chain) {
    Scene scene = new Scene();
    scene.nodeConnects(chain.size(), true);
    scene.nodeHas(chain);
    return scene;
  }

  void nodeConnects(int height, boolean relay) {
    engine.loop.run(
        () -> {
          node = nodeRelay.greet(engine);
          node.onOpen();
        });
    nodeSays(ClientKind.introduction(70016, "/Satoshi:28.0.0/", nodeServices, relay, height));
    nodeSays(Message.of(Commands.WTXIDRELAY, new byte[0]));
    nodeSays(Message.of(Commands.VERACK, new byte[0]));
    assertThat(engine.nodeReady).isTrue();
  }

  void nodeGoes() {
    engine.loop.run(() -> node.onClosed());
  }

  void nodeSays(Message message) {
    engine.loop.run(() -> node.onMessage(message));
  }

  /** Answers all questions of the relay about the way with this chain. */
  void nodeHas(List<BlockHeader> chain) {
    Message headers = Chain.headersMessage(chain);
    nodeSays(headers);
    while (!engine.asked.isEmpty()) {
      ScriptedEngine.Asked asked = engine.asked.remove(0);
      assertThat(asked.request().command()).isEqualTo(Commands.GETHEADERS);
      engine.loop.run(() -> asked.then().accept(new Outcome.Answered(List.of(headers))));
    }
    assertThat(nodeRelay.node().tip()).isNotNull();
    assertThat(nodeRelay.node().tip().hash()).isEqualTo(chain.get(chain.size() - 1).hash());
  }

  /** Answers the relay's question about the way. */
  void nodeShows(Message headers) {
    nodeSays(headers);
    ScriptedEngine.Asked asked = engine.asked.remove(0);
    assertThat(asked.request().command()).isEqualTo(Commands.GETHEADERS);
    engine.loop.run(() -> asked.then().accept(new Outcome.Answered(List.of(headers))));
  }

  /** The node announces transactions, and gives them when asked. */
  void nodeRelays(Message tx, Hash wtxid) {
    nodeSays(Inventory.of(Commands.INV, InventoryVector.WTX, wtxid));
    ScriptedEngine.Asked asked = engine.asked.remove(0);
    assertThat(asked.request().command()).isEqualTo(Commands.GETDATA);
    engine.loop.run(() -> asked.then().accept(new Outcome.Answered(List.of(tx))));
  }

  /** A client that has said nothing yet. */
  ScriptedClient connect() {
    return connect("client:1");
  }

  ScriptedClient connect(String remote) {
    return new ScriptedClient(engine, remote, context -> new BitcoinConversation(context, shared));
  }
}
