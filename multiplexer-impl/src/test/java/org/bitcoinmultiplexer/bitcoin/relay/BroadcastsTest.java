package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.BroadcastResult;
import org.bitcoinmultiplexer.api.BroadcastResult.Evidence;
import org.bitcoinmultiplexer.api.BroadcastResult.Status;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.junit.jupiter.api.Test;

/** Whoever hands a transaction in himself is told what became of it. */
class BroadcastsTest {

  private static final Duration DAY = Duration.ofDays(1);
  private static final Message TX = TestChain.tx(1, 5);
  private static final Hash WTXID = Transaction.parse(TX).wtxid();

  private final RelayFixture fixture = new RelayFixture().connected();
  private final ScriptedEngineContext engine = fixture.engine;

  private CompletableFuture<BroadcastResult> broadcast(Message tx, Duration patience) {
    CompletableFuture<BroadcastResult> result = fixture.nodeRelay.broadcast(tx, patience);
    engine.loop.runTasks();
    return result;
  }

  private static BroadcastResult result(CompletableFuture<BroadcastResult> future)
      throws Exception {
    return future.get(30, TimeUnit.SECONDS); // another thread completes it, at once
  }

  @Test
  void theNodeAnnouncesIt() throws Exception {
    CompletableFuture<BroadcastResult> result = broadcast(TX, DAY);
    assertThat(engine.told).containsExactly(TX);
    assertThat(result).isNotDone();
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    assertThat(result(result).status()).isEqualTo(Status.ACCEPTED);
    assertThat(result(result).evidence()).contains(Evidence.ANNOUNCED);
    engine.loop.runTasks();
    assertThat(result(broadcast(TX, DAY)).evidence()).contains(Evidence.KNOWN);
  }

  @Test
  void theNodeGivesItBack() throws Exception {
    CompletableFuture<BroadcastResult> result = broadcast(TX, DAY);
    fixture.answer(TX);
    assertThat(result(result).evidence()).contains(Evidence.SENT);
    engine.loop.advance(Duration.ofMinutes(20));
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void itIsOfferedOnEveryConnectionAndPastThePatienceOfASubmission() throws Exception {
    CompletableFuture<BroadcastResult> result = broadcast(TX, DAY);
    for (int minute = 0; minute < 25; minute++) {
      while (!engine.questions.isEmpty()) {
        fixture.absent(engine.take());
      }
      engine.loop.advance(Duration.ofMinutes(1));
    }
    assertThat(engine.told).hasSizeGreaterThan(1).containsOnly(TX);
    assertThat(result).isNotDone();
    engine.told.clear();
    fixture.reconnect(RelayFixture.LONG);
    assertThat(engine.told).containsExactly(TX);
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    assertThat(result(result).status()).isEqualTo(Status.ACCEPTED);
  }

  @Test
  void itsTimeIsOver() throws Exception {
    CompletableFuture<BroadcastResult> result = broadcast(TX, Duration.ofSeconds(30));
    engine.loop.advance(Duration.ofSeconds(30));
    assertThat(result(result).status()).isEqualTo(Status.TIMED_OUT);
    assertThat(result(result).evidence()).isEmpty();
    assertThat(result(result).detail()).contains("has not shown");
  }

  @Test
  void withoutANodeItsTimeIsOverToo() throws Exception {
    fixture.line.closes();
    CompletableFuture<BroadcastResult> result = broadcast(TX, Duration.ofSeconds(30));
    engine.loop.advance(Duration.ofSeconds(30));
    assertThat(result(result).status()).isEqualTo(Status.TIMED_OUT);
  }

  @Test
  void whatIsNoTransactionIsRefused() throws Exception {
    Message nonsense = new ByteWriter(3).u8(1).u8(2).u8(3).toMessage(Commands.TX);
    assertThat(result(broadcast(nonsense, DAY)).status()).isEqualTo(Status.REJECTED);
    assertThat(result(broadcast(nonsense, DAY)).detail()).contains("not a transaction");
    assertThat(engine.told).isEmpty();
  }

  @Test
  void aBlockHasAnotherThatSpendsTheSame() throws Exception {
    Hash coin = Sha256d.hash(new byte[] {1}, 0, 1);
    Message other = TestChain.tx(coin, 1, 500, 0);
    CompletableFuture<BroadcastResult> result = broadcast(TX, DAY);
    fixture.absent(engine.take());
    fixture.line.says(TestChain.tx(coin, 1, 400, 0)); // in its mempool: no refusal
    assertThat(result).isNotDone();
    mine(other);
    assertThat(result(result).status()).isEqualTo(Status.REJECTED);
    assertThat(result(result).detail()).contains(Transaction.parse(other).txid().toString());
  }

  @Test
  void aBlockHasItWithAnotherWitness() throws Exception {
    CompletableFuture<BroadcastResult> result = broadcast(TX, DAY);
    fixture.absent(engine.take());
    mine(TestChain.tx(1, 6));
    assertThat(result(result).evidence()).contains(Evidence.MINED);
  }

  @Test
  void aBlockHasIt() throws Exception {
    CompletableFuture<BroadcastResult> result = broadcast(TX, DAY);
    fixture.absent(engine.take());
    mine(TX);
    assertThat(result(result).evidence()).contains(Evidence.MINED);
  }

  private void mine(Message tx) {
    BlockHeader next = TestChain.grow(TestChain.last(fixture.chain), 1, 1).get(0);
    fixture.line.says(TestChain.headers(next));
    Message wanted = Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, next.hash());
    ScriptedEngineContext.Question question =
        engine.questions.stream()
            .filter(asked -> asked.request().equals(wanted))
            .findFirst()
            .orElseThrow();
    engine.questions.remove(question);
    fixture.answer(question, AcceptanceProbeTest.blockWith(next, tx));
    engine.loop.runTasks();
  }

  @Test
  void itIsNobodyWhoHasAnythingElse() {
    Message child = TestChain.tx(Transaction.parse(TX).txid(), 0, 900, 1);
    CompletableFuture<BroadcastResult> result = broadcast(child, DAY);
    fixture.line.says(
        Inventory.of(Commands.GETDATA, InventoryVector.TX, Transaction.parse(TX).txid()));
    engine.loop.runTasks();
    assertThat(engine.told).containsExactly(child);
    assertThat(result).isNotDone();
  }

  @Test
  void nobodyWaitsWhenTheMultiplexerIsClosed() {
    CompletableFuture<BroadcastResult> result = broadcast(TX, DAY);
    fixture.nodeRelay.closeBroadcasts();
    assertThat(result).isCompletedExceptionally();
  }
}
