package org.bitcoinmultiplexer.bitcoin.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.block;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.blocktxn;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.cfcheckpt;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.cfheaders;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.cfilter;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.getdata;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.getheaders;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.hash;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.hashOf;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.headed;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.headers;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.notfound;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.transaction;
import static org.bitcoinmultiplexer.bitcoin.wire.InventoryVector.BLOCK;
import static org.bitcoinmultiplexer.bitcoin.wire.InventoryVector.CMPCT_BLOCK;
import static org.bitcoinmultiplexer.bitcoin.wire.InventoryVector.FILTERED_BLOCK;
import static org.bitcoinmultiplexer.bitcoin.wire.InventoryVector.TX;
import static org.bitcoinmultiplexer.bitcoin.wire.InventoryVector.WITNESS_BLOCK;
import static org.bitcoinmultiplexer.bitcoin.wire.InventoryVector.WITNESS_TX;
import static org.bitcoinmultiplexer.bitcoin.wire.InventoryVector.WTX;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.tck.KeyStrategyKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row by row, as {@link RequestTypes#ROWS} numbers them. */
class BitcoinKeysTest implements KeyStrategyKit {

  private static final Hash GENESIS = Fixture.NETWORK.genesis();
  private static final Message BLOCK_A = block(GENESIS, 1);
  private static final Message BLOCK_B = block(GENESIS, 2);
  private static final Message PLAIN = transaction(1, false);
  private static final Message WITNESS = transaction(2, true);

  private final KeyStrategy keys = RequestTypes.of(Fixture.NETWORK, List.of()).keys();

  @Override
  public KeyStrategy keyStrategy() {
    return keys;
  }

  @Override
  public Collection<Sample> samples() {
    Hash a = hashOf(BLOCK_A);
    Hash b = hashOf(BLOCK_B);
    return List.of(
        new Sample(Ping.ping(1), Ping.pong(1)),
        new Sample(Ping.ping(2), Ping.pong(2)),
        new Sample(getheaders(Hash.ZERO, a, GENESIS), headers(a, 2)),
        new Sample(getheaders(Hash.ZERO, b), headers(b, 0)),
        new Sample(getdata(WITNESS_BLOCK, a), BLOCK_A),
        new Sample(getdata(BLOCK, b), BLOCK_B),
        new Sample(getdata(WITNESS_BLOCK, hash(1)), notfound(WITNESS_BLOCK, hash(1))),
        new Sample(getdata(CMPCT_BLOCK, a), headed("cmpctblock", BLOCK_A)),
        new Sample(getdata(FILTERED_BLOCK, b), headed("merkleblock", BLOCK_B)),
        new Sample(getdata(TX, txid(PLAIN)), PLAIN),
        new Sample(getdata(WITNESS_TX, txid(WITNESS)), WITNESS),
        new Sample(getdata(WTX, wtxid(WITNESS)), WITNESS),
        new Sample(getdata(WTX, hash(2)), notfound(WTX, hash(2))),
        new Sample(items(BLOCK, hash(4), b), BLOCK_B),
        new Sample(getblocktxn(a, 1, 3), blocktxn(a, PLAIN, WITNESS)),
        new Sample(getblocktxn(b, 0), BLOCK_B),
        new Sample(range("getcfilters", a), cfilter(0, a)),
        new Sample(range("getcfilters", b), cfilter(0, b)),
        new Sample(range("getcfheaders", a), cfheaders(0, a, 1)),
        new Sample(range("getcfheaders", b), cfheaders(0, b, 3)),
        new Sample(new FilterCheckpointsRequest(0, a).toMessage(), cfcheckpt(0, a)),
        new Sample(new FilterCheckpointsRequest(0, b).toMessage(), cfcheckpt(0, b)));
  }

  @Test
  void row1APongAnswersThePingOfItsNonce() {
    assertThat(keys.requestKeys(Ping.ping(7))).isEqualTo(keys.responseKeys(Ping.pong(7)));
    assertThat(keys.answers(Ping.ping(7), Ping.pong(7))).isTrue();
    assertThat(keys.answers(Ping.ping(7), Ping.pong(8))).isFalse();
    assertThat(keys.completes(Ping.ping(7), Ping.pong(7))).isTrue();
  }

  @Test
  void row2HeadersAnswerIfTheyBuildOnTheLocator() {
    Message request = getheaders(Hash.ZERO, hash(1), hash(2));

    assertThat(keys.requestKeys(request)).isEmpty();
    assertThat(keys.responseKeys(headers(hash(1), 1))).isEmpty();
    assertThat(keys.answers(request, headers(hash(1), 1))).isTrue();
    assertThat(keys.answers(request, headers(hash(2), 3))).isTrue();
    assertThat(keys.answers(request, headers(hash(3), 1))).isFalse();
    assertThat(keys.completes(request, headers(hash(1), 1))).isTrue();
  }

  @Test
  void row2HeadersAnswerFromTheFirstBlockOnIfTheNodeKnewNoneOfTheLocator() {
    assertThat(keys.answers(getheaders(Hash.ZERO, hash(1)), headers(GENESIS, 2))).isTrue();
  }

  @Test
  void row2NoHeadersAnswerAnyLocatorAndCompleteIt() {
    Message request = getheaders(Hash.ZERO, hash(1));

    assertThat(keys.answers(request, headers(hash(9), 0))).isTrue();
    assertThat(keys.completes(request, headers(hash(9), 0))).isTrue();
  }

  @Test
  void row2WithoutALocatorOnlyTheHeaderOfTheStopHashAnswers() {
    Hash a = hashOf(BLOCK_A);
    Message header = header(BLOCK_A);

    assertThat(keys.answers(getheaders(a), header)).isTrue();
    assertThat(keys.answers(getheaders(hash(1)), header)).isFalse();
    assertThat(keys.answers(getheaders(a), headers(GENESIS, 2))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {BLOCK, WITNESS_BLOCK, CMPCT_BLOCK})
  void rows5And7ABlockAnswersWhoeverAskedForItsHash(int type) {
    Message request = getdata(type, hashOf(BLOCK_A));

    assertThat(keys.requestKeys(request)).hasSize(1).isEqualTo(keys.responseKeys(BLOCK_A));
    assertThat(keys.answers(request, BLOCK_A)).isTrue();
    assertThat(keys.answers(request, BLOCK_B)).isFalse();
    assertThat(keys.completes(request, BLOCK_A)).isTrue();
  }

  @Test
  void row5ABlockHasOneKeyInWhateverFormItIsAskedFor() {
    Set<Key> key = keys.requestKeys(getdata(BLOCK, hash(1)));

    assertThat(keys.requestKeys(getdata(WITNESS_BLOCK, hash(1)))).isEqualTo(key);
    assertThat(keys.requestKeys(getdata(FILTERED_BLOCK, hash(1)))).isEqualTo(key);
    assertThat(keys.requestKeys(getdata(CMPCT_BLOCK, hash(1)))).isEqualTo(key);
    assertThat(keys.requestKeys(getblocktxn(hash(1), 0))).isEqualTo(key);
  }

  @Test
  void row5TheHeadOfABlockIsEnoughToAnswer() {
    Message head = Message.of("block", BLOCK_A.array(), 0, 80);
    Message less = Message.of("block", BLOCK_A.array(), 0, 79);

    assertThat(keys.answers(getdata(BLOCK, hashOf(BLOCK_A)), head)).isTrue();
    assertThat(keys.answers(getdata(BLOCK, hashOf(BLOCK_A)), less)).isFalse();
    assertThat(keys.responseKeys(less)).isEmpty();
  }

  @Test
  void row6AMerkleblockAnswersOnlyWhoAskedForOneAndOnlyAMarkerEndsIt() {
    Message merkleblock = headed("merkleblock", BLOCK_A);
    Message request = getdata(FILTERED_BLOCK, hashOf(BLOCK_A));

    assertThat(keys.answers(request, merkleblock)).isTrue();
    assertThat(keys.completes(request, merkleblock)).isFalse();
    assertThat(keys.answers(request, BLOCK_A)).isFalse();
    assertThat(keys.answers(request, PLAIN)).isFalse();
    assertThat(keys.answers(getdata(BLOCK, hashOf(BLOCK_A)), merkleblock)).isFalse();
  }

  @Test
  void row7ACompactBlockAnswersOnlyWhoAskedForOne() {
    Message compact = headed("cmpctblock", BLOCK_A);

    assertThat(keys.answers(getdata(CMPCT_BLOCK, hashOf(BLOCK_A)), compact)).isTrue();
    assertThat(keys.completes(getdata(CMPCT_BLOCK, hashOf(BLOCK_A)), compact)).isTrue();
    assertThat(keys.answers(getdata(WITNESS_BLOCK, hashOf(BLOCK_A)), compact)).isFalse();
  }

  @Test
  void row8ATransactionAnswersByItsTxid() {
    assertThat(keys.answers(getdata(WITNESS_TX, txid(WITNESS)), WITNESS)).isTrue();
    assertThat(keys.answers(getdata(WITNESS_TX, txid(PLAIN)), PLAIN)).isTrue();
    assertThat(keys.answers(getdata(WITNESS_TX, wtxid(WITNESS)), WITNESS)).isFalse();
    assertThat(keys.answers(getdata(WITNESS_TX, txid(PLAIN)), WITNESS)).isFalse();
  }

  @Test
  void row8ATransactionAskedForWithoutWitnessMustHaveNone() {
    Message stripped = Transaction.strip(WITNESS);

    assertThat(keys.answers(getdata(TX, txid(WITNESS)), stripped)).isTrue();
    assertThat(keys.answers(getdata(TX, txid(WITNESS)), WITNESS)).isFalse();
  }

  @Test
  void row9ATransactionAnswersByItsWtxid() {
    assertThat(keys.answers(getdata(WTX, wtxid(WITNESS)), WITNESS)).isTrue();
    assertThat(keys.answers(getdata(WTX, txid(WITNESS)), WITNESS)).isFalse();
    assertThat(keys.answers(getdata(WTX, wtxid(PLAIN)), PLAIN)).isTrue();
    assertThat(keys.responseKeys(WITNESS))
        .as("in the same order in every run")
        .containsExactly(
            keys.requestKeys(getdata(TX, txid(WITNESS))).iterator().next(),
            keys.requestKeys(getdata(WTX, wtxid(WITNESS))).iterator().next());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 40000001", "5, 5", "2, 2", "40000002, 2", "3, 3", "4, 4"})
  void rows5To9NotfoundRefusesEachItemThatItNames(String asked, String refused) {
    Message refusal = notfound(Integer.parseInt(refused, 16), hash(1));

    assertThat(keys.refuses(refusal)).isTrue();
    assertThat(keys.answers(getdata(Integer.parseInt(asked, 16), hash(1)), refusal)).isTrue();
    assertThat(keys.answers(getdata(Integer.parseInt(asked, 16), hash(2)), refusal)).isFalse();
    assertThat(keys.refuses(BLOCK_A)).isFalse();
  }

  @Test
  void rows8And9ATxidIsNotAWtxid() {
    assertThat(keys.answers(getdata(TX, hash(1)), notfound(WTX, hash(1)))).isFalse();
    assertThat(keys.answers(getdata(WTX, hash(1)), notfound(TX, hash(1)))).isFalse();
  }

  @Test
  void notfoundNamesManyItemsWithAKeyEach() {
    Message refusal = Inventory.of("notfound", TX, List.of(hash(1), hash(2), hash(3)));

    assertThat(keys.responseKeys(refusal)).hasSize(3);
    assertThat(keys.answers(getdata(TX, hash(3)), refusal)).isTrue();
  }

  @Test
  void aRequestOfManyItemsHasAKeyForEachAndIsAnsweredByAny() {
    Message request =
        Inventory.of(
            "getdata",
            List.of(
                new InventoryVector(WITNESS_BLOCK, hashOf(BLOCK_B)),
                new InventoryVector(WTX, wtxid(WITNESS)),
                new InventoryVector(0x12345, hash(1))));

    assertThat(keys.requestKeys(request)).hasSize(2);
    assertThat(keys.answers(request, BLOCK_B)).isTrue();
    assertThat(keys.answers(request, WITNESS)).isTrue();
    assertThat(keys.answers(request, PLAIN)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6, 7, 0x40000003, 0x40000004, 0x40000005, -1})
  void row10NobodyAnswersForAnotherType(int type) {
    Message request = getdata(type, hashOf(BLOCK_A));

    assertThat(keys.requestKeys(request)).isEmpty();
    assertThat(keys.answers(request, BLOCK_A)).isFalse();
    assertThat(keys.answers(request, notfound(type, hashOf(BLOCK_A)))).isFalse();
  }

  @Test
  void row11BlocktxnAnswersByBlockAndCount() {
    Message request = getblocktxn(hash(1), 0, 5);

    assertThat(keys.answers(request, blocktxn(hash(1), PLAIN, WITNESS))).isTrue();
    assertThat(keys.answers(request, blocktxn(hash(1), PLAIN))).isFalse();
    assertThat(keys.answers(request, blocktxn(hash(2), PLAIN, WITNESS))).isFalse();
    assertThat(keys.completes(request, blocktxn(hash(1), PLAIN, WITNESS))).isTrue();
  }

  @Test
  void row11AnOldBlockComesWhole() {
    assertThat(keys.answers(getblocktxn(hashOf(BLOCK_A), 0), BLOCK_A)).isTrue();
    assertThat(keys.answers(getblocktxn(hashOf(BLOCK_A), 0), BLOCK_B)).isFalse();
  }

  @Test
  void row12AFilterAnswersByTypeAndBlock() {
    Message request = range("getcfilters", hash(1));

    assertThat(keys.answers(request, cfilter(0, hash(1)))).isTrue();
    assertThat(keys.answers(request, cfilter(1, hash(1)))).isFalse();
    assertThat(keys.answers(request, cfilter(0, hash(2)))).isFalse();
    assertThat(keys.completes(request, cfilter(0, hash(1)))).isTrue();
  }

  @Test
  void row13FilterHeadersAnswerByTypeAndStop() {
    Message request = range("getcfheaders", hash(1));

    assertThat(keys.answers(request, cfheaders(0, hash(1), 5))).isTrue();
    assertThat(keys.answers(request, cfheaders(1, hash(1), 5))).isFalse();
    assertThat(keys.answers(request, cfheaders(0, hash(2), 5))).isFalse();
    assertThat(keys.answers(request, cfilter(0, hash(1)))).isFalse();
  }

  @Test
  void row14FilterCheckpointsAnswerByTypeAndStop() {
    Message request = new FilterCheckpointsRequest(0, hash(1)).toMessage();

    assertThat(keys.answers(request, cfcheckpt(0, hash(1)))).isTrue();
    assertThat(keys.answers(request, cfcheckpt(1, hash(1)))).isFalse();
    assertThat(keys.answers(request, cfcheckpt(0, hash(2)))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "getblocks, inv", // row 3
    "getdata, inv", // row 4
    "mempool, inv", // row 15
    "getaddr, addr", // row 16
    "getaddr, addrv2",
    "inv, getdata", // row 17
    "headers, getdata", // row 18
    "cmpctblock, getblocktxn",
    "headers, getheaders",
    "tx, reject", // row 19
    "block, reject",
    "version, verack", // row 20
    "getutxos, utxos", // row 21
    "reqrecon, sketch", // row 22
    "getpkgtxns, pkgtxns", // row 23
    "sendheaders, headers", // row 24
    "unheardof, unheardof"
  })
  void otherRowsHaveNoKeysAndClaimNothing(String asked, String answered) {
    Message request = Message.of(asked, new byte[37]);
    Message response = Message.of(answered, new byte[37]);

    assertThat(keys.requestKeys(request)).isEmpty();
    assertThat(keys.answers(request, response)).isFalse();
    assertThat(keys.refuses(response)).isFalse();
  }

  @Test
  void announcementsHaveNoKeys() {
    assertThat(keys.responseKeys(Inventory.of("inv", BLOCK, hash(1)))).isEmpty();
    assertThat(keys.responseKeys(headers(GENESIS, 1))).isEmpty();
    assertThat(keys.responseKeys(getdata(BLOCK, hash(1)))).isEmpty();
  }

  @Test
  void theKeysOfAnAnswerAreComputedOnce() {
    Set<Key> first = keys.responseKeys(BLOCK_A);

    assertThat(keys.responseKeys(BLOCK_A)).isSameAs(first);
    assertThat(keys.responseKeys(WITNESS)).isSameAs(keys.responseKeys(WITNESS));
  }

  private static Message header(Message block) {
    return new Headers.Builder(1).add(block.array(), block.offset()).toMessage();
  }

  private static Hash txid(Message transaction) {
    return Transaction.parse(transaction).txid();
  }

  private static Hash wtxid(Message transaction) {
    return Transaction.parse(transaction).wtxid();
  }

  private static Message items(int type, Hash... hashes) {
    return Inventory.of("getdata", type, List.of(hashes));
  }

  private static Message getblocktxn(Hash block, int... indexes) {
    return BlockTransactionsRequest.of(block, indexes).toMessage();
  }

  private static Message range(String command, Hash stop) {
    return new FilterRange(0, 5, stop).toMessage(command);
  }
}
