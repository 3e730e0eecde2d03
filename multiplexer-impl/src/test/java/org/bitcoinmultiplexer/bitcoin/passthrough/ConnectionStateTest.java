package org.bitcoinmultiplexer.bitcoin.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterAdd;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionStateTest {

  private static final Hash LAST = Hash.of("05".repeat(32));

  private final ConnectionStateRecorder recorder = new ConnectionStateRecorder(70016, true);

  @Test
  void aConnectionBeginsWithoutAnythingToRepeat() {
    ConnectionState state = recorder.state();

    assertThat(state.clientSaid()).isEmpty();
    assertThat(state.client().negotiation()).isEmpty();
    assertThat(state.node().preferences()).isEmpty();
    assertThat(state.relayInVersion()).isTrue();
    assertThat(state.continuation()).isNull();
  }

  @Test
  void whatTheClientSaidCanBeSaidAgain() {
    Message filter = filterload(new byte[] {1, 2}, 3);
    List<Message> said =
        List.of(
            plain("sendheaders"),
            new SendCompact(false, 1).toMessage(),
            new SendCompact(true, 2).toMessage(),
            new FeeFilter(1000).toMessage(),
            filter);
    recorder.fromClient(plain("wtxidrelay"));
    recorder.fromClient(plain("sendaddrv2"));
    said.forEach(recorder::fromClient);

    ConnectionState state = recorder.state();
    assertThat(state.clientSaid()).isEqualTo(said);
    assertThat(state.client().negotiation())
        .containsExactly(plain("wtxidrelay"), plain("sendaddrv2"));
    assertThat(state.node().preferences()).isEmpty();
  }

  @Test
  void whatIsSaidAgainMakesTheSameState() {
    recorder.fromClient(plain("sendheaders"));
    recorder.fromClient(new SendCompact(true, 2).toMessage());
    recorder.fromClient(filterload(new byte[] {0, 0, 0}, 5));
    recorder.fromClient(FilterAdd.toMessage(new byte[] {7}));
    ConnectionState before = recorder.state();

    ConnectionStateRecorder other =
        new ConnectionStateRecorder(before.version(), before.relayInVersion());
    before.client().negotiation().forEach(other::fromClient);
    before.clientSaid().forEach(other::fromClient);

    assertThat(other.state()).isEqualTo(before);
  }

  @Test
  void whatTheNodeSaidIsKeptApart() {
    recorder.fromNode(plain("sendheaders"));
    recorder.fromNode(new FeeFilter(5).toMessage());

    assertThat(recorder.state().node().preferences())
        .containsExactly(plain("sendheaders"), new FeeFilter(5).toMessage());
    assertThat(recorder.state().clientSaid()).isEmpty();
  }

  @Test
  void theLastWordCounts() {
    recorder.fromClient(new FeeFilter(1000).toMessage());
    recorder.fromClient(new FeeFilter(0).toMessage());
    recorder.fromClient(new SendCompact(true, 2).toMessage());
    recorder.fromClient(new SendCompact(false, 2).toMessage());

    assertThat(recorder.state().clientSaid())
        .containsExactly(new SendCompact(false, 2).toMessage());
  }

  @Test
  void compactBlocksOfUnknownVersionsAreForgotten() {
    for (int version = 0; version < 100; version++) {
      recorder.fromClient(new SendCompact(true, version).toMessage());
    }

    assertThat(recorder.state().client().compact())
        .containsExactly(new SendCompact(true, 1), new SendCompact(true, 2));
  }

  @ParameterizedTest
  @CsvSource({"70015, false", "70016, true"})
  void witnessIdsNeed70016(int version, boolean counts) {
    ConnectionStateRecorder of = new ConnectionStateRecorder(version, true);
    of.fromClient(plain("wtxidrelay"));

    assertThat(of.state().client().wtxidRelay()).isEqualTo(counts);
  }

  @Test
  void elementsAreMergedIntoTheFilterAsANodeWould() {
    // bloom_create_insert_serialize and ..._with_tweak of Bitcoin Core's bloom_tests.cpp
    assertThat(merged(0)).isEqualTo("03614e9b050000000000000001");
    assertThat(merged(0x80000001)).isEqualTo("03ce4299050000000100008001");
  }

  private String merged(int tweak) {
    recorder.fromClient(filterload(new byte[3], 5, tweak));
    for (String element :
        List.of(
            "99108ad8ed9bb6274d3980bab5a85c048f0950c8",
            "b5a2c786d9ef4658287ced5914b37a1b4aa32eee",
            "b9300670b4c5366e95b2699e8b18bc75e5f729c5")) {
      recorder.fromClient(FilterAdd.toMessage(HexFormat.of().parseHex(element)));
    }
    return HexFormat.of().formatHex(recorder.state().filter().toByteArray());
  }

  @Test
  void theFilterStaysAsLargeAsItWasLoadedHoweverMuchIsAdded() {
    recorder.fromClient(filterload(new byte[36_000], 50));
    int size = recorder.state().filter().size();
    for (int i = 0; i < 1000; i++) {
      recorder.fromClient(FilterAdd.toMessage(new byte[520]));
    }

    assertThat(recorder.state().filter().size()).isEqualTo(size);
  }

  @Test
  void aFilterThatMatchesEverythingCanTakeElements() {
    Message everything = filterload(new byte[0], 1);
    recorder.fromClient(everything);
    recorder.fromClient(FilterAdd.toMessage(new byte[] {1}));

    assertThat(recorder.state().filter()).isEqualTo(everything);
  }

  @Test
  void filtersTurnRelayOn() {
    ConnectionStateRecorder quiet = new ConnectionStateRecorder(70013, false);
    assertThat(quiet.state().relay()).isFalse();
    assertThat(quiet.state().relayInVersion()).isFalse();

    quiet.fromClient(filterload(new byte[1], 1));
    assertThat(quiet.state().relay()).isTrue();
    assertThat(quiet.state().relayInVersion()).as("the filter comes first").isFalse();

    quiet.fromClient(plain("filterclear"));
    assertThat(quiet.state().filter()).isNull();
    assertThat(quiet.state().relayInVersion()).isTrue();
  }

  @Test
  void whatTheNodeRefusesChangesNothing() {
    Message loaded = filterload(new byte[] {9}, 1);
    recorder.fromClient(FilterAdd.toMessage(new byte[] {1}));
    assertThat(recorder.state().filter()).isNull();

    recorder.fromClient(loaded);
    recorder.fromClient(filterload(new byte[36_001], 1));
    recorder.fromClient(filterload(new byte[1], 51));
    recorder.fromClient(plain("filterload"));
    recorder.fromClient(FilterAdd.toMessage(new byte[521]));
    recorder.fromClient(plain("feefilter"));
    recorder.fromClient(plain("sendcmpct"));
    recorder.fromClient(Message.of("sendcmpct", new byte[] {2, 2, 0, 0, 0, 0, 0, 0, 0}));

    assertThat(recorder.state().clientSaid()).containsExactly(loaded);
  }

  @Test
  void anEarlierSnapshotDoesNotChange() {
    recorder.fromClient(filterload(new byte[3], 5));
    ConnectionState before = recorder.state();
    byte[] filter = before.filter().toByteArray();
    recorder.fromClient(FilterAdd.toMessage(new byte[] {1}));
    recorder.fromClient(new SendCompact(true, 2).toMessage());

    assertThat(before.filter().toByteArray()).isEqualTo(filter);
    assertThat(before.client().compact()).isEmpty();
    assertThat(recorder.state().filter()).isNotEqualTo(before.filter());
  }

  @ParameterizedTest
  @CsvSource({"499, false", "500, true"})
  void theNodeOwesAnInvAfter500Hashes(int size, boolean owes) {
    recorder.fromClient(plain("getblocks"));
    recorder.fromNode(inv(size));

    assertThat(recorder.state().continuation() != null).isEqualTo(owes);
  }

  @Test
  void whatFollowsTheHashesInTheSameInvIsNews() {
    List<InventoryVector> items = new ArrayList<>(Collections.nCopies(499, vector(2, 1)));
    items.add(new InventoryVector(2, LAST));
    items.add(vector(5, 2));
    recorder.fromClient(plain("getblocks"));
    recorder.fromNode(Inventory.of("inv", items));

    assertThat(recorder.state().continuation()).isEqualTo(LAST);
  }

  @Test
  void nothingIsOwedToWhoNeverAsked() {
    recorder.fromNode(inv(500));

    assertThat(recorder.state().continuation()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"2, true", "40000002, true", "3, true", "4, true", "1, false"})
  void nothingIsOwedOnceTheLastBlockWasAskedFor(String type, boolean paid) {
    recorder.fromClient(plain("getblocks"));
    recorder.fromNode(inv(500));
    recorder.fromClient(Inventory.of("getdata", 2, vector(2, 1).hash()));
    assertThat(recorder.state().continuation()).isEqualTo(LAST);

    recorder.fromClient(Inventory.of("getdata", Integer.parseInt(type, 16), LAST));

    assertThat(recorder.state().continuation() == null).isEqualTo(paid);
  }

  private static Message inv(int size) {
    List<InventoryVector> items = new ArrayList<>(Collections.nCopies(size - 1, vector(2, 1)));
    items.add(new InventoryVector(2, LAST));
    return Inventory.of("inv", items);
  }

  private static InventoryVector vector(int type, int seed) {
    return new InventoryVector(type, Hash.of("0%d".formatted(seed).repeat(32)));
  }

  private static Message filterload(byte[] bits, int functions) {
    return filterload(bits, functions, 0);
  }

  private static Message filterload(byte[] bits, int functions, int tweak) {
    return new ByteWriter(ByteWriter.sizeOfVarBytes(bits.length) + 9)
        .varBytes(bits)
        .i32(functions)
        .i32(tweak)
        .u8(1)
        .toMessage("filterload");
  }

  private static Message plain(String command) {
    return Message.of(command, new byte[0]);
  }
}
