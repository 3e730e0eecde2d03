package org.bitcoinmultiplexer.bitcoin.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture;
import org.bitcoinmultiplexer.bitcoin.relay.TestChain;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.core.Hazard;
import org.junit.jupiter.api.Test;

/** For what a Bitcoin node is feared to hang up. */
class NodeHazardsTest {

  private static final int BLOCKS = 400;
  private static final long PRUNED = Version.NODE_NETWORK_LIMITED | Version.NODE_WITNESS;

  private final RelayFixture fixture = new RelayFixture();
  private final NodeHazards hazards = new NodeHazards(fixture.nodeRelay.node(), Network.REGTEST);

  private void connected(long services, int blocks) {
    fixture.chain.addAll(TestChain.grow(Network.REGTEST.genesis(), blocks, 0));
    fixture.line.greets(
        new Version(
                70016,
                services,
                1_700_000_000L,
                NetworkAddress.UNSPECIFIED,
                NetworkAddress.UNSPECIFIED,
                99,
                "/Satoshi:31.0.0/",
                blocks,
                true)
            .toMessage());
  }

  private Message blockAt(int depth) {
    return block(fixture.chain.get(fixture.chain.size() - 1 - depth).hash());
  }

  private static Message block(Hash hash) {
    return Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, hash);
  }

  private static Hash hash(int seed) {
    byte[] bytes = new byte[Hash.SIZE];
    bytes[0] = (byte) seed;
    return Hash.read(bytes, 0);
  }

  @Test
  void ofANodeWithAllBlocksNothingIsFeared() {
    connected(Version.NODE_NETWORK | PRUNED, BLOCKS);
    assertThat(hazards.foreseen(blockAt(390))).isNull();
  }

  @Test
  void aPrunedNodeGivesTheYoungestBlocksOnly() {
    connected(PRUNED, BLOCKS);
    assertThat(hazards.foreseen(blockAt(0))).isNull();
    assertThat(hazards.foreseen(blockAt(288))).isNull();
    assertThat(hazards.foreseen(blockAt(289))).matches(hazard -> !hazard.isCertain());
    assertThat(hazards.foreseen(blockAt(290))).matches(hazard -> !hazard.isCertain());
    assertThat(hazards.foreseen(blockAt(291))).matches(Hazard::isCertain);
    assertThat(hazards.foreseen(block(hash(1)))).matches(hazard -> !hazard.isCertain());
    assertThat(hazards.foreseen(blockAt(291)))
        .isEqualTo(hazards.foreseen(blockAt(292)))
        .matches(Hazard::isElsewhere)
        .extracting(Hazard::probe)
        .isEqualTo(block(Network.REGTEST.genesis()));
    assertThat(
            hazards.foreseen(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_TX, hash(2))))
        .isNull();
  }

  @Test
  void aShortChainHasNoDeepBlocks() {
    connected(PRUNED, 100);
    assertThat(hazards.foreseen(block(hash(1)))).isNull();
    assertThat(hazards.foreseen(blockAt(99))).isNull();
  }

  @Test
  void blocksOfWhichTheAgeIsUnknownMayBeOld() {
    connected(Version.NODE_NETWORK | Version.NODE_WITNESS, BLOCKS);
    Hazard unknown = hazards.suspected(block(hash(1)));
    assertThat(unknown).isNotNull().matches(hazard -> !hazard.isCertain());
    assertThat(hazards.suspected(block(hash(2)))).isEqualTo(unknown);
    assertThat(hazards.suspected(blockAt(1))).isEqualTo(hazards.suspected(blockAt(1)));
    assertThat(hazards.suspected(blockAt(1)).kind()).isNotEqualTo(unknown.kind());
  }

  @Test
  void filtersAreFearedByTheBlockUpToWhichTheyAreAskedFor() {
    List<Message> requests =
        List.of(
            new FilterRange(0, 1, hash(1)).toMessage(Commands.GETCFILTERS),
            new FilterRange(0, 9, hash(1)).toMessage(Commands.GETCFHEADERS),
            new FilterRange(0, 1, hash(2)).toMessage(Commands.GETCFILTERS));
    assertThat(hazards.suspected(requests.get(0))).isEqualTo(hazards.suspected(requests.get(1)));
    assertThat(hazards.suspected(requests.get(0))).isNotEqualTo(hazards.suspected(requests.get(2)));
  }

  @Test
  void whatIsHandedInIsOnlyTriedWithANodeThatTakesIt() {
    Message tx = Message.of(Commands.TX, new byte[100_000]);
    assertThat(hazards.suspected(tx)).isNull();
    connected(Version.NODE_NETWORK | Version.NODE_WITNESS, 3);
    assertThat(hazards.suspected(tx)).isNotNull();
    assertThat(hazards.suspected(tx).kind()).isInstanceOf(Hash.class);
  }

  @Test
  void whatIsAnnouncedIsAskedForWhereItWas() {
    connected(Version.NODE_NETWORK | Version.NODE_WITNESS, 1);
    assertThat(hazards.suspected(Inventory.of(Commands.INV, InventoryVector.WTX, hash(1))))
        .isNull();
    assertThat(hazards.suspected(Message.of(Commands.HEADERS, new byte[1]))).isNull();
  }
}
