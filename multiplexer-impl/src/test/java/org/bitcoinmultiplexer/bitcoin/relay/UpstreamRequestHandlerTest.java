package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.grow;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.headers;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.last;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

class UpstreamRequestHandlerTest {

  private static final Message TX = TestChain.tx(1, 5);
  private static final Hash TXID = Transaction.parse(TX).txid();
  private static final Hash WTXID = Transaction.parse(TX).wtxid();
  private static final Message NONE = headers(List.of());

  private final RelayFixture fixture = new RelayFixture();
  private final ScriptedEngineContext engine = fixture.engine;
  private final Peer alice = new Peer("alice");
  private final Peer bob = new Peer("bob");

  @Test
  void servesWhatWasSubmittedInTheFormAskedFor() {
    fixture.connected();
    fixture.submits(alice, TX);

    nodeWants(InventoryVector.WTX, WTXID);
    nodeWants(InventoryVector.WITNESS_TX, TXID);
    nodeWants(InventoryVector.TX, TXID);

    assertThat(engine.told).containsExactly(TX, TX, TX, Transaction.strip(TX));
    assertThat(engine.told.get(3)).isNotEqualTo(TX);
  }

  @Test
  void asksAnnouncersInTurnAndSaysNotfoundAtTheEnd() {
    fixture.connected();
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    fixture.announces(bob, InventoryVector.WTX, WTXID);
    nodeWants(InventoryVector.WTX, WTXID);
    assertThat(fixture.line.sent).isEmpty();

    Message notfound = Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, WTXID);
    engine.loop.run(() -> fixture.nodeRelay.refused(alice, notfound));
    assertThat(fixture.line.sent).isEmpty();
    engine.loop.advance(DataRequestTracker.PATIENCE);

    assertThat(fixture.line.sent).containsExactly(notfound);
  }

  @Test
  void aDeliveredTransactionIsTheAnswer() {
    fixture.connected();
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    nodeWants(InventoryVector.WTX, WTXID);
    fixture.submits(alice, TX);
    engine.loop.advance(DataRequestTracker.PATIENCE);
    assertThat(engine.told).containsExactly(TX);
    assertThat(fixture.line.sent).isEmpty();
  }

  @Test
  void aNodeThatTakesOnlyWhatItAskedForIsToldAndThenAsks() {
    fixture.connected("/bcoin:v1.0.2/");
    fixture.submits(alice, TX);
    assertThat(engine.told).containsExactly(Inventory.of(Commands.INV, InventoryVector.WTX, WTXID));
    nodeWants(InventoryVector.WTX, WTXID);
    assertThat(engine.told).endsWith(TX);
  }

  @Test
  void aNodeThatTakesOnlyWhatItAskedForIsGivenWhatItAskedForFirst() {
    fixture.connected("/bcoin:v1.0.2/");
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    nodeWants(InventoryVector.WTX, WTXID);
    fixture.submits(alice, TX);
    assertThat(engine.told).containsExactly(TX);
  }

  @Test
  void saysNotfoundOnceForAllThatNobodyHas() {
    fixture.connected();
    List<Hash> ids = List.of(WTXID, TXID, Hash.of("%064x".formatted(4)));
    fixture.line.says(Inventory.of(Commands.GETDATA, InventoryVector.WTX, ids));
    assertThat(fixture.line.sent)
        .containsExactly(Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, ids));
  }

  @Test
  void isSilentAboutBlocksItHasNot() {
    fixture.connected();
    nodeWants(InventoryVector.WITNESS_BLOCK, WTXID);
    nodeWants(0x40000003, WTXID);
    assertThat(fixture.line.sent).isEmpty();
    assertThat(engine.count(Counter.ASK_US_NOT_SERVED)).isEqualTo(2);
  }

  @Test
  void saysThatThereAreNoMoreHeadersIfNobodyAnnouncedAny() {
    fixture.connected();
    assertThat(nodeAsksForHeaders()).isTrue();
    assertThat(fixture.line.sent).containsExactly(NONE);
  }

  @Test
  void bringsTheNodeHeadersOfWhoAnnouncedAnUnknownBlockLast() {
    List<BlockHeader> known = fixture.knowing(12);
    List<BlockHeader> fresh = grow(last(known), 2, 1);
    fixture.announces(alice, InventoryVector.BLOCK, fresh.get(0).hash());
    fixture.announces(bob, InventoryVector.BLOCK, fresh.get(1).hash());
    alice.asked.clear();
    bob.asked.clear();

    nodeAsksForHeaders();
    assertThat(alice.asked).isEmpty();
    assertThat(bob.asked).extracting(Message::command).containsExactly(Commands.GETHEADERS);
    engine.loop.run(() -> fixture.nodeRelay.headers(bob, headers(fresh)));

    assertThat(engine.told).as("in turns with what it builds on").containsExactly(headers(fresh));
    assertThat(engine.loop.pendingTimers()).as("only the requests for two blocks").isEqualTo(2);
  }

  @Test
  void asksTheNextIfHeadersAreUselessOrFalseOrLateOrTheClientLeaves() {
    List<BlockHeader> known = fixture.knowing(12);
    BlockHeader tip = last(known);
    List<Peer> peers = List.of(alice, bob, new Peer("carol"), new Peer("dave"), new Peer("eve"));
    for (int i = 0; i < peers.size(); i++) {
      fixture.announces(peers.get(i), InventoryVector.BLOCK, grow(tip, 1, i + 1).get(0).hash());
      peers.get(i).asked.clear();
    }
    BlockHeader unproven = TestChain.header(tip.hash(), 9, tip.time() + 1, TestChain.BITS, false);

    nodeAsksForHeaders();
    engine.loop.run(() -> fixture.nodeRelay.headers(peers.get(4), NONE));
    assertThat(peers.get(3).asked).hasSize(1);
    engine.loop.run(() -> fixture.nodeRelay.headers(peers.get(3), headers(unproven)));
    assertThat(peers.get(2).asked).hasSize(1);
    engine.loop.advance(UpstreamRequestHandler.PATIENCE);
    assertThat(bob.asked).hasSize(1);
    engine.loop.run(() -> fixture.nodeRelay.left(bob));
    assertThat(alice.asked).extracting(Message::command).containsExactly(Commands.GETHEADERS);
    assertThat(fixture.line.sent).isEmpty();
    engine.loop.run(() -> fixture.nodeRelay.headers(alice, headers(grow(tip.previous(), 1, 9))));

    assertThat(fixture.line.sent).as("it is too early in its place").containsExactly(NONE);
  }

  @Test
  void showsTheNodeNoHeaderThatDoesNotBuildOnTheOneBefore() {
    List<BlockHeader> known = fixture.knowing(12);
    BlockHeader one = grow(last(known), 1, 1).get(0);
    BlockHeader other = grow(last(known), 1, 2).get(0);
    fixture.announces(alice, InventoryVector.BLOCK, one.hash());
    nodeAsksForHeaders();
    engine.loop.run(() -> fixture.nodeRelay.headers(alice, headers(one, other)));
    assertThat(fixture.line.sent).containsExactly(NONE);
  }

  @Test
  void asksNobodyWhoHasLeft() {
    BlockHeader tip = last(fixture.knowing(12));
    Peer carol = new Peer("carol");
    for (Peer peer : List.of(alice, bob, carol)) {
      fixture.announces(
          peer, InventoryVector.BLOCK, grow(tip, 1, peer.name.charAt(0)).get(0).hash());
      peer.asked.clear();
    }
    nodeAsksForHeaders();
    assertThat(carol.asked).hasSize(1);
    engine.loop.run(() -> fixture.nodeRelay.left(bob));
    engine.loop.run(() -> fixture.nodeRelay.left(alice));
    engine.loop.run(() -> fixture.nodeRelay.headers(carol, NONE));
    assertThat(fixture.line.sent).containsExactly(NONE);

    engine.loop.run(() -> fixture.nodeRelay.left(carol));
    bob.asked.clear();
    nodeAsksForHeaders();
    assertThat(fixture.line.sent).containsExactly(NONE, NONE);
    assertThat(bob.asked).isEmpty();
    assertThat(alice.asked).isEmpty();
    assertThat(carol.asked).hasSize(1);
  }

  @Test
  void doesNotDenyLaterWhatItHasDelivered() {
    RelayFixture forgetful = new RelayFixture(new RelayOptions(true, true, 1)).connected();
    forgetful.announces(alice, InventoryVector.WTX, WTXID);
    forgetful.line.says(Inventory.of(Commands.GETDATA, InventoryVector.WTX, WTXID));
    forgetful.submits(alice, TX);
    forgetful.announces(bob, InventoryVector.WTX, WTXID);
    forgetful.engine.loop.run(() -> forgetful.nodeRelay.left(alice));
    forgetful.engine.loop.run(() -> forgetful.nodeRelay.left(bob));
    assertThat(forgetful.engine.told).containsExactly(TX);
    assertThat(forgetful.line.sent).isEmpty();
  }

  @Test
  void forgetsTheQuestionWithItsConnection() {
    List<BlockHeader> known = fixture.knowing(12);
    List<BlockHeader> fresh = grow(last(known), 1, 1);
    fixture.announces(alice, InventoryVector.BLOCK, fresh.get(0).hash());
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    nodeAsksForHeaders();
    nodeWants(InventoryVector.WTX, WTXID);
    RelayFixture.Line old = fixture.line;
    fixture.reconnect(RelayFixture.LONG);

    engine.loop.run(() -> fixture.nodeRelay.headers(alice, headers(fresh)));
    engine.loop.run(() -> fixture.nodeRelay.left(alice));

    assertThat(old.sent).isEmpty();
    assertThat(fixture.line.sent).isEmpty();
  }

  private void nodeWants(int type, Hash id) {
    assertThat(fixture.line.says(Inventory.of(Commands.GETDATA, type, id))).isTrue();
  }

  private boolean nodeAsksForHeaders() {
    return fixture.line.says(RelayFixture.getheaders(List.of(Hash.ZERO), Hash.ZERO));
  }
}
