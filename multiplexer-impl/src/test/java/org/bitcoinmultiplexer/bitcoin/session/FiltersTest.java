package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatcher;
import org.bitcoinmultiplexer.bitcoin.bloom.BloomFilter;
import org.bitcoinmultiplexer.bitcoin.bloom.FilteredBlock;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.ClientHandshake;
import org.bitcoinmultiplexer.bitcoin.news.NewsOptions;
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
  private final Scene scene = new Scene(new NewsOptions(true, true, 1 << 20, true));
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
    Scene without = new Scene(new NewsOptions(true, true, 1 << 20));
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
        .endsWith(Inventory.of(Commands.INV, InventoryVector.BLOCK, scene.newsroom.tip().hash()));
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
    Scene busy = new Scene(new NewsOptions(true, true, 100 << 20, true));
    busy.nodeConnects(chain.size(), true);
    busy.nodeHas(chain);
    int all = 3 * ClientFilter.SLICE / MempoolBatch.WORK;
    for (int i = 0; i < all; i++) {
      Message each = Chain.tx(i);
      busy.nodeRelays(each, Transaction.parse(each).wtxid());
    }
    ScriptedClient late = ClientKind.BITCOINJ.greet(busy);
    late.says(Commands.MEMPOOL);

    assertThat(late.rests).hasSize(2).containsOnly(Duration.ZERO);
    List<Message> heard = late.heard();
    assertThat(heard).hasSize(1);
    Inventory told = Inventory.parse(heard.get(0));
    assertThat(told.size()).isEqualTo(all);
    assertThat(told.hash(0)).isEqualTo(hashOf(Chain.tx(0)));
    assertThat(told.hash(all - 1)).isEqualTo(hashOf(Chain.tx(all - 1)));
  }

  // ---- cost

  @Test
  void aClientRestsAfterASliceOfWorkAndForLongerWhenItsBudgetIsUsedUp() {
    byte[] almostAll = new byte[36_000];
    java.util.Arrays.fill(almostAll, (byte) 0xff);
    Message hostile = filter(almostAll, 50, 0, 0);
    List<Message> many = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      many.add(Chain.tx(i));
    }
    Message large = Chain.block(chain.get(2).hash(), 4, many.toArray(new Message[0]));
    BloomFilter filter = BloomFilter.of(FilterLoad.parse(hostile));
    FilteredBlock matched = BlockMatcher.of(large).match(filter);
    long perBlock = filter.work();
    assertThat(matched.size()).isEqualTo(3_001);
    assertThat(perBlock).isGreaterThan(3_000 * 50);

    client.says(hostile);
    int blocks = 0;
    while (client.rests.stream().allMatch(Duration::isZero)) {
      client.says(getFiltered(hash));
      client.upstream(large);
      blocks++;
    }

    assertThat(client.rests).hasSizeGreaterThan(10);
    assertThat((long) blocks * perBlock)
        .isBetween(Rate.FILTER_WORK.burst() / 2, 2 * Rate.FILTER_WORK.burst());
    assertThat(client.rests.get(client.rests.size() - 1))
        .isBetween(Duration.ofMillis(1), Duration.ofMillis(100));
    assertThat(scene.engine.counters.counter(Counter.CLIENT_BLOOM_DELAYED).sum()).isEqualTo(1);
    assertThat(client.rule).isNull();

    int rests = client.rests.size();
    scene.engine.loop.advance(Duration.ofSeconds(10));
    client.says(getFiltered(hash));
    client.upstream(block);
    assertThat(client.rests).hasSize(rests);
  }

  @Test
  void aClientThatAddsElementsWithoutEndRests() {
    client.says(filter(new byte[36_000], 50, 0, 0));
    Message element = FilterAdd.toMessage(new byte[520]);
    for (int i = 0; i < 2_000_000 && client.rests.isEmpty(); i++) {
      client.says(element);
    }
    assertThat(client.rests).isNotEmpty();
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
