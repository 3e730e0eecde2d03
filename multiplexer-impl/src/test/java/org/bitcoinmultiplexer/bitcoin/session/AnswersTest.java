package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client is answered. */
class AnswersTest {

  private static final Hash GENESIS = Network.REGTEST.genesis();
  private static final Message NO_HEADERS = Chain.headersMessage();

  private final List<BlockHeader> chain = Chain.headers(3);
  private final Scene scene = Scene.withNode(chain);
  private final ScriptedClient client = ClientKind.CORE.greet(scene);

  // ---- ping

  @Test
  void aPongComesBehindTheAnswersToEverythingAskedBefore() {
    client.says(getHeaders(GENESIS));
    client.says(Ping.ping(7));
    client.says(getData(InventoryVector.WITNESS_BLOCK, hash(1)));
    client.says(Ping.ping(8));

    assertThat(client.received).isEmpty();
    client.upstream(NO_HEADERS);
    assertThat(client.heard()).containsExactly(NO_HEADERS, Ping.pong(7));
    client.upstreamHasNothing();
    assertThat(client.heard()).containsExactly(Ping.pong(8));
  }

  @Test
  void aPingWithoutNonceGetsNoPongAndALongerOneItsFirstEightBytes() {
    client.says(Commands.PING, new byte[7]);
    assertThat(client.heard()).isEmpty();

    client.says(Commands.PING, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    assertThat(client.heard())
        .containsExactly(Message.of(Commands.PONG, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
  }

  @Test
  void anIdleClientIsAskedWhetherItIsThereAndItsPongIsOfNoConcern() {
    client.idles();

    List<Message> heard = client.heard();
    assertThat(heard).extracting(Message::command).containsExactly(Commands.PING);
    client.says(Ping.pong(Ping.nonce(heard.get(0))));
    assertThat(client.heard()).isEmpty();
    assertThat(client.rule).isNull();
  }

  @Test
  void aClientOfBeforeNoncesGetsNoPong() {
    ScriptedClient old = scene.connect();
    old.says(ClientKind.introduction(60_000, "/old/", 0, true, 0));
    old.says(Commands.VERACK);
    old.heard();
    old.says(Ping.ping(7));

    assertThat(old.heard()).isEmpty();
  }

  @Test
  void aClientThatHasNotShakenHandsIsAskedAndAnsweredNothing() {
    ScriptedClient early = scene.connect();
    early.idles();
    early.says(Ping.ping(1));
    early.says(getHeaders(GENESIS));

    assertThat(early.heard()).isEmpty();
    assertThat(early.asked).isEmpty();
  }

  @Test
  void aClientThatDoesNotWaitForTheNodeIsHeardOnceThereIsOne() {
    Scene empty = new Scene();
    ScriptedClient early = empty.connect();
    early.says(ClientKind.CORE.introduction());
    early.says(Ping.ping(1));
    early.says(Commands.VERACK);
    early.says(getHeaders(GENESIS));
    early.says(Ping.ping(2));
    early.says(Message.of(Commands.GETDATA, new byte[] {1}));
    assertThat(early.received).isEmpty();
    assertThat(early.asked).isEmpty();

    empty.nodeConnects(3, true);
    empty.engine.loop.runTasks();
    early.upstream(NO_HEADERS);

    assertThat(early.heard().stream().filter(m -> !m.command().equals(Commands.FEEFILTER)))
        .extracting(Message::command)
        .containsExactly(
            "version", "wtxidrelay", "sendaddrv2", "verack", "sendcmpct", "headers", "pong");
    assertThat(early.rule).isNull();
  }

  @Test
  void aClientWaitsThreeSecondsForTheFirstNodeAndIsThenToldWhy() {
    Scene empty = new Scene();
    ScriptedClient early = empty.connect();
    early.says(ClientKind.CORE.introduction());
    empty.engine.loop.advance(BitcoinConversation.PATIENCE.minusMillis(1));
    assertThat(early.rule).isNull();
    empty.engine.loop.advance(Duration.ofMillis(1));
    assertThat(early.rule).isEqualTo("no-upstream");
    assertThat(early.reason).isEqualTo("no node is known yet, 3 s after it said hello");

    ScriptedClient inTime = empty.connect();
    inTime.says(ClientKind.CORE.introduction());
    empty.nodeConnects(3, true);
    empty.engine.loop.advance(BitcoinConversation.PATIENCE);
    assertThat(inTime.rule).isNull();
    assertThat(inTime.heard()).isNotEmpty();
  }

  @Test
  void whoLeftIsNotWaitedForEither() {
    Scene empty = new Scene();
    ScriptedClient early = empty.connect();
    early.says(ClientKind.CORE.introduction());
    early.leaves();
    empty.engine.loop.runTasks();
    assertThat(empty.engine.loop.pendingTimers()).isZero();
    empty.nodeConnects(3, true);
    empty.engine.loop.runTasks();
    assertThat(early.heard()).isEmpty();
  }

  @Test
  void onceANodeWasKnownClientsAreGreetedWithoutOne() {
    scene.nodeGoes();
    ScriptedClient late = scene.connect();
    late.says(ClientKind.CORE.introduction());
    assertThat(late.heard()).extracting(Message::command).contains("version", "verack");
  }

  @Test
  void aClientThatAsksTooMuchWhileThereIsNoNodeIsRefused() {
    Scene empty = new Scene();
    ScriptedClient many = empty.connect();
    ScriptedClient large = empty.connect();
    for (ScriptedClient early : List.of(many, large)) {
      early.says(ClientKind.CORE.introduction());
      early.says(Commands.VERACK);
    }
    for (int i = 0; i < BitcoinConversation.MOST_HELD; i++) {
      many.says(Ping.ping(i));
    }
    large.says(Commands.ALERT, new byte[BitcoinConversation.MOST_HELD_BYTES]);
    assertThat(many.rule).isNull();
    assertThat(large.rule).isNull();

    many.says(Ping.ping(0));
    large.says(Commands.ALERT, new byte[1]);
    assertThat(many.rule).isEqualTo("too-early");
    assertThat(large.rule).isEqualTo("too-early");
    assertThat(large.reason).contains("100001 bytes");
    empty.nodeConnects(3, true);
    empty.engine.loop.runTasks();
    assertThat(many.heard()).isEmpty();
  }

  @Test
  void aClientThatBreaksARuleWhileThereIsNoNodeIsNotHeardToTheEnd() {
    Scene empty = new Scene();
    ScriptedClient early = empty.connect();
    early.says(ClientKind.CORE.introduction());
    early.says(Commands.VERACK);
    early.says(Commands.MEMPOOL);
    early.says(getHeaders(GENESIS));

    empty.nodeConnects(3, true);
    empty.engine.loop.runTasks();
    assertThat(early.rule).isEqualTo("not-offered");
    assertThat(early.asked).isEmpty();
  }

  /** As by Core, lest anybody is told apart by what he has; whatever is kept here. */
  @Test
  void aBlockThatWasLeftMoreThanAMonthAgoIsNotServed() {
    Scene scene = new Scene();
    scene.nodeRelay.keepHeaders(null, Runnable::run);
    scene.engine.loop.runTasks();
    Message old = Chain.block(GENESIS, 1, Chain.tx(1));
    Message kept = Chain.block(GENESIS, 2, Chain.tx(2));
    Message recent = Chain.block(BlockHeader.of(kept).hash(), 4_900, Chain.tx(3));
    Message tip = Chain.block(BlockHeader.of(kept).hash(), 5_000, Chain.tx(4));
    Message above = Chain.block(BlockHeader.of(tip).hash(), 5_001, Chain.tx(5));
    scene.nodeConnects(1, true);
    scene.nodeHas(List.of(BlockHeader.of(old)));
    scene.nodeSays(Chain.headersMessage(BlockHeader.of(kept), BlockHeader.of(recent)));
    scene.nodeSays(Chain.headersMessage(BlockHeader.of(tip), BlockHeader.of(above)));
    scene.engine.loop.runTasks();
    assertThat(scene.nodeRelay.node().headerChain()).isNotNull();
    ScriptedClient client = ClientKind.CORE.greet(scene);

    Hash left = BlockHeader.of(old).hash();
    client.says(getData(InventoryVector.WITNESS_BLOCK, left));
    client.says(getData(InventoryVector.BLOCK, left));
    client.says(getData(InventoryVector.CMPCT_BLOCK, left));
    client.says(BlockTransactionsRequest.of(left, 0).toMessage());
    assertThat(client.asked).isEmpty();
    assertThat(client.heard()).isEmpty();

    Hash leftLately = BlockHeader.of(recent).hash();
    client.says(getData(InventoryVector.WITNESS_BLOCK, leftLately));
    assertThat(client.asked).hasSize(1);
  }

  // ---- getheaders

  @Test
  void headersAreAskedInOneFormWhateverVersionAndTrailAClientWrote() {
    byte[] body = getHeaders(GENESIS).toByteArray();
    body[0] = 99;
    byte[] trailed = java.util.Arrays.copyOf(body, body.length + 3);

    client.says(Commands.GETHEADERS, trailed);
    assertThat(client.asked).containsExactly(getHeaders(GENESIS));
  }

  @Test
  void headersComeAsTheNodeGaveThem() {
    Message answer = Chain.headersMessage(chain);
    client.says(getHeaders(GENESIS));
    client.upstream(answer);

    assertThat(client.heard()).hasSize(1).first().isSameAs(answer);
  }

  /** It imports blocks, perhaps: an empty answer would say that there is nothing more. */
  @Test
  void aNodeThatHasNotSaidWhatItsChainIsMakesSilence() {
    Scene young = new Scene();
    young.nodeConnects(900_000, true);
    ScriptedClient first = ClientKind.CORE.greet(young);
    first.says(getHeaders(GENESIS));
    first.upstreamHasNothing();

    assertThat(first.heard()).isEmpty();
  }

  @Test
  void aNodeThatIsSilentOrGoneMakesEmptyHeaders() {
    client.says(getHeaders(GENESIS));
    client.upstreamHasNothing();
    client.says(getHeaders(GENESIS));
    client.settle(new Outcome.Failed("lost"));

    assertThat(client.heard()).containsExactly(NO_HEADERS, NO_HEADERS);
  }

  @Test
  void anEmptyLocatorWithAnUnknownStopMeetsSilence() {
    client.says(BlockLocator.of(Commands.GETHEADERS, 70016, List.of(), hash(1)));
    client.upstreamHasNothing();

    assertThat(client.heard()).isEmpty();
  }

  // ---- getblocks

  @Test
  void blocksAreListedWithoutTheStopBlock() {
    client.says(getBlocks(chain.get(2).hash(), GENESIS));
    assertThat(client.asked)
        .containsExactly(BlockLocator.of(Commands.GETHEADERS, 70016, List.of(GENESIS), Hash.ZERO));
    client.upstream(Chain.headersMessage(chain));

    assertThat(client.heard()).containsExactly(blockInv(hashes(chain.subList(0, 2))));
  }

  @Test
  void noBlocksAreNoInv() {
    client.says(getBlocks(Hash.ZERO, GENESIS));
    client.upstream(NO_HEADERS);
    client.says(getBlocks(Hash.ZERO, GENESIS));
    client.upstreamHasNothing();
    client.says(getBlocks(chain.get(0).hash(), GENESIS));
    client.upstream(Chain.headersMessage(chain.get(0)));

    assertThat(client.heard()).isEmpty();
  }

  @Test
  void anEmptyLocatorOfBlocksStartsBehindTheGenesisBlock() {
    client.says(getBlocks(Hash.ZERO));

    assertThat(client.asked).containsExactly(getHeaders(GENESIS));
  }

  @ParameterizedTest
  @ValueSource(ints = {InventoryVector.BLOCK, InventoryVector.WITNESS_BLOCK, 4})
  void whoFetchesTheLastOfFiveHundredBlocksIsToldTheTipBehindIt(int type) {
    List<BlockHeader> many = Chain.headers(501);
    Message last = Chain.block(many.get(498).hash(), 500);
    Hash continuation = BlockHeader.of(last).hash();
    many.set(499, BlockHeader.of(last));
    client.says(getBlocks(Hash.ZERO, GENESIS));
    client.upstream(Chain.headersMessage(many));
    assertThat(client.heard()).containsExactly(blockInv(hashes(many.subList(0, 500))));

    client.says(getData(type, hash(1), continuation));
    client.upstreamHasNothing();
    client.upstream(last);
    assertThat(client.heard()).containsExactly(last, blockInv(List.of(tip())));

    client.says(getData(type, continuation));
    client.upstream(last);
    assertThat(client.heard()).as("told once").containsExactly(last);
  }

  @Test
  void fourHundredAndNinetyNineBlocksHaveNoContinuation() {
    List<BlockHeader> many = Chain.headers(498);
    Message last = Chain.block(many.get(497).hash(), 499);
    many.add(BlockHeader.of(last));
    client.says(getBlocks(Hash.ZERO, GENESIS));
    client.upstream(Chain.headersMessage(many));
    client.heard();

    client.says(getData(InventoryVector.BLOCK, BlockHeader.of(last).hash()));
    client.upstream(last);
    assertThat(client.heard()).containsExactly(last);
  }

  @Test
  void theContinuationIsTheClientsOwn() {
    ScriptedClient other = ClientKind.BITCOINJ.greet(scene);
    List<BlockHeader> many = Chain.headers(499);
    Message last = Chain.block(many.get(498).hash(), 500);
    many.add(BlockHeader.of(last));
    client.says(getBlocks(Hash.ZERO, GENESIS));
    client.upstream(Chain.headersMessage(many));
    client.heard();

    other.says(getData(InventoryVector.BLOCK, BlockHeader.of(last).hash()));
    other.upstream(last);
    assertThat(other.heard()).containsExactly(last);
    client.says(getData(InventoryVector.BLOCK, BlockHeader.of(last).hash()));
    client.upstream(last);
    assertThat(client.heard()).containsExactly(last, blockInv(List.of(tip())));
  }

  @ParameterizedTest
  @CsvSource({"500, 499", "501, 500", "1000, 998", "1999, 1998", "2000, 1998"})
  void whereNoTipIsKnownTheContinuationNamesABlockThatEndsNoLaterList(int headers, int named) {
    Scene young = new Scene();
    young.nodeConnects(900_000, true);
    ScriptedClient early = ClientKind.BITCOINJ.greet(young);
    List<BlockHeader> many = Chain.headers(499);
    Message last = Chain.block(many.get(498).hash(), 500);
    Hash continuation = BlockHeader.of(last).hash();
    many.add(BlockHeader.of(last));
    many.addAll(Chain.headers(continuation, headers - 500, 0));
    Message behind = Chain.block(continuation, 501);
    early.says(getBlocks(Hash.ZERO, GENESIS));
    early.upstream(Chain.headersMessage(many));
    early.heard();

    early.says(getData(InventoryVector.BLOCK, continuation, BlockHeader.of(behind).hash()));
    early.says(Ping.ping(1));
    early.upstream(last);
    early.upstream(behind);
    assertThat(early.heard())
        .containsExactly(last, blockInv(List.of(many.get(named).hash())), behind, Ping.pong(1));
  }

  /** What we know of the last node's chain ends below what this one has just listed. */
  @Test
  void whileWeCatchUpTheContinuationNamesNoBlockThatTheClientHas() {
    scene.nodeConnects(501, true);
    List<BlockHeader> many = Chain.headers(499);
    Message last = Chain.block(many.get(498).hash(), 500);
    many.add(BlockHeader.of(last));
    many.addAll(Chain.headers(BlockHeader.of(last).hash(), 1, 0));
    client.says(getBlocks(Hash.ZERO, GENESIS));
    client.upstream(Chain.headersMessage(many));
    client.heard();

    client.says(getData(InventoryVector.BLOCK, BlockHeader.of(last).hash()));
    client.upstream(last);
    assertThat(client.heard()).containsExactly(last, blockInv(List.of(many.get(500).hash())));
  }

  // ---- getdata

  @Test
  void blocksOfAllTypesAreAskedWithWitnessAndGivenAsAskedFor() {
    Message tx = Chain.witnessTx(5);
    Message block = Chain.block(GENESIS, 1, tx);
    Hash hash = BlockHeader.of(block).hash();
    Message asked = getData(InventoryVector.WITNESS_BLOCK, hash);

    client.says(getData(InventoryVector.BLOCK, hash));
    client.upstream(block);
    client.says(getData(InventoryVector.WITNESS_BLOCK, hash));
    client.upstream(block);
    client.says(getData(InventoryVector.CMPCT_BLOCK, hash));
    client.upstream(block);

    assertThat(client.asked).containsExactly(asked, asked, asked);
    List<Message> heard = client.heard();
    assertThat(heard.get(0)).isSameAs(Block.strip(block)).isNotEqualTo(block);
    assertThat(heard.get(1)).isSameAs(block);
    assertThat(heard.get(2)).isSameAs(block);
  }

  @Test
  void aBlockThatCannotBeHadMeetsSilence() {
    client.says(getData(InventoryVector.WITNESS_BLOCK, hash(1), hash(2)));
    client.upstreamHasNothing();
    client.settle(new Outcome.Failed("lost"));
    client.says(Ping.ping(1));

    assertThat(client.heard()).containsExactly(Ping.pong(1));
  }

  @Test
  void transactionsAreAskedWithWitnessAndGivenAsAskedFor() {
    Message tx = Chain.witnessTx(5);
    Transaction names = Transaction.parse(tx);

    client.says(getData(InventoryVector.TX, names.txid()));
    client.upstream(tx);
    client.says(getData(InventoryVector.WITNESS_TX, names.txid()));
    client.upstream(tx);
    client.says(getData(InventoryVector.WTX, names.wtxid()));
    client.upstream(tx);

    assertThat(client.asked)
        .containsExactly(
            getData(InventoryVector.WITNESS_TX, names.txid()),
            getData(InventoryVector.WITNESS_TX, names.txid()),
            getData(InventoryVector.WTX, names.wtxid()));
    assertThat(client.heard()).containsExactly(Transaction.strip(tx), tx, tx);
  }

  @Test
  void aRecentTransactionIsServedWithoutAsking() {
    Message tx = Chain.witnessTx(6);
    Transaction names = Transaction.parse(tx);
    scene.nodeRelays(tx, names.wtxid());

    client.says(getData(InventoryVector.TX, names.txid()));
    client.says(getData(InventoryVector.WTX, names.wtxid()));
    assertThat(client.asked).isEmpty();
    assertThat(client.heard()).containsExactly(Transaction.strip(tx), tx);
  }

  @Test
  void eachRunOfMissingTransactionsIsOneNotFound() {
    client.says(
        Inventory.of(
            Commands.GETDATA,
            List.of(
                vector(InventoryVector.TX, 1),
                vector(InventoryVector.WTX, 2),
                vector(InventoryVector.WITNESS_BLOCK, 3),
                vector(InventoryVector.WITNESS_TX, 4))));
    for (int i = 0; i < 4; i++) {
      client.upstreamHasNothing();
    }

    assertThat(client.heard())
        .containsExactly(
            Inventory.of(
                Commands.NOTFOUND,
                List.of(vector(InventoryVector.TX, 1), vector(InventoryVector.WTX, 2))),
            Inventory.of(Commands.NOTFOUND, List.of(vector(InventoryVector.WITNESS_TX, 4))));
  }

  @ParameterizedTest
  @EnumSource(ClientKind.class)
  void aMissingWtxidIsNamedToWhoeverAskedForIt(ClientKind kind) {
    ScriptedClient any = kind.greet(scene);
    any.says(getData(InventoryVector.WTX, hash(2)));
    any.upstreamHasNothing();

    assertThat(any.heard())
        .containsExactly(Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, hash(2)));
  }

  @Test
  void aClientIsNeverToldOfMoreMissingTransactionsThanItReadsAtOnce() {
    List<Hash> ids = new ArrayList<>();
    for (int i = 0; i < 5_001; i++) {
      ids.add(hash(i));
    }
    client.says(Inventory.of(Commands.GETDATA, InventoryVector.TX, ids));
    for (int i = 0; i < 5_001; i++) {
      client.upstreamHasNothing();
    }

    assertThat(client.heard())
        .containsExactly(
            Inventory.of(Commands.NOTFOUND, InventoryVector.TX, ids.subList(0, 5_000)),
            Inventory.of(Commands.NOTFOUND, InventoryVector.TX, ids.subList(5_000, 5_001)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6, 7, 0x40000003, 0x40000004, 0x40000005, -1})
  void itemsOfUnknownTypesAreConsumedInSilence(int type) {
    client.says(getData(type, hash(1), hash(2)));
    client.says(Ping.ping(1));

    assertThat(client.asked).isEmpty();
    assertThat(client.heard()).containsExactly(Ping.pong(1));
  }

  @Test
  void duplicatesAreServedAgainAndAnEmptyRequestIsNothing() {
    Message block = Chain.block(GENESIS, 1);
    Hash hash = BlockHeader.of(block).hash();
    client.says(getData(InventoryVector.BLOCK, hash, hash));
    client.upstream(block);
    client.upstream(block);
    assertThat(client.heard()).containsExactly(block, block);

    client.says(Inventory.of(Commands.GETDATA, List.of()));
    client.says(Ping.ping(1));
    assertThat(client.heard()).containsExactly(Ping.pong(1));
  }

  // ---- getblocktxn

  @Test
  void transactionsOfABlockAreCutOutOfTheWholeBlock() {
    Message block = Chain.block(GENESIS, 1, Chain.tx(1), Chain.witnessTx(2));
    Hash hash = BlockHeader.of(block).hash();
    BlockTransactionsRequest request = BlockTransactionsRequest.of(hash, 0, 2);
    client.says(request.toMessage());
    client.upstream(block);

    assertThat(client.asked).containsExactly(getData(InventoryVector.WITNESS_BLOCK, hash));
    assertThat(client.heard()).containsExactly(Block.parse(block).blocktxn(request));
  }

  @Test
  void transactionsOfAnUnknownBlockMeetSilence() {
    client.says(BlockTransactionsRequest.of(hash(1), 0).toMessage());
    client.upstreamHasNothing();

    assertThat(client.heard()).isEmpty();
    assertThat(client.rule).isNull();
  }

  @Test
  void messagesOfNoConcernChangeNothing() {
    for (String command :
        List.of(
            Commands.GETADDR,
            Commands.ALERT,
            Commands.REJECT,
            Commands.MERKLEBLOCK,
            Commands.CFILTER,
            Commands.CFHEADERS,
            Commands.CFCHECKPT,
            Commands.PONG,
            Commands.BLOCKTXN,
            Commands.CMPCTBLOCK,
            Commands.SENDTXRCNCL,
            Commands.VERSION,
            Commands.VERACK,
            "nonsense")) {
      client.says(command, new byte[3]);
    }

    assertThat(client.heard()).isEmpty();
    assertThat(client.asked).isEmpty();
    assertThat(client.rule).isNull();
  }

  private Hash tip() {
    return chain.get(2).hash();
  }

  private static Message getHeaders(Hash... locator) {
    return BlockLocator.of(Commands.GETHEADERS, 70016, List.of(locator), Hash.ZERO);
  }

  private static Message getBlocks(Hash stop, Hash... locator) {
    return BlockLocator.of(Commands.GETBLOCKS, 70016, List.of(locator), stop);
  }

  private static Message getData(int type, Hash... hashes) {
    return Inventory.of(Commands.GETDATA, type, List.of(hashes));
  }

  private static Message blockInv(List<Hash> hashes) {
    return Inventory.of(Commands.INV, InventoryVector.BLOCK, hashes);
  }

  private static InventoryVector vector(int type, int number) {
    return new InventoryVector(type, hash(number));
  }

  private static List<Hash> hashes(List<BlockHeader> headers) {
    return headers.stream().map(BlockHeader::hash).toList();
  }

  private static Hash hash(int number) {
    return Hash.of("%064x".formatted(number + 1));
  }
}
