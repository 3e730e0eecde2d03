package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.node.NodeNotification;
import org.bitcoinmultiplexer.bitcoin.node.TipNotification;
import org.bitcoinmultiplexer.bitcoin.node.TransactionNotification;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens, no kind of client is sent what its kind dies of. */
class ClientKindsTest {

  private static final int STEPS = 400;

  private final Scene scene = Scene.withNode(Chain.headers(3));
  private final List<BlockHeader> chain = new ArrayList<>(Chain.headers(3));
  private int transactions;

  @ParameterizedTest
  @EnumSource(ClientKind.class)
  void survivesARandomMixOfNewsAndAnswers(ClientKind kind) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    ScriptedClient other = ClientKind.CORE.greet(scene);
    ScriptedClient client = kind.greet(scene);
    for (int i = 0; i < STEPS; i++) {
      step(random, kind, client, other);
      assertThat(client.rule).as("seed %d, step %d: %s", seed, i, client.reason).isNull();
      for (Message message : client.heard()) {
        assertHarmless(kind, message, "seed " + seed + ", step " + i);
      }
    }
  }

  @Test
  void nothingButTheHandshakeIsSaidBeforeItsEnd() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    ScriptedClient other = ClientKind.CORE.greet(scene);
    ScriptedClient client = scene.connect();
    client.says(ClientKind.BITCOINJ.introduction());
    for (int i = 0; i < STEPS; i++) {
      news(random, other);
    }

    assertThat(client.heard())
        .as("seed %d", seed)
        .extracting(Message::command)
        .containsExactly(Commands.VERSION, Commands.VERACK);
  }

  private void step(Random random, ClientKind kind, ScriptedClient client, ScriptedClient other) {
    switch (random.nextInt(3)) {
      case 0 -> news(random, other);
      case 1 -> ask(random, kind, client);
      default -> settle(random, client);
    }
  }

  private void news(Random random, ScriptedClient other) {
    switch (random.nextInt(6)) {
      case 0 -> grow(random);
      case 1 -> {
        Message tx = Chain.witnessTx(transactions++);
        other.says(tx);
        scene.nodeSays(tx); // which shows that the node has accepted it
      }
      case 2 -> {
        Transaction tx = Transaction.parse(Chain.witnessTx(transactions++));
        scene.engine.publish(new TransactionNotification(tx.txid(), tx.wtxid()));
      }
      case 3 ->
          scene.engine.publish(
              new NodeNotification(
                  scene.nodeRelay.node().info().withFeeFilter(random.nextInt(100_000))));
      case 4 -> scene.engine.publish(new NodeNotification(scene.nodeRelay.node().info()));
      default -> scene.engine.loop.advance(Duration.ofMillis(random.nextInt(300)));
    }
  }

  private void grow(Random random) {
    int count = 1 + random.nextInt(10);
    List<BlockHeader> next =
        Chain.headers(chain.get(chain.size() - 1).hash(), count, random.nextInt(100));
    chain.addAll(next);
    scene.engine.publish(new TipNotification(next));
  }

  private void ask(Random random, ClientKind kind, ScriptedClient client) {
    Hash block = chain.get(random.nextInt(chain.size())).hash();
    Transaction tx = Transaction.parse(Chain.witnessTx(random.nextInt(50)));
    switch (random.nextInt(7)) {
      case 0 -> client.says(locator(Commands.GETHEADERS, block));
      case 1 -> client.says(locator(Commands.GETBLOCKS, block));
      case 2 -> client.says(getData(InventoryVector.WITNESS_BLOCK, block));
      case 3 -> client.says(getData(InventoryVector.TX, tx.txid()));
      case 4 -> client.says(getData(InventoryVector.WITNESS_TX, tx.txid()));
      case 5 -> { // who asks by wtxid is answered by it, and so knows what that is
        if (kind.wtxids) {
          client.says(getData(InventoryVector.WTX, tx.wtxid()));
        }
      }
      default -> {
        int type = kind.wtxids ? InventoryVector.WTX : InventoryVector.TX;
        client.says(Ping.ping(random.nextLong()));
        client.says(Inventory.of(Commands.INV, type, tx.txid()));
      }
    }
  }

  private void settle(Random random, ScriptedClient client) {
    Message asked = client.pending();
    if (asked == null) {
      return;
    }
    if (random.nextInt(3) == 0) {
      client.settle(
          random.nextBoolean() ? Outcome.Absent.INSTANCE : new Outcome.Failed("no upstream"));
    } else if (asked.command().equals(Commands.GETHEADERS)) {
      int from = random.nextInt(chain.size());
      client.upstream(
          Chain.headersMessage(chain.subList(from, Math.min(chain.size(), from + 600))));
    } else if (InventoryVector.isBlock(Inventory.parse(asked).type(0))) {
      client.upstream(Chain.block(Network.REGTEST.genesis(), 1, Chain.witnessTx(1)));
    } else {
      client.upstream(Chain.witnessTx(random.nextInt(50)));
    }
  }

  private static void assertHarmless(ClientKind kind, Message message, String when) {
    String command = message.command();
    assertThat(ClientKind.BITCOINJ_KNOWS).as(when).contains(command);
    if (command.equals(Commands.FEEFILTER)) {
      assertThat(kind.version).as(when).isGreaterThanOrEqualTo(70013);
    }
    if (command.equals(Commands.INV) || command.equals(Commands.NOTFOUND)) {
      Inventory items = Inventory.parse(message);
      assertThat(items.size()).as(when).isPositive();
      for (int i = 0; i < items.size(); i++) {
        assertHarmless(kind, command, items.type(i), when);
      }
    }
  }

  private static void assertHarmless(ClientKind kind, String command, int type, String when) {
    if (type == InventoryVector.WTX) {
      assertThat(kind.wtxids).as(when).isTrue();
    }
    if (command.equals(Commands.INV)) {
      boolean isBlock = type == InventoryVector.BLOCK;
      assertThat(isBlock || kind.relay).as("%s: an inv of type %d", when, type).isTrue();
      assertThat(type)
          .as(when)
          .isIn(InventoryVector.BLOCK, kind.wtxids ? InventoryVector.WTX : InventoryVector.TX);
    } else {
      assertThat(InventoryVector.isTransaction(type)).as(when).isTrue();
    }
  }

  private static Message locator(String command, Hash block) {
    return BlockLocator.of(command, 70016, List.of(block), Hash.ZERO);
  }

  private static Message getData(int type, Hash hash) {
    return Inventory.of(Commands.GETDATA, type, hash);
  }
}
