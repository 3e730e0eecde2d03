package org.bitcoinmultiplexer.bitcoin.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHandshakeTest {

  private static final long CORE_SERVICES =
      Version.NODE_NETWORK
          | Version.NODE_BLOOM
          | Version.NODE_WITNESS
          | Version.NODE_COMPACT_FILTERS
          | Version.NODE_NETWORK_LIMITED
          | Version.NODE_P2P_V2;

  private final List<Message> sent = new ArrayList<>();
  private NodeInfo node = node(CORE_SERVICES, true, 1000);
  private int height = 123_456;
  private final ClientHandshake handshake = handshake(ClientHandshake.WITHHELD, 42);

  @Test
  void bitcoinjSeesNothingButVersionAndVerackBeforeItsVerack() {
    assertThat(handshake.onMessage(version(70013, 0, "/bitcoinj:0.17/", false)))
        .isEqualTo(Step.TAKEN);
    assertThat(handshake.onMessage(plain("sendaddrv2"))).isEqualTo(Step.TAKEN);

    assertThat(commands()).containsExactly("version", "verack");
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.DONE);
    assertThat(commands()).containsExactly("version", "verack", "feefilter");
    assertThat(handshake.client())
        .isEqualTo(new ClientInfo(70013, 0, "/bitcoinj:0.17/", false, false, true, 77, false));
  }

  @Test
  void coreNegotiatesWitnessIdsBetweenVersionAndVerack() {
    handshake.onMessage(version(70016, 9, "/Satoshi:28.0.0/", true));

    assertThat(commands()).containsExactly("version", "wtxidrelay", "sendaddrv2", "verack");
    assertThat(handshake.onMessage(plain("wtxidrelay"))).isEqualTo(Step.TAKEN);
    assertThat(handshake.onMessage(plain("sendaddrv2"))).isEqualTo(Step.TAKEN);
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.DONE);
    assertThat(handshake.client())
        .isEqualTo(new ClientInfo(70016, 9, "/Satoshi:28.0.0/", true, true, true, 77, false));
  }

  @Test
  void anOfferToNumberRequestsIsAnsweredInFrontOfOurVerack() {
    handshake.onMessage(announcing());
    assertThat(commands()).containsExactly("version", "wtxidrelay", "sendaddrv2");

    assertThat(handshake.onMessage(offer(1))).isEqualTo(Step.TAKEN);

    assertThat(commands())
        .containsExactly("version", "wtxidrelay", "sendaddrv2", "sendseq", "verack");
    assertThat(SendSequence.parse(sent.get(3))).isEqualTo(new SendSequence(1, 256));
    assertThat(handshake.onMessage(offer(1))).isEqualTo(Step.IGNORED);
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.DONE);
    assertThat(handshake.client().numbers()).isTrue();
    assertThat(sent.stream().filter(m -> m.command().equals("sendseq"))).hasSize(1);
  }

  @Test
  void nobodyIsOfferedNumbersWhoDidNotOfferThem() {
    handshake.onMessage(announcing());
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.DONE);

    assertThat(commands())
        .containsExactly("version", "wtxidrelay", "sendaddrv2", "verack", "sendcmpct", "feefilter");
    assertThat(handshake.client().numbers()).isFalse();
  }

  @Test
  void whoDoesNotAnnounceAnOfferDoesNotWaitForOurVerackAndOffersTooLate() {
    handshake.onMessage(version(70016, 0, "/x/", true));
    assertThat(commands()).endsWith("verack");

    assertThat(handshake.onMessage(offer(1))).isEqualTo(Step.IGNORED);
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.DONE);
    assertThat(handshake.client().numbers()).isFalse();
    assertThat(commands()).doesNotContain("sendseq");
  }

  @Test
  void anOfferBehindTheVerackIsTooLate() {
    handshake.onMessage(announcing());
    handshake.onMessage(plain("verack"));

    assertThat(handshake.onMessage(offer(1))).isEqualTo(Step.IGNORED);
    assertThat(handshake.client().numbers()).isFalse();
    assertThat(commands()).doesNotContain("sendseq");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anImpatientOfferIsAnsweredOnceANodeIsKnown(boolean acknowledged) {
    NodeInfo later = node;
    node = null;
    handshake.onMessage(version(70016, 0, "/x/", true));
    assertThat(handshake.onMessage(offer(1))).isEqualTo(Step.TAKEN);
    if (acknowledged) {
      handshake.onMessage(plain("verack"));
    }
    assertThat(sent).isEmpty();

    node = later;

    assertThat(handshake.nodeKnown()).isEqualTo(acknowledged ? Step.DONE : Step.TAKEN);
    handshake.onMessage(plain("verack"));
    assertThat(commands())
        .containsExactly(
            "version", "wtxidrelay", "sendaddrv2", "sendseq", "verack", "sendcmpct", "feefilter");
    assertThat(handshake.client().numbers()).isTrue();
  }

  @Test
  void anAnnouncedOfferThatIsNotMadeDelaysNothingOnceANodeIsKnown() {
    NodeInfo later = node;
    node = null;
    handshake.onMessage(announcing());
    handshake.onMessage(plain("verack"));

    node = later;

    assertThat(handshake.nodeKnown()).isEqualTo(Step.DONE);
    assertThat(commands())
        .containsExactly("version", "wtxidrelay", "sendaddrv2", "verack", "sendcmpct", "feefilter");
  }

  @Test
  void whatIsNoOfferIsIgnored() {
    handshake.onMessage(announcing());

    assertThat(handshake.onMessage(offer(0))).isEqualTo(Step.IGNORED);
    assertThat(handshake.onMessage(Message.of("sendseq", new byte[7]))).isEqualTo(Step.IGNORED);
    assertThat(commands()).doesNotContain("verack");
    assertThat(handshake.onMessage(offer(0xffff_ffffL))).isEqualTo(Step.TAKEN);
    assertThat(commands()).endsWith("sendseq", "verack");
  }

  @Test
  void aNewerVersionThanOursCountsAsOurs() {
    handshake.onMessage(version(70017, 9, "/Satoshi:32.0.0/", true));
    handshake.onMessage(plain("verack"));

    assertThat(handshake.client().version()).isEqualTo(70016);
    assertThat(commands())
        .containsExactly("version", "wtxidrelay", "sendaddrv2", "verack", "sendcmpct", "feefilter");
  }

  @ParameterizedTest
  @CsvSource({"70015, false", "70016, true"})
  void witnessIdsAreNegotiatedFrom70016On(int version, boolean negotiated) {
    handshake.onMessage(version(version, 0, "/x/", true));
    handshake.onMessage(plain("wtxidrelay"));
    handshake.onMessage(plain("verack"));

    assertThat(commands().contains("wtxidrelay")).isEqualTo(negotiated);
    assertThat(commands().contains("sendaddrv2")).isEqualTo(negotiated);
    assertThat(handshake.client().wtxidRelay()).isEqualTo(negotiated);
  }

  @ParameterizedTest
  @CsvSource({"70012, false", "70013, true"})
  void theFeeFilterIsPassedOnFrom70013On(int version, boolean passedOn) {
    handshake.onMessage(version(version, 0, "/x/", true));
    handshake.onMessage(plain("verack"));

    assertThat(sent.contains(new FeeFilter(1000).toMessage())).isEqualTo(passedOn);
    assertThat(handshake.client().takesFeeFilter()).isEqualTo(passedOn);
  }

  @ParameterizedTest
  @CsvSource({"70013, false", "70014, true", "70016, true"})
  void compactBlocksAreOfferedToWhoKnowsThem(int version, boolean offered) {
    handshake.onMessage(version(version, 0, "/x/", true));
    handshake.onMessage(plain("verack"));

    assertThat(sent.contains(new SendCompact(false, 2).toMessage())).isEqualTo(offered);
  }

  @Test
  void noFeeFilterIsSentWhereTheNodeHasNone() {
    node = node(9, true, 0);

    handshake.onMessage(version(70016, 0, "/x/", true));
    handshake.onMessage(plain("verack"));

    assertThat(commands()).doesNotContain("feefilter");
  }

  @Test
  void ourVersionShowsTheNodeAsFarAsItsPromisesCanBeKept() {
    node = node(CORE_SERVICES | 1L << 26 | 2, false, 0);

    handshake.onMessage(version(70016, 0, "/x/", true));

    Version said = Version.parse(sent.get(0));
    assertThat(said)
        .isEqualTo(
            new Version(
                70016,
                Version.NODE_NETWORK
                    | Version.NODE_WITNESS
                    | Version.NODE_COMPACT_FILTERS
                    | Version.NODE_NETWORK_LIMITED,
                1_700_000_000L,
                NetworkAddress.UNSPECIFIED,
                NetworkAddress.UNSPECIFIED,
                new Random(42).nextLong(),
                "/bitcoin-multiplexer:0.1.0/",
                123_456,
                false));
  }

  @Test
  void whatIsWithheldIsUpToTheCaller() {
    ClientHandshake generous = handshake(0, 1);

    generous.onMessage(version(70016, 0, "/x/", true));

    assertThat(Version.parse(sent.get(0)).services())
        .isEqualTo(CORE_SERVICES & ~Version.NODE_P2P_V2);
  }

  @Test
  void twoHandshakesShowDifferentNonces() {
    handshake.onMessage(version(70016, 0, "/x/", true));
    handshake(0, 43).onMessage(version(70016, 0, "/x/", true));

    assertThat(Version.parse(sent.get(0)).nonce()).isNotEqualTo(Version.parse(sent.get(4)).nonce());
  }

  @Test
  void ourVersionIsHeldBackUntilANodeIsKnown() {
    NodeInfo later = node;
    node = null;

    assertThat(handshake.onMessage(version(70016, 0, "/x/", true))).isEqualTo(Step.TAKEN);
    assertThat(handshake.waitsForNode()).isTrue();
    assertThat(handshake.nodeKnown()).isEqualTo(Step.IGNORED);
    assertThat(sent).isEmpty();

    node = later;
    height = 200_000;
    assertThat(handshake.nodeKnown()).isEqualTo(Step.TAKEN);
    assertThat(handshake.waitsForNode()).isFalse();
    assertThat(commands()).containsExactly("version", "wtxidrelay", "sendaddrv2", "verack");
    assertThat(Version.parse(sent.get(0)).height()).isEqualTo(200_000);
    assertThat(handshake.nodeKnown()).isEqualTo(Step.IGNORED);
    assertThat(sent).hasSize(4);
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.DONE);
  }

  @Test
  void anImpatientVerackCountsOnceANodeIsKnown() {
    NodeInfo later = node;
    node = null;
    handshake.onMessage(version(70016, 0, "/x/", true));
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.TAKEN);
    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.IGNORED);

    node = later;

    assertThat(handshake.nodeKnown()).isEqualTo(Step.DONE);
    assertThat(commands())
        .containsExactly("version", "wtxidrelay", "sendaddrv2", "verack", "sendcmpct", "feefilter");
  }

  @Test
  void anImpatientVerackClosesTheNegotiation() {
    node = null;
    handshake.onMessage(version(70016, 0, "/x/", true));
    handshake.onMessage(plain("verack"));

    assertThat(handshake.onMessage(plain("wtxidrelay"))).isEqualTo(Step.VIOLATED);
  }

  @Test
  void aKnownNodeChangesNothingBeforeTheClientSpeaks() {
    assertThat(handshake.nodeKnown()).isEqualTo(Step.IGNORED);
    assertThat(sent).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "verack",
        "wtxidrelay",
        "sendaddrv2",
        "feature",
        "sendseq",
        "sendheaders",
        "sendcmpct",
        "ping",
        "getheaders",
        "unheardof"
      })
  void everythingBeforeVersionIsIgnored(String command) {
    assertThat(handshake.onMessage(plain(command))).isEqualTo(Step.IGNORED);
    assertThat(sent).isEmpty();
    assertThat(handshake.onMessage(version(70016, 0, "/x/", true))).isEqualTo(Step.TAKEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ping", "getheaders", "filterload", "mempool", "sendtxrcncl", "unheardof"})
  void whatIsNoHandshakeIsIgnoredBeforeVerackAndPassedOnAfterIt(String command) {
    handshake.onMessage(version(70016, 0, "/x/", true));

    assertThat(handshake.onMessage(plain(command))).isEqualTo(Step.IGNORED);
    handshake.onMessage(plain("verack"));
    assertThat(handshake.onMessage(plain(command))).isEqualTo(Step.PASS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sendheaders", "sendcmpct"})
  void announcementPreferencesCountFromVersionOn(String command) {
    handshake.onMessage(version(70016, 0, "/x/", true));

    assertThat(handshake.onMessage(plain(command))).isEqualTo(Step.PASS);
    handshake.onMessage(plain("verack"));
    assertThat(handshake.onMessage(plain(command))).isEqualTo(Step.PASS);
  }

  @Test
  void aSecondVersionIsIgnoredDuringAndAfterTheHandshake() {
    handshake.onMessage(version(70016, 0, "/first/", true));
    assertThat(handshake.onMessage(version(70013, 0, "/second/", false))).isEqualTo(Step.IGNORED);
    handshake.onMessage(plain("verack"));
    assertThat(handshake.onMessage(version(70013, 0, "/third/", false))).isEqualTo(Step.IGNORED);

    assertThat(handshake.client().userAgent()).isEqualTo("/first/");
    assertThat(commands())
        .containsExactly("version", "wtxidrelay", "sendaddrv2", "verack", "sendcmpct", "feefilter");
  }

  @Test
  void aSecondVerackIsIgnored() {
    handshake.onMessage(version(70016, 0, "/x/", true));
    handshake.onMessage(plain("verack"));

    assertThat(handshake.onMessage(plain("verack"))).isEqualTo(Step.IGNORED);
    assertThat(sent).hasSize(6);
  }

  @Test
  void aSecondWtxidrelayBeforeVerackIsIgnored() {
    handshake.onMessage(version(70016, 0, "/x/", true));
    handshake.onMessage(plain("wtxidrelay"));

    assertThat(handshake.onMessage(plain("wtxidrelay"))).isEqualTo(Step.IGNORED);
  }

  @ParameterizedTest
  @CsvSource({"wtxidrelay, CLOSED_LATE_WTXIDRELAY", "sendaddrv2, CLOSED_LATE_SENDADDRV2"})
  void negotiationAfterVerackBreaksARule(String command, Counter rule) {
    handshake.onMessage(version(70013, 0, "/x/", true));
    handshake.onMessage(plain("verack"));

    assertThat(handshake.onMessage(plain(command))).isEqualTo(Step.VIOLATED);
    assertThat(handshake.violation()).isEqualTo(new Violation(rule, command + " after verack"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFeatureMessageIsUnwelcomeBelow70017(boolean acknowledged) {
    handshake.onMessage(version(70017, 0, "/x/", true));
    if (acknowledged) {
      handshake.onMessage(plain("verack"));
    }

    assertThat(handshake.onMessage(plain("feature"))).isEqualTo(Step.VIOLATED);
    assertThat(handshake.violation().rule().rule()).isEqualTo("unwelcome-feature");
  }

  @Test
  void theOldestVersionThatIsAccepted() {
    assertThat(handshake.onMessage(version(31800, 0, "/x/", true))).isEqualTo(Step.TAKEN);
    assertThat(commands()).containsExactly("version", "verack");
  }

  @ParameterizedTest
  @ValueSource(ints = {31799, 0, -1, Integer.MIN_VALUE})
  void olderVersionsAreRefused(int version) {
    assertThat(handshake.onMessage(version(version, 0, "/x/", true))).isEqualTo(Step.VIOLATED);
    assertThat(handshake.violation())
        .isEqualTo(
            new Violation(
                Counter.CLOSED_OBSOLETE_VERSION, "version " + version + " is below 31800"));
    assertThat(sent).isEmpty();
  }

  @Test
  void aUserAgentMayHave256Bytes() {
    assertThat(handshake.onMessage(version(70016, 0, "x".repeat(256), true))).isEqualTo(Step.TAKEN);
  }

  @Test
  void aUserAgentOf257BytesIsRefused() {
    byte[] body =
        new ByteWriter(80 + 3 + 257 + 5)
            .i32(70016)
            .bytes(new byte[76])
            .varString("x".repeat(257))
            .i32(1)
            .u8(1)
            .toMessage("version")
            .toByteArray();

    assertThat(handshake.onMessage(Message.of("version", body))).isEqualTo(Step.VIOLATED);
    assertThat(handshake.violation().rule().rule()).isEqualTo("malformed-version");
    assertThat(handshake.violation().reason()).contains("257").contains("256");
  }

  @Test
  void theUserAgentCannotForgeALineOfALog() {
    handshake.onMessage(version(70016, 0, "/x\n\u001b[2Jé/", true));
    handshake.onMessage(plain("verack"));

    assertThat(handshake.client().userAgent()).isEqualTo("/x??[2J?/");
  }

  @Test
  void aVersionMayEndAfterTheReceiversAddress() {
    byte[] whole = version(70013, 8, "/x/", false).toByteArray();

    assertThat(handshake.onMessage(Message.of("version", Arrays.copyOf(whole, 46))))
        .isEqualTo(Step.TAKEN);
    handshake.onMessage(plain("verack"));
    assertThat(handshake.client())
        .isEqualTo(new ClientInfo(70013, 8, "", true, false, false, -1, false));
  }

  @Test
  void aVersionMayEndBeforeTheRelayFlagWhichIsThenSet() {
    Message whole = version(70013, 8, "/x/", false);

    handshake.onMessage(
        Message.of("version", Arrays.copyOf(whole.toByteArray(), whole.size() - 1)));
    handshake.onMessage(plain("verack"));
    assertThat(handshake.client().relay()).isTrue();
  }

  @Test
  void aVersionThatEndsWithinAFieldIsRefused() {
    byte[] whole = version(70013, 8, "/x/", false).toByteArray();

    assertThat(handshake.onMessage(Message.of("version", Arrays.copyOf(whole, 45))))
        .isEqualTo(Step.VIOLATED);
    assertThat(handshake.violation().rule().rule()).isEqualTo("malformed-version");
  }

  @Test
  void whatFollowsTheRelayFlagIsIgnored() {
    byte[] whole = version(70013, 8, "/x/", false).toByteArray();

    assertThat(handshake.onMessage(Message.of("version", Arrays.copyOf(whole, whole.length + 9))))
        .isEqualTo(Step.TAKEN);
  }

  @Test
  void nothingHelpsOnceARuleIsBroken() {
    handshake.onMessage(version(1, 0, "/x/", true));

    assertThat(handshake.onMessage(version(70016, 0, "/x/", true))).isEqualTo(Step.VIOLATED);
    assertThat(handshake.nodeKnown()).isEqualTo(Step.IGNORED);
    assertThat(sent).isEmpty();
  }

  @Test
  void theClientIsNotKnownBeforeTheHandshakeIsDone() {
    handshake.onMessage(version(70016, 0, "/x/", true));

    assertThatThrownBy(handshake::client).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(handshake::violation).isInstanceOf(IllegalStateException.class);
  }

  private ClientHandshake handshake(long withheld, long seed) {
    return new ClientHandshake(
        withheld, 0, 256, () -> node, () -> height, new Random(seed), clock(), sent::add);
  }

  private List<String> commands() {
    return sent.stream().map(Message::command).toList();
  }

  private static InstantSource clock() {
    return InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L));
  }

  private static NodeInfo node(long services, boolean relay, long feeFilter) {
    return new NodeInfo(
        70016, services, "/Satoshi:31.0.0/", 100, relay, true, 0, feeFilter, "a node");
  }

  private static Message version(int version, long services, String agent, boolean relay) {
    return new Version(
            version,
            services,
            1,
            NetworkAddress.UNSPECIFIED,
            NetworkAddress.UNSPECIFIED,
            2,
            agent,
            77,
            relay)
        .toMessage();
  }

  /** The version of a client that is going to offer. */
  private static Message announcing() {
    return version(70016, Version.NODE_SEQUENCE | Version.NODE_WITNESS, "/x/", true);
  }

  private static Message offer(long version) {
    return new SendSequence(version, 0).toMessage();
  }

  private static Message plain(String command) {
    return Message.of(command, new byte[0]);
  }
}
