package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence.Kind;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client that numbers its requests is answered. */
class NumberedRequestsTest {

  private static final Message INTRODUCTION =
      ClientKind.introduction(70016, "/edge/", Version.NODE_SEQUENCE, true, 0);
  private static final Message HEADERS = Chain.headersMessage();
  private static final Outcome FAILED = new Outcome.Failed("nobody is there");

  private final List<BlockHeader> chain = Chain.headers(3);
  private final Scene scene = Scene.withNode(chain);
  private final ScriptedClient client = greet(scene);

  @Test
  void theWindowThatIsAnnouncedIsTheOneThatIsTaken() {
    ScriptedClient other = scene.connect();
    other.says(INTRODUCTION);
    other.heard();
    other.says(new SendSequence(1, 0).toMessage());

    assertThat(other.heard())
        .containsExactly(
            new SendSequence(1, 256).toMessage(), Message.of(Commands.VERACK, new byte[0]));
    assertThat(other.needsEveryFrame).isFalse();
    other.says(Commands.VERACK);
    assertThat(other.needsEveryFrame).isTrue();
  }

  @Test
  void answersComeInTheOrderInWhichTheyAreKnownEachWithItsNumber() {
    asks(1, getHeaders());
    asks(2, getData(InventoryVector.WTX, hash(2)));
    asks(3, getHeaders());
    assertThat(client.asked).hasSize(3);

    client.settleUnordered(2, answered(HEADERS));
    assertThat(client.heard()).containsExactly(seq(3, Kind.LAST), HEADERS);
    client.settleUnordered(1, Outcome.Absent.INSTANCE);
    assertThat(client.heard())
        .containsExactly(
            seq(2, Kind.LAST), Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, hash(2)));
    client.settleUnordered(0, answered(HEADERS));
    assertThat(client.heard()).containsExactly(seq(1, Kind.LAST), HEADERS);
  }

  @Test
  void whereOthersMeetSilenceTheEndIsTold() {
    asks(9, getData(InventoryVector.WITNESS_BLOCK, hash(5)));
    client.settleUnordered(0, Outcome.Absent.INSTANCE);

    assertThat(client.heard()).containsExactly(seq(9, Kind.END));
  }

  @Test
  void whatFailedIsNotSaidToBeAbsent() {
    asks(1, getHeaders());
    asks(2, getData(InventoryVector.WTX, hash(2)));
    client.settleUnordered(0, FAILED);
    client.settleUnordered(0, FAILED);

    assertThat(client.heard()).containsExactly(seq(1, Kind.FAILED), seq(2, Kind.FAILED));
  }

  @Test
  void ofSeveralItemsWhatIsKnownIsToldEvenIfSomeFailed() {
    asks(
        5,
        Inventory.of(
            Commands.GETDATA,
            List.of(
                new InventoryVector(InventoryVector.WTX, hash(1)),
                new InventoryVector(InventoryVector.WTX, hash(2)))));
    client.settleUnordered(0, Outcome.Absent.INSTANCE);
    client.settleUnordered(0, FAILED);

    assertThat(client.heard())
        .containsExactly(
            seq(5, Kind.PART),
            Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, hash(1)),
            seq(5, Kind.FAILED));
  }

  @Test
  void whatHasNoNumberKeepsItsOrderAmongItself() {
    client.says(getHeaders());
    asks(1, getHeaders());
    client.says(Ping.ping(7));

    client.settleUnordered(0, answered(HEADERS));
    assertThat(client.heard()).containsExactly(seq(1, Kind.LAST), HEADERS);
    client.upstream(HEADERS);
    assertThat(client.heard()).containsExactly(HEADERS, Ping.pong(7));
  }

  @Test
  void aNumberedPingIsAnsweredAtOnce() {
    client.says(getHeaders());
    asks(1, Ping.ping(7));
    asks(2, Message.of(Commands.PING, new byte[7]));

    assertThat(client.heard()).containsExactly(seq(1, Kind.LAST), Ping.pong(7), seq(2, Kind.END));
  }

  @Test
  void whatAsksForNothingIsAnsweredWithTheEndAtOnce() {
    asks(1, Message.of("unheardof", new byte[3]));
    asks(2, Message.of(Commands.GETADDR, new byte[0]));
    asks(3, Message.of(Commands.SENDHEADERS, new byte[0]));
    asks(4, Inventory.of(Commands.GETDATA, List.of()));

    assertThat(client.heard())
        .containsExactly(seq(1, Kind.END), seq(2, Kind.END), seq(3, Kind.END), seq(4, Kind.END));
    assertThat(client.rule).isNull();
  }

  @Test
  void whatCannotBeReadIsAnsweredWithTheEndAtOnce() {
    asks(1, Message.of(Commands.GETHEADERS, new byte[3]));
    asks(2, Message.of(Commands.INV, new byte[] {1}));

    assertThat(client.heard()).containsExactly(seq(1, Kind.END), seq(2, Kind.END));
    assertThat(client.rule).isNull();
  }

  @Test
  void numberedGetblocksSetNoContinuation() {
    List<BlockHeader> many = Chain.headers(501);
    asks(1, BlockLocator.of(Commands.GETBLOCKS, 70016, List.of(genesis()), Hash.ZERO));
    client.settleUnordered(0, answered(Chain.headersMessage(many)));
    assertThat(client.heard()).hasSize(2);
    asks(2, getData(InventoryVector.WITNESS_BLOCK, many.get(499).hash()));
    Message block = Message.of(Commands.BLOCK, new byte[81]);
    client.settleUnordered(0, answered(block));

    assertThat(client.heard()).containsExactly(seq(2, Kind.LAST), block);
  }

  @Test
  void limitsHoldForNumberedRequestsToo() {
    asks(1, Message.of(Commands.MEMPOOL, new byte[0]));

    assertThat(client.rule).isEqualTo("not-offered");
  }

  @Test
  void takes256AtATimeAndNotOneMore() {
    for (int i = 0; i < 256; i++) {
      asks(i, getHeaders());
    }
    assertThat(client.rule).isNull();
    client.settleUnordered(0, answered(HEADERS));
    asks(256, getHeaders());
    assertThat(client.rule).isNull();

    client.says(seq(257, Kind.REQUEST));

    assertThat(client.rule).isEqualTo("bad-sequence");
    assertThat(client.reason).isEqualTo("more than 256 numbered requests in flight, with id 257");
  }

  @Test
  void anIdThatIsInUseEndsTheSession() {
    asks(1, getHeaders());
    client.says(seq(1, Kind.REQUEST));

    assertThat(client.rule).isEqualTo("bad-sequence");
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "REQUEST", mode = EnumSource.Mode.EXCLUDE)
  void anAnswerToWhatWasNotAskedEndsTheSession(Kind kind) {
    client.says(seq(1, kind));

    assertThat(client.rule).isEqualTo("bad-sequence");
  }

  @Test
  void aNumberMeansNothingWhereNoneWereAgreed() {
    ScriptedClient plain = ClientKind.CORE.greet(scene);
    plain.says(seq(1, Kind.REQUEST));
    plain.says(seq(1, Kind.REQUEST));
    plain.says(getHeaders());
    plain.upstream(HEADERS);

    assertThat(plain.heard()).containsExactly(HEADERS);
    assertThat(plain.needsEveryFrame).isFalse();
  }

  private void asks(long id, Message request) {
    client.says(seq(id, Kind.REQUEST));
    client.says(request);
  }

  /** Agrees to numbers. */
  static ScriptedClient greet(Scene scene) {
    ScriptedClient client = scene.connect();
    client.says(INTRODUCTION);
    client.says(Commands.WTXIDRELAY);
    client.says(new SendSequence(1, 0).toMessage());
    client.says(Commands.VERACK);
    client.heard();
    return client;
  }

  private static Outcome answered(Message message) {
    return new Outcome.Answered(List.of(message));
  }

  private static Message seq(long id, Kind kind) {
    return Sequence.message(id, kind);
  }

  private static Hash genesis() {
    return Network.REGTEST.genesis();
  }

  private static Message getHeaders() {
    return BlockLocator.of(Commands.GETHEADERS, 70016, List.of(genesis()), Hash.ZERO);
  }

  private static Message getData(int type, Hash hash) {
    return Inventory.of(Commands.GETDATA, type, hash);
  }

  private static Hash hash(int n) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) n;
    return Hash.read(bytes, 0);
  }
}
