package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatcher;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatching;
import org.bitcoinmultiplexer.bitcoin.bloom.BloomFilter;
import org.bitcoinmultiplexer.bitcoin.bloom.FilteredBlock;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.ClientHandshake;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterAdd;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.budget.Rate;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of bloom filters. */
class FiltersTest {

  private static final Message EVERYTHING = filter(new byte[0], 0, 0, 0);
  private static final Message TICK_OVER = Ping.ping(99);

  private final List<BlockHeader> chain = Chain.headers(3);
  private final Scene scene = new Scene(new RelayOptions(true, true, 1 << 20, true));
  private final ScriptedClient client;
  private final Message tx = Chain.tx(1);
  private final Message witnessTx = Chain.witnessTx(2);
  private final Message block = Chain.block(chain.get(2).hash(), 4, tx, witnessTx);
  private final Hash hash = BlockHeader.of(block).hash();

  FiltersTest() {
    scene.nodeConnects(chain.size(), true);
    scene.nodeHas(chain);
    client = ClientKind.BITCOINJ.greet(scene);
  }

  // ---- what is offered

  @Test
  void theServiceIsOfferedThoughTheNodeHasItNot() {
    ScriptedClient other = scene.connect();
    other.says(ClientKind.BITCOINJ.introduction());

    Version version = Version.parse(other.heard().get(0));
    assertThat(Scene.NODE_SERVICES & Version.NODE_BLOOM).isZero();
    assertThat(version.services()).isEqualTo(Scene.NODE_SERVICES | Version.NODE_BLOOM);
  }

  @Test
  void theServiceOfTheNodeIsNotPassedOnWhereItIsSwitchedOff() {
    Scene without = new Scene(new RelayOptions(true, true, 1 << 20));
    without.nodeConnects(3, true);
    ScriptedClient other = without.connect();
    other.says(ClientKind.BITCOINJ.introduction());

    assertThat(Version.parse(other.heard().get(0)).services() & Version.NODE_BLOOM).isZero();
    assertThat(ClientHandshake.WITHHELD & Version.NODE_BLOOM).isNotZero();
  }

  // ---- filtered blocks

  @Test
  void aFilteredBlockIsCutOutOfTheWholeOne() {
    client.says(matching(txid(witnessTx)));
    client.says(getFiltered(hash));

    assertThat(client.pending()).isEqualTo(whole(hash));
    client.upstream(block);
    assertThat(client.heard())
        .containsExactlyElementsOf(expected(matching(txid(witnessTx)), block))
        .endsWith(Transaction.strip(witnessTx))
        .hasSize(2);
    assertThat(scene.engine.counters.counter(Counter.CLIENT_BLOOM_BLOCKS).sum()).isEqualTo(1);
  }

  @Test
  void anEmptyFilterLetsEverythingPass() {
    client.says(EVERYTHING);
    client.says(getFiltered(hash));
    client.upstream(block);

    assertThat(client.heard())
        .extracting(Message::command)
        .containsExactly("merkleblock", "tx", "tx", "tx");
  }

  @Test
  void aPongComesBehindTheTransactionsOfAFilteredBlock() {
    client.says(EVERYTHING);
    client.says(getFiltered(hash));
    client.says(TICK_OVER);
    client.upstream(block);

    assertThat(client.heard()).hasSize(5).endsWith(Ping.pong(99));
  }

  @Test
  void withoutAFilterAFilteredBlockIsNotEvenAskedFor() {
    client.says(getFiltered(hash));
    client.says(EVERYTHING);
    client.says(Commands.FILTERCLEAR);
    client.says(getFiltered(hash));
    client.says(TICK_OVER);

    assertThat(client.asked).isEmpty();
    assertThat(client.heard()).containsExactly(Ping.pong(99));
    assertThat(client.rule).isNull();
  }

  @Test
  void aBlockThatIsNotThereIsAnsweredWithSilence() {
    client.says(EVERYTHING);
    client.says(getFiltered(hash));
    client.says(TICK_OVER);
    client.upstreamHasNothing();

    assertThat(client.heard()).containsExactly(Ping.pong(99));
  }

  @Test
  void whatIsSaidOfTheFilterTakesEffectInItsTurn() {
    client.says(matching(txid(tx)));
    client.says(getFiltered(hash));
    client.says(matching(txid(witnessTx)));
    client.says(getFiltered(hash));
    client.says(FilterAdd.toMessage(txid(tx)));
    client.says(getFiltered(hash));
    client.says(Commands.FILTERCLEAR);
    client.says(TICK_OVER);

    client.upstream(block);
    assertThat(client.heard()).containsExactlyElementsOf(expected(matching(txid(tx)), block));
    client.upstream(block);
    assertThat(client.heard())
        .containsExactlyElementsOf(expected(matching(txid(witnessTx)), block));
    client.upstream(block);
    assertThat(client.heard())
        .hasSize(4)
        .startsWith(expected(matching(txid(tx), txid(witnessTx)), block).toArray(new Message[0]))
        .endsWith(Ping.pong(99));
  }

  @Test
  void whoeverFetchesTheLastBlockOfFiveHundredFilteredIsToldOfTheTipBehindIt() {
    List<BlockHeader> many = Chain.headers(700);
    client.says(EVERYTHING);
    client.says(
        BlockLocator.of(Commands.GETBLOCKS, 70013, List.of(Network.REGTEST.genesis()), Hash.ZERO));
    client.upstream(Chain.headersMessage(many));
    assertThat(client.heard()).hasSize(1);

    client.says(getFiltered(many.get(499).hash()));
    client.upstream(block);
    assertThat(client.heard())
        .hasSize(5)
        .endsWith(
            Inventory.of(Commands.INV, InventoryVector.BLOCK, scene.nodeRelay.node().tip().hash()));
  }

  // ---- limits

  @Test
  void anElementForNoFilterEndsTheSession() {
    client.says(EVERYTHING);
    client.says(FilterAdd.toMessage(new byte[520]));
    assertThat(client.rule).isNull();

    client.says(Commands.FILTERCLEAR);
    client.says(FilterAdd.toMessage(new byte[1]));
    assertThat(client.rule).isEqualTo("no-filter");
  }

  @ParameterizedTest
  @CsvSource({"36001,1,limit-filterload", "36000,51,limit-filterload", "36000,50,"})
  void aFilterThatIsTooLargeEndsTheSession(int bytes, int functions, String rule) {
    client.says(filter(new byte[bytes], functions, 0, 0));

    assertThat(client.rule).isEqualTo(rule);
  }

  @Test
  void anElementThatIsTooLongEndsTheSession() {
    client.says(EVERYTHING);
    client.says(new ByteWriter(3 + 521).varBytes(new byte[521]).toMessage(Commands.FILTERADD));

    assertThat(client.rule).isEqualTo("limit-filteradd");
  }

  @Test
  void aFilterThatCannotBeReadIsDropped() {
    client.says(Commands.FILTERLOAD, (byte) 3, (byte) 0);

    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.counter(Counter.CLIENT_MALFORMED).sum()).isEqualTo(1);
  }

  // ---- relay

  @Test
  void onlyWhatMatchesIsAnnounced() {
    client.says(matching(txid(tx)));
    relays(tx);
    relays(witnessTx);

    assertThat(afterATick()).containsExactly(inv(txid(tx)));
  }

  @Test
  void whoWantedNoTransactionsIsToldOfThemFromTheFirstFilterOn() {
    ScriptedClient quiet = scene.connect();
    quiet.says(ClientKind.introduction(70013, "/bitcoinj:0.17.1/", 0, false, 0));
    quiet.says(Commands.VERACK);
    relays(tx);
    quiet.heard();
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(quiet.heard()).isEmpty();

    quiet.says(matching(txid(witnessTx)));
    relays(witnessTx);
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(quiet.heard()).containsExactly(inv(txid(witnessTx)));
    quiet.says(Commands.FILTERCLEAR);
    relays(Chain.tx(3));
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(quiet.heard()).containsExactly(inv(txid(Chain.tx(3))));
  }

  @Test
  void whatTheClientSubmittedItselfIsEchoedWhateverItsFilter() {
    client.says(matching(new byte[] {1}));
    client.says(tx);
    relays(tx);

    assertThat(afterATick()).containsExactly(inv(txid(tx)));
  }

  // ---- mempool

  @Test
  void theMempoolIsWhatPassesTheFilterAndAPongComesBehindIt() {
    relays(tx);
    relays(witnessTx);
    relays(Chain.tx(3));
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    client.heard();
    client.says(matching(txid(tx), txid(Chain.tx(3))));
    client.says(Commands.MEMPOOL);
    client.says(TICK_OVER);

    assertThat(client.heard())
        .containsExactly(
            Inventory.of(
                Commands.INV, InventoryVector.TX, List.of(hashOf(tx), hashOf(Chain.tx(3)))),
            Ping.pong(99));
  }

  @Test
  void theMempoolComesByWtxidToWhoUsesThem() {
    relays(witnessTx);
    ScriptedClient core = ClientKind.CORE.greet(scene);
    core.says(Commands.MEMPOOL);

    assertThat(core.heard())
        .containsExactly(
            Inventory.of(Commands.INV, InventoryVector.WTX, Transaction.parse(witnessTx).wtxid()));
  }

  @Test
  void anEmptyMempoolIsAnsweredWithSilence() {
    client.says(Commands.MEMPOOL);
    client.says(matching(new byte[] {1}));
    relays(tx);
    client.says(Commands.MEMPOOL);

    assertThat(client.heard()).isEmpty();
    assertThat(client.rule).isNull();
  }

  @Test
  void whatTheMempoolToldIsNotAnnouncedAgain() {
    ScriptedClient late = ClientKind.BITCOINJ.greet(scene);
    relays(tx);
    late.says(Commands.MEMPOOL);
    assertThat(late.heard()).containsExactly(inv(txid(tx)));

    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(late.heard()).isEmpty();
  }

  @Test
  void othersHaveTheirTurnWhileALongMempoolIsLookedThrough() {
    Scene busy = new Scene(new RelayOptions(true, true, 100 << 20, true));
    busy.nodeConnects(chain.size(), true);
    busy.nodeHas(chain);
    int all = (int) (3 * FilterScheduler.SLICE) / MempoolBatch.WORK;
    for (int i = 0; i < all; i++) {
      Message each = Chain.tx(i);
      busy.nodeRelays(each, Transaction.parse(each).wtxid());
    }
    ScriptedClient late = ClientKind.BITCOINJ.greet(busy);
    late.says(Commands.MEMPOOL);
    busy.engine.loop.advance(Duration.ofSeconds(1));

    assertThat(late.rests).isBetween(1, 3);
    List<Hash> told = new ArrayList<>();
    for (Message each : late.heard()) {
      Inventory inv = Inventory.parse(each);
      for (int i = 0; i < inv.size(); i++) {
        told.add(inv.hash(i));
      }
    }
    assertThat(told).hasSize(all).startsWith(hashOf(Chain.tx(0)));
    assertThat(told.get(all - 1)).isEqualTo(hashOf(Chain.tx(all - 1)));
  }

  // ---- cost

  @Test
  void fiveFiltersThatAreNearlyFullLeaveTheLoopToOthers() {
    Message large = large();
    int perBlock = 3_002;
    List<ScriptedClient> hostile = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ScriptedClient one = ClientKind.BITCOINJ.greet(scene.connect("192.0.2." + i + ":1"));
      one.says(nearlyFull());
      one.says(getFiltered(hash));
      hostile.add(one);
    }
    List<Integer> sentBetweenLooks = new ArrayList<>();
    int before = 0;
    for (ScriptedClient one : hostile) {
      one.upstream(large);
      int sent = sent(hostile);
      sentBetweenLooks.add(sent - before);
      before = sent;
    }
    client.says(TICK_OVER);
    assertThat(client.heard()).containsExactly(Ping.pong(99));

    long began = scene.engine.loop.nanoTime();
    int[] last = {before};
    boolean done =
        scene.engine.loop.advanceUntil(
            () -> {
              int sent = sent(hostile);
              sentBetweenLooks.add(sent - last[0]);
              last[0] = sent;
              return sent == 5 * perBlock;
            },
            Duration.ofMinutes(1));
    assertThat(done).isTrue();
    // Some 2 us each, and before that what it takes to find that they match.
    assertThat(Collections.max(sentBetweenLooks)).isBetween(50, 1_000);
    assertThat(scene.engine.loop.nanoTime() - began)
        .as("all of them together have half of the time")
        .isGreaterThan(2 * 4 * workPerBlock(large));
  }

  @Test
  void whoHasMuchToDoOnlyWaitsForOthersWhoHave() {
    Message large = large();
    List<ScriptedClient> hostile = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ScriptedClient one = ClientKind.BITCOINJ.greet(scene.connect("192.0.2.1:" + i));
      one.says(nearlyFull());
      one.says(getFiltered(hash));
      hostile.add(one);
    }
    hostile.forEach(one -> one.upstream(large));
    client.says(matching(txid(tx)));
    client.says(getFiltered(hash));
    scene.engine.loop.advance(Duration.ofMillis(5)); // its filterload waits for a turn
    client.upstream(block);
    scene.engine.loop.advance(Duration.ofMillis(5));

    assertThat(client.heard()).containsExactlyElementsOf(expected(matching(txid(tx)), block));
    assertThat(sent(hostile)).isLessThan(3_000);
  }

  @Test
  void aHostThatHasUsedUpItsBudgetWaitsAndDoesNotGetANewOneByComingAgain() {
    Message large = large();
    long burst = Rate.FILTER_WORK.burst();
    long blocks = 0;
    while (delayed() == 0) {
      ScriptedClient next = ClientKind.BITCOINJ.greet(scene.connect("192.0.2.1:" + blocks));
      next.says(nearlyFull());
      next.says(getFiltered(hash));
      advanceUntil(() -> next.pending() != null || delayed() > 0); // its filter is loaded in turn
      if (next.pending() != null) {
        next.heard();
        next.upstream(large);
        advanceUntil(() -> next.received.size() == 3_002 || delayed() > 0);
      }
      next.leaves();
      blocks++;
    }
    assertThat(blocks * workPerBlock(large)).isBetween(burst / 2, 2 * burst);
    assertThat(scene.engine.loop.pendingTimers()).isLessThan(10);

    client.says(matching(txid(tx)));
    client.says(getFiltered(hash));
    scene.engine.loop.advance(Duration.ofMillis(5));
    client.upstream(block);
    scene.engine.loop.advance(Duration.ofMillis(5));
    assertThat(client.heard()).hasSize(2);
  }

  @Test
  void aClientThatAddsElementsWithoutEndRests() {
    client.says(filter(new byte[36_000], 50, 0, 0));
    Message element = FilterAdd.toMessage(new byte[520]);
    for (int i = 0; i < 2_000_000 && client.rests == 0; i++) {
      client.says(element);
    }
    assertThat(client.rests).isEqualTo(1);
  }

  @Test
  void aTransactionOfManySmallPushesIsMatchedInTurns() {
    byte[] element = {1};
    byte[] passed = bits(50, element);
    byte[] notPassed = bits(49, element);
    for (int i = 0; i < passed.length; i++) {
      passed[i] = (byte) ~(passed[i] ^ notPassed[i]); // all ones but for its last hash
    }
    client.says(filter(passed, 50, 0, 0));
    Message many = withPushes(element, 50_000);
    relays(many);
    client.says(TICK_OVER);
    assertThat(client.heard()).containsExactly(Ping.pong(99));

    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(client.heard()).as("it takes some 15 ms of work").isEmpty();
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(client.heard()).containsExactly(inv(txid(many)));
  }

  @Test
  void relayedTransactionsThatWaitHaveABound() {
    client.says(nearlyFull());
    client.says(getFiltered(hash));
    client.upstream(large()); // from here on it waits
    for (int i = 0; i < ClientFilter.MOST_WAITING + 10; i++) {
      relays(Chain.tx(i));
    }
    assertThat(scene.engine.counters.counter(Counter.CLIENT_BLOOM_DROPPED).sum()).isEqualTo(10);
    scene.engine.loop.advance(Duration.ofSeconds(1));
    assertThat(client.received).hasSize(3_002 + 1);
  }

  private static byte[] bits(int functions, byte[] element) {
    Message load = new FilterBits(36_000, functions, 0).with(element).toMessage(0);
    return FilterLoad.parse(load).filter();
  }

  private static Message withPushes(byte[] element, int count) {
    int size = count * (1 + element.length);
    ByteWriter out =
        new ByteWriter(4 + 1 + 41 + 1 + 8 + ByteWriter.sizeOfVarBytes(size) + 4)
            .i32(1)
            .compactSize(1)
            .bytes(new byte[] {1})
            .bytes(new byte[35])
            .compactSize(0)
            .i32(-1)
            .compactSize(1)
            .bytes(new byte[8])
            .compactSize(size);
    for (int i = 0; i < count; i++) {
      out.compactSize(element.length).bytes(element);
    }
    return out.i32(0).toMessage(Commands.TX);
  }

  private static Message nearlyFull() {
    byte[] almostAll = new byte[36_000];
    Arrays.fill(almostAll, (byte) 0xff);
    return filter(almostAll, 50, 0, 0);
  }

  private Message large() {
    List<Message> many = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      many.add(Chain.tx(i));
    }
    return Chain.block(chain.get(2).hash(), 4, many.toArray(new Message[0]));
  }

  private static long workPerBlock(Message block) {
    BloomFilter filter = BloomFilter.of(FilterLoad.parse(nearlyFull()));
    FilterTask all = new FilteredDelivery(BlockMatching.of(block, filter), message -> {});
    assertThat(all.advance(Long.MAX_VALUE / 2)).isTrue();
    assertThat(filter.work()).isGreaterThan(3_000L * 50 * 10);
    return all.work();
  }

  private static int sent(List<ScriptedClient> clients) {
    return clients.stream().mapToInt(one -> one.received.size()).sum();
  }

  private void advanceUntil(BooleanSupplier goal) {
    assertThat(scene.engine.loop.advanceUntil(goal, Duration.ofMinutes(1))).isTrue();
  }

  private long delayed() {
    return scene.engine.counters.counter(Counter.CLIENT_BLOOM_DELAYED).sum();
  }

  // ---- numbers

  @Test
  void aNumberedFilterTakesEffectAtOnce() {
    ScriptedClient numbered = NumberedRequestsTest.greet(scene);
    says(numbered, 1, EVERYTHING);
    says(numbered, 2, getFiltered(hash));
    numbered.settleUnordered(0, new Outcome.Answered(List.of(block)));

    List<Message> heard = numbered.heard();
    assertThat(heard)
        .filteredOn(m -> !m.command().equals(Commands.SEQ))
        .containsExactlyElementsOf(expected(EVERYTHING, block));
    assertThat(heard).filteredOn(m -> m.command().equals(Commands.SEQ)).hasSize(5);
  }

  private static void says(ScriptedClient numbered, int number, Message message) {
    numbered.says(Sequence.message(number, Sequence.Kind.REQUEST));
    numbered.says(message);
  }

  // ---- helpers

  private void relays(Message transaction) {
    scene.nodeRelays(transaction, Transaction.parse(transaction).wtxid());
  }

  private List<Message> afterATick() {
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    return client.heard();
  }

  private static Message inv(byte[] txid) {
    return Inventory.of(Commands.INV, InventoryVector.TX, Hash.read(txid, 0));
  }

  private static Message getFiltered(Hash block) {
    return Inventory.of(Commands.GETDATA, InventoryVector.FILTERED_BLOCK, block);
  }

  private static Message whole(Hash block) {
    return Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, block);
  }

  private static Hash hashOf(Message transaction) {
    return Transaction.parse(transaction).txid();
  }

  private static byte[] txid(Message transaction) {
    return hashOf(transaction).toByteArray();
  }

  /** What a client gets who has loaded a filter and asked for one block. */
  private static List<Message> expected(Message load, Message block) {
    FilteredBlock matched = BlockMatcher.of(block).match(BloomFilter.of(FilterLoad.parse(load)));
    List<Message> expected = new ArrayList<>();
    expected.add(matched.merkleblock());
    for (int i = 0; i < matched.size(); i++) {
      expected.add(matched.transaction(i));
    }
    return expected;
  }

  private static Message filter(byte[] bits, int functions, int tweak, int flags) {
    return new FilterBits(bits, functions, tweak).toMessage(flags);
  }

  /** A filter that next to nothing else passes. */
  private static Message matching(byte[]... elements) {
    return new FilterBits(2_000, 20, 7).with(elements).toMessage(1);
  }
}
