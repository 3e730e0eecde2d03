package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_STANDARD_TX_WEIGHT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.budget.Rate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every limit for which Bitcoin Core disconnects: at the limit, and one above. */
class LimitsTest {

  private static final List<BlockHeader> CHAIN = Chain.headers(3);
  private static final Hash TIP = CHAIN.get(2).hash();
  private static final int BURST = (int) Rate.ANNOUNCEMENTS.burst();

  private final Scene scene = Scene.withNode(CHAIN);
  private final ScriptedClient client = ClientKind.CORE.greet(scene);

  static Stream<Arguments> limits() {
    List<BlockHeader> many = Chain.headers(TIP, 2001, 1);
    return Stream.of(
        limit("limit-inv", inventory("inv", 50_000), inventory("inv", 50_001)),
        limit("limit-getdata", inventory("getdata", 50_000), inventory("getdata", 50_001)),
        limit("limit-notfound", inventory("notfound", 50_000), inventory("notfound", 50_001)),
        limit("limit-getheaders", locator("getheaders", 101), locator("getheaders", 102)),
        limit("limit-getblocks", locator("getblocks", 101), locator("getblocks", 102)),
        limit("limit-headers", Chain.headersMessage(many.subList(0, 2000)), headers(many)),
        limit("limit-addr", addr(1000), addr(1001)),
        limit("limit-addrv2", addrv2(1000), addrv2(1001)),
        limit("limit-sendcmpct", sendcmpct(1, 2), sendcmpct(2, 2)),
        limit(
            "limit-getblocktxn",
            BlockTransactionsRequest.of(hash(1), 0).toMessage(),
            new ByteWriter(33).hash(hash(1)).compactSize(0).toMessage("getblocktxn")),
        limit(
            "bad-headers",
            Chain.headersMessage(many.get(0), many.get(1)),
            Chain.headersMessage(many.get(0), many.get(2))),
        limit(
            "bad-headers",
            Chain.headersMessage(many.get(0)),
            Chain.headersMessage(Chain.withoutWork(TIP))),
        limit(
            "bad-block",
            Chain.block(TIP, 4),
            Chain.blockOf(Chain.withoutWork(TIP), List.of(Chain.coinbase(4)))),
        limit(
            "bad-block",
            Chain.block(TIP, 4, Chain.tx(1)),
            Chain.blockOf(
                BlockHeader.of(Chain.block(TIP, 4, Chain.tx(1))),
                List.of(Chain.coinbase(4), Chain.tx(2)))),
        limit(
            "bad-block",
            Chain.block(TIP, 4, Chain.tx(1)),
            Chain.block(TIP, 4, Chain.witnessTx(1))));
  }

  private static Arguments limit(String rule, Message allowed, Message forbidden) {
    return Arguments.of(rule, allowed, forbidden);
  }

  @ParameterizedTest
  @MethodSource("limits")
  void endsTheSessionOneAboveTheLimitAndNotAtIt(String rule, Message allowed, Message forbidden) {
    client.says(allowed);
    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.snapshot()).containsEntry("client.malformed", 0L);
    List<Message> told = List.copyOf(scene.engine.toNode);

    client.asked.clear();
    client.says(forbidden);
    assertThat(client.rule).isEqualTo(rule);
    assertThat(client.reason).isNotBlank();
    assertThat(client.asked).isEmpty();
    assertThat(scene.engine.toNode).isEqualTo(told);
    assertThat(scene.engine.counters.snapshot()).containsEntry("client.closed." + rule, 1L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mempool",
        "filterload",
        "filteradd",
        "filterclear",
        "getcfilters",
        "getcfheaders",
        "getcfcheckpt"
      })
  void endsTheSessionOfWhoAsksForAServiceThatIsNotOffered(String command) {
    client.says(command, new byte[40]);

    assertThat(client.rule).isEqualTo("not-offered");
    assertThat(client.reason).contains(command);
  }

  @Test
  void aFilteredBlockIsNotOfferedWhateverStandsBeforeIt() {
    client.says(
        Inventory.of(
            Commands.GETDATA,
            List.of(
                new InventoryVector(InventoryVector.BLOCK, hash(1)),
                new InventoryVector(InventoryVector.FILTERED_BLOCK, hash(2)))));

    assertThat(client.rule).isEqualTo("not-offered");
    assertThat(client.asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"wtxidrelay", "sendaddrv2", "feature"})
  void whatMustComeBeforeVerackEndsTheSessionAfterIt(String command) {
    client.says(command);

    assertThat(client.rule).isNotNull();
    assertThat(client.reason).contains(command);
  }

  @Test
  void anIndexIsAllowedUpToTheLastTransactionOfTheBlock() {
    Message block = Chain.block(TIP, 4, Chain.tx(1));
    Hash hash = BlockHeader.of(block).hash();
    client.says(BlockTransactionsRequest.of(hash, 1).toMessage());
    client.upstream(block);
    assertThat(client.rule).isNull();

    client.says(BlockTransactionsRequest.of(hash, 0, 2).toMessage());
    client.upstream(block);
    assertThat(client.rule).isEqualTo("bad-index");
  }

  @Test
  void whatCannotBeReadIsDroppedAHundredTimes() {
    for (int i = 0; i < BitcoinConversation.MOST_MALFORMED; i++) {
      client.says(Commands.GETDATA, (byte) 1);
    }
    client.says(Ping.ping(1));
    assertThat(client.heard()).containsExactly(Ping.pong(1));
    assertThat(scene.engine.counters.snapshot()).containsEntry("client.malformed", 100L);

    client.says(Commands.INV, (byte) 0xfd);
    assertThat(client.rule).isEqualTo("malformed");
  }

  static Stream<Message> malformed() {
    byte[] none = {};
    return Stream.of(
            "inv",
            "getdata",
            "notfound",
            "getheaders",
            "getblocks",
            "headers",
            "addr",
            "addrv2",
            "sendcmpct",
            "getblocktxn",
            "feefilter",
            "tx",
            "block")
        .map(command -> Message.of(command, none));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void anEmptyBodyIsMalformedWhereSomethingMustBe(Message message) {
    client.says(message);

    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.snapshot()).containsEntry("client.malformed", 1L);
  }

  @Test
  void aFeeFilterBeyondAllMoneyIsIgnored() {
    client.says(new ByteWriter(8).i64(2_100_000_000_000_001L).toMessage(Commands.FEEFILTER));
    client.says(new ByteWriter(8).i64(-1).toMessage(Commands.FEEFILTER));

    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.snapshot()).containsEntry("client.malformed", 0L);
  }

  @Test
  void compactBlocksOfAnotherVersionAreIgnored() {
    client.says(sendcmpct(0, 1));
    client.says(sendcmpct(1, 3));

    assertThat(client.rule).isNull();
  }

  @Test
  void aBlockOnAnUnknownParentIsDroppedBecauseWeCannotJudgeIt() {
    client.says(Chain.block(hash(77), 4));

    assertThat(client.rule).isNull();
    assertThat(sentUpstream(Commands.BLOCK)).isEmpty();
  }

  @Test
  void aTransactionThatNoNodeRelaysIsDropped() {
    int besidesTheScript = Chain.largeTx(1, 90_000).size() - 90_000;
    int largest = MAX_STANDARD_TX_WEIGHT / 4 - besidesTheScript; // each byte weighs 4
    client.says(Chain.largeTx(1, largest));
    assertThat(sentUpstream(Commands.TX)).hasSize(1);

    client.says(Chain.largeTx(2, largest + 1));
    assertThat(sentUpstream(Commands.TX)).hasSize(1);
    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.snapshot()).containsEntry("client.tx.oversized", 1L);
  }

  @Test
  void aNodeThatWantsNoTransactionsIsSentNone() {
    Scene blocksOnly = new Scene(new RelayOptions(false, false, 1 << 20));
    blocksOnly.nodeConnects(0, false);
    ScriptedClient any = ClientKind.CORE.greet(blocksOnly);
    any.says(Chain.tx(1));
    any.says(Inventory.of(Commands.INV, InventoryVector.WTX, hash(1)));

    assertThat(any.rule).isNull();
    assertThat(blocksOnly.engine.toNode)
        .extracting(Message::command)
        .doesNotContain(Commands.TX, Commands.INV);
  }

  @Test
  void announcementsBeyondTheBudgetAreDropped() {
    client.says(inventory("inv", BURST + 7));

    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.snapshot()).containsEntry("client.inv.dropped", 7L);
  }

  @Test
  void whoComesAgainFromTheSameAddressHasNoMoreThanBefore() {
    ScriptedClient first = ClientKind.CORE.greet(scene.connect("203.0.113.7:1000"));
    first.says(inventory("inv", BURST));
    first.leaves();
    ScriptedClient again = ClientKind.CORE.greet(scene.connect("203.0.113.7:1001"));
    again.says(Chain.tx(1));
    assertThat(sentUpstream(Commands.TX)).isEmpty();

    ClientKind.CORE.greet(scene.connect("203.0.113.8:1000")).says(Chain.tx(1));
    assertThat(sentUpstream(Commands.TX)).containsExactly(Chain.tx(1));
  }

  @Test
  void transactionsBeyondTheBudgetAreDroppedUntilTimeHasPassed() {
    client.says(inventory("inv", BURST));
    client.says(Chain.tx(1));
    assertThat(sentUpstream(Commands.TX)).isEmpty();
    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.snapshot()).containsEntry("client.tx.dropped", 1L);

    scene.engine.loop.advance(Duration.ofMillis(1000 / Rate.ANNOUNCEMENTS.perSecond()));
    client.says(Chain.tx(1));
    assertThat(sentUpstream(Commands.TX)).containsExactly(Chain.tx(1));
  }

  private List<Message> sentUpstream(String command) {
    return scene.engine.toNode.stream().filter(m -> m.command().equals(command)).toList();
  }

  private static Message inventory(String command, int size) {
    List<InventoryVector> vectors = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      vectors.add(new InventoryVector(InventoryVector.WTX, hash(i)));
    }
    return vectors(command, vectors);
  }

  /** As {@link Inventory#of}, which refuses what a test must be able to say. */
  private static Message vectors(String command, List<InventoryVector> vectors) {
    ByteWriter out =
        new ByteWriter(
                ByteWriter.sizeOfCompactSize(vectors.size())
                    + vectors.size() * InventoryVector.SIZE)
            .compactSize(vectors.size());
    vectors.forEach(vector -> out.i32(vector.type()).hash(vector.hash()));
    return out.toMessage(command);
  }

  private static Message locator(String command, int size) {
    ByteWriter out = new ByteWriter(4 + 1 + size * Hash.SIZE + Hash.SIZE).i32(70016);
    out.compactSize(size);
    for (int i = 0; i < size; i++) {
      out.hash(hash(i));
    }
    return out.hash(Hash.ZERO).toMessage(command);
  }

  private static Message headers(List<BlockHeader> headers) {
    ByteWriter out = new ByteWriter(3 + 81 * headers.size()).compactSize(headers.size());
    headers.forEach(header -> out.bytes(Chain.bytes(header)).u8(0));
    return out.toMessage(Commands.HEADERS);
  }

  private static Message addr(int size) {
    return new ByteWriter(3 + 30 * size)
        .compactSize(size)
        .bytes(new byte[30 * size])
        .toMessage(Commands.ADDR);
  }

  private static Message addrv2(int size) {
    ByteWriter out = new ByteWriter(3 + 13 * size).compactSize(size);
    for (Integer ignored : Collections.nCopies(size, 0)) {
      out.u32(0).compactSize(9).u8(1).compactSize(4).u32(0x0100007f).u16BigEndian(8333);
    }
    return out.toMessage(Commands.ADDRV2);
  }

  private static Message sendcmpct(int announce, long version) {
    return new ByteWriter(9).u8(announce).i64(version).toMessage(Commands.SENDCMPCT);
  }

  private static Hash hash(int number) {
    return Hash.of("%064x".formatted(number + 1));
  }
}
