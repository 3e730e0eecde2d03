package org.bitcoinmultiplexer.bitcoin.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeHandshakeTest {

  private final List<Message> sent = new ArrayList<>();
  private final NodeHandshake handshake = handshake(false, 7);

  @Test
  void saysHelloAndPromisesNoBlocks() {
    handshake.open();

    assertThat(sent).hasSize(1);
    assertThat(Version.parse(sent.get(0)))
        .isEqualTo(
            new Version(
                70016,
                Version.NODE_WITNESS | Version.NODE_SEQUENCE,
                1_700_000_000L,
                NetworkAddress.UNSPECIFIED,
                NetworkAddress.UNSPECIFIED,
                new Random(7).nextLong(),
                "/bitcoin-multiplexer:0.1.0/",
                321,
                true));
  }

  @Test
  void promisesBlocksWithWitnessesWhereTheyAreServed() {
    handshake(true, 7).open();

    assertThat(Version.parse(sent.get(0)).services())
        .isEqualTo(Version.NODE_NETWORK | Version.NODE_WITNESS | Version.NODE_SEQUENCE);
  }

  @Test
  void negotiatesWithCore() {
    handshake.open();

    assertThat(handshake.onMessage(version(70016, "/Satoshi:31.0.0/"))).isEqualTo(Step.TAKEN);
    assertThat(handshake.onMessage(plain("wtxidrelay"))).isEqualTo(Step.TAKEN);
    assertThat(handshake.onMessage(plain("sendaddrv2"))).isEqualTo(Step.IGNORED);
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.DONE);

    assertThat(commands()).containsExactly("version", "wtxidrelay", "sendseq", "verack");
    assertThat(handshake.wtxidRelay()).isTrue();
    assertThat(handshake.node())
        .isEqualTo(
            new NodeInfo(
                70016,
                Version.NODE_NETWORK | Version.NODE_WITNESS,
                "/Satoshi:31.0.0/",
                900,
                true,
                true,
                0,
                0,
                "127.0.0.1:8333 /Satoshi:31.0.0/ version 70016, services NETWORK|WITNESS, height"
                    + " 900"));
  }

  @ParameterizedTest
  @CsvSource({"70015, false", "70016, true", "70017, true"})
  void negotiatesWitnessIdsFrom70016On(int version, boolean negotiated) {
    handshake.open();
    handshake.onMessage(version(version, "/x/"));
    handshake.onMessage(plain("wtxidrelay"));
    handshake.onMessage(plain("verack"));

    assertThat(commands().contains("wtxidrelay")).isEqualTo(negotiated);
    assertThat(handshake.wtxidRelay()).isEqualTo(negotiated);
    assertThat(handshake.node().version()).isEqualTo(Math.min(version, 70016));
  }

  @ParameterizedTest
  @CsvSource({"1, 64, 64", "2, 1, 1", "1, 0, 0", "0, 64, 0", "1, 4294967295, 2147483647"})
  void numbersAreAgreedIfTheNodeAnswersTheOffer(long version, long window, int agreed) {
    handshake.open();
    handshake.onMessage(version(70016, "/x/"));
    assertThat(SendSequence.parse(sent.get(2))).isEqualTo(new SendSequence(1, 0));

    handshake.onMessage(new SendSequence(version, window).toMessage());
    handshake.onMessage(plain("verack"));

    assertThat(handshake.node().window()).isEqualTo(agreed);
  }

  @Test
  void numbersAreNotAgreedBehindTheVerack() {
    handshake.open();
    handshake.onMessage(version(70016, "/x/"));
    handshake.onMessage(plain("verack"));

    assertThat(handshake.onMessage(new SendSequence(1, 64).toMessage())).isEqualTo(Step.IGNORED);
    assertThat(handshake.node().window()).isZero();
  }

  @Test
  void aNodeThatDoesNotNegotiateWitnessIdsIsTakenAtItsWord() {
    handshake.open();
    handshake.onMessage(version(70016, "/btcd/"));
    handshake.onMessage(plain("verack"));

    assertThat(handshake.wtxidRelay()).isFalse();
  }

  @Test
  void theOldestVersionThatIsAccepted() {
    handshake.open();

    assertThat(handshake.onMessage(version(70013, "/x/"))).isEqualTo(Step.TAKEN);
  }

  @Test
  void anOlderVersionIsRefused() {
    handshake.open();

    assertThat(handshake.onMessage(version(70012, "/x/"))).isEqualTo(Step.VIOLATED);
    assertThat(handshake.violation().rule().rule()).isEqualTo("obsolete-version");
    assertThat(handshake.violation().reason()).contains("70012").contains("70013");
    assertThat(commands()).containsExactly("version");
  }

  @Test
  void aMalformedVersionIsRefused() {
    handshake.open();

    assertThat(handshake.onMessage(plain("version"))).isEqualTo(Step.VIOLATED);
    assertThat(handshake.violation().rule().rule()).isEqualTo("malformed-version");
    assertThat(handshake.onMessage(version(70016, "/x/"))).isEqualTo(Step.VIOLATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"verack", "wtxidrelay", "ping", "headers", "feefilter"})
  void everythingBeforeVersionIsIgnored(String command) {
    handshake.open();

    assertThat(handshake.onMessage(plain(command))).isEqualTo(Step.IGNORED);
    assertThat(handshake.onMessage(version(70016, "/x/"))).isEqualTo(Step.TAKEN);
  }

  @Test
  void whatIsNoHandshakeIsIgnoredBeforeVerackAndPassedOnAfterIt() {
    handshake.open();
    handshake.onMessage(version(70016, "/x/"));

    assertThat(handshake.onMessage(plain("ping"))).isEqualTo(Step.IGNORED);
    handshake.onMessage(plain("verack"));
    assertThat(handshake.onMessage(plain("ping"))).isEqualTo(Step.PASS);
    assertThat(handshake.onMessage(new FeeFilter(1).toMessage())).isEqualTo(Step.PASS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "verack", "wtxidrelay", "sendaddrv2"})
  void aRepeatedHandshakeIsIgnored(String command) {
    handshake.open();
    handshake.onMessage(version(70016, "/x/"));
    handshake.onMessage(plain("verack"));

    assertThat(handshake.onMessage(plain(command))).isEqualTo(Step.IGNORED);
    assertThat(handshake.wtxidRelay()).isFalse();
    assertThat(sent).hasSize(4);
  }

  @Test
  void opensOnce() {
    handshake.open();

    assertThatThrownBy(handshake::open).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(handshake::node).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(handshake::violation).isInstanceOf(IllegalStateException.class);
  }

  private NodeHandshake handshake(boolean serveBlocks, long seed) {
    return new NodeHandshake(
        "127.0.0.1:8333",
        serveBlocks,
        321,
        new Random(seed),
        InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L)),
        sent::add);
  }

  private List<String> commands() {
    return sent.stream().map(Message::command).toList();
  }

  private static Message version(int version, String agent) {
    return new Version(
            version,
            Version.NODE_NETWORK | Version.NODE_WITNESS,
            1,
            NetworkAddress.UNSPECIFIED,
            NetworkAddress.UNSPECIFIED,
            2,
            agent,
            900,
            true)
        .toMessage();
  }

  private static Message plain(String command) {
    return Message.of(command, new byte[0]);
  }
}
