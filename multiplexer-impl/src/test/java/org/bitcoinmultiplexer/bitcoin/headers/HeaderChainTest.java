package org.bitcoinmultiplexer.bitcoin.headers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeaderChainTest {

  private final Miner miner = new Miner();
  private final HeaderChain chain = new HeaderChain(Network.REGTEST);
  private final BlockHeader genesis = chain.view().header(chain.view().hash(0));

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Network#known")
  void beginsWithTheGenesisBlock(Network network) {
    ChainView view = new HeaderChain(network).view();
    assertThat(view.tip()).isEqualTo(network.genesis());
    assertThat(view.height()).isZero();
    assertThat(view.size()).isEqualTo(1);
    BlockHeader header = view.header(network.genesis());
    assertThat(header.hash()).isEqualTo(network.genesis());
    assertThat(header.previous()).isEqualTo(Hash.ZERO);
    assertThat(header.hasProofOfWork(network)).isTrue();
    assertThat(view.locator()).containsExactly(network.genesis());
    assertThat(sent(view.headers(locator(List.of(network.genesis()), Hash.ZERO)).get())).isEmpty();
    assertThat(view.blocks(locator(List.of(), Hash.ZERO))).isEmpty();
  }

  @Test
  void takesTheFirstHeadersOfMainnet() {
    HeaderChain mainnet = new HeaderChain(Network.MAINNET);
    List<BlockHeader> real = Vectors.firstBlocks().stream().map(BlockHeader::of).toList();
    AddedHeaders added = mainnet.add(Miner.message(real));
    assertThat(added).isEqualTo(new AddedHeaders(AddedHeaders.Outcome.CONNECTED, 438, ""));
    ChainView view = mainnet.view();
    assertThat(view.height()).isEqualTo(438);
    assertThat(view.tip())
        .hasToString("0000000025c6b644f8add734be7e666fa4afa43ca0204d623a0c0b1fd2104c7a");
    assertThat(view.work()).isEqualTo(BigInteger.valueOf(0x100010001L * 439));
    for (int i = 0; i < real.size(); i++) {
      Hash hash = real.get(i).hash();
      assertThat(view.hash(i)).isEqualTo(hash);
      assertThat(view.height(hash)).isEqualTo(i);
      assertThat(view.depth(hash)).isEqualTo(438 - i);
      assertThat(bytes(view.header(hash))).isEqualTo(bytes(real.get(i)));
      assertThat(bytes(view.numbered(i))).isEqualTo(bytes(real.get(i)));
    }
    assertThat(view.locator().stream().map(view::height))
        .containsExactly(
            438, 437, 436, 435, 434, 433, 432, 431, 430, 429, 428, 426, 422, 414, 398, 366, 302,
            174, 0);
  }

  @Test
  void takesAFileOfHeaders() {
    List<BlockHeader> branch = miner.branch(genesis, 3);
    byte[] file = new byte[7 + 3 * 80];
    for (int i = 0; i < 3; i++) {
      branch.get(i).write(file, 7 + i * 80);
    }
    assertThat(chain.add(file, 7, 3).fresh()).isEqualTo(3);
    file[20]++; // it was copied
    assertThat(chain.view().tip()).isEqualTo(branch.get(2).hash());
    assertThat(chain.add(file, 7 + 80, 2))
        .isEqualTo(new AddedHeaders(AddedHeaders.Outcome.CONNECTED, 0, ""));
  }

  @Test
  void anEmptyMessageChangesNothing() {
    ChainView before = chain.view();
    assertThat(chain.add(Miner.message(List.of())).isConnected()).isTrue();
    assertThat(chain.view()).isSameAs(before);
  }

  @Test
  void takesNothingThatBuildsOnTheUnknown() {
    List<BlockHeader> branch = miner.branch(genesis, 3);
    AddedHeaders added = chain.add(Miner.message(branch.subList(1, 3)));
    assertThat(added.outcome()).isEqualTo(AddedHeaders.Outcome.UNCONNECTED);
    assertThat(added.fresh()).isZero();
    assertThat(added.flaw())
        .isEqualTo("header 0 builds on " + branch.get(0).hash() + ", which is not known");
    assertThat(chain.view().height()).isZero();
  }

  @Test
  void takesWhatComesBeforeAHeaderThatDoesNotFit() {
    List<BlockHeader> branch = miner.branch(genesis, 3);
    List<BlockHeader> gap = List.of(branch.get(0), branch.get(2));
    assertThat(chain.add(Miner.message(gap)).outcome()).isEqualTo(AddedHeaders.Outcome.UNCONNECTED);
    assertThat(chain.view().tip()).isEqualTo(branch.get(0).hash());
  }

  @Test
  void refusesAHeaderWithoutWork() {
    int nonce = 0;
    BlockHeader lazy;
    do {
      lazy = Miner.header(genesis.hash(), 0, genesis.time() + 1, 0x207fffff, nonce++);
    } while (lazy.hasProofOfWork(Network.REGTEST));
    AddedHeaders added = chain.add(Miner.message(List.of(lazy)));
    assertThat(added.outcome()).isEqualTo(AddedHeaders.Outcome.INVALID);
    assertThat(added.flaw()).endsWith(": no proof of work for bits 207fffff");
    assertThat(chain.view().contains(lazy.hash())).isFalse();
  }

  @Test
  void refusesAHeaderOfAnotherDifficulty() {
    int nonce = 0;
    BlockHeader harder;
    do {
      harder = Miner.header(genesis.hash(), 0, genesis.time() + 1, 0x207ffffe, nonce++);
    } while (!harder.hasProofOfWork(Network.REGTEST));
    AddedHeaders added = chain.add(Miner.message(List.of(harder)));
    assertThat(added.outcome()).isEqualTo(AddedHeaders.Outcome.INVALID);
    assertThat(added.flaw()).endsWith(": bits 207ffffe instead of 207fffff");
  }

  @Test
  void refusesAHeaderThatIsTooEarly() {
    BlockHeader early = miner.child(genesis, genesis.time());
    AddedHeaders added = chain.add(Miner.message(List.of(early)));
    assertThat(added.outcome()).isEqualTo(AddedHeaders.Outcome.INVALID);
    assertThat(added.flaw()).contains(": time ");
  }

  @Test
  void theFirstSeenOfEqualBranchesStays() {
    List<BlockHeader> first = miner.branch(genesis, 5);
    List<BlockHeader> second = miner.branch(genesis, 6);
    chain.add(Miner.message(first));
    chain.add(Miner.message(second.subList(0, 5)));
    assertThat(chain.view().tip()).isEqualTo(first.get(4).hash());
    assertThat(chain.view().size()).isEqualTo(11);
    assertThat(chain.view().isActive(second.get(0).hash())).isFalse();
    assertThat(chain.view().height(second.get(4).hash())).isEqualTo(5);
    assertThat(chain.view().depth(second.get(4).hash())).isNegative();
    chain.add(Miner.message(second.subList(5, 6)));
    assertThat(chain.view().tip()).isEqualTo(second.get(5).hash());
  }

  @Test
  void anOldViewKeepsItsChainThroughReorganisations() {
    List<BlockHeader> trunk = miner.branch(genesis, 30);
    chain.add(Miner.message(trunk));
    List<ChainView> views = new ArrayList<>();
    List<List<Hash>> chains = new ArrayList<>();
    List<BlockHeader> left = miner.branch(trunk.get(9), 5000);
    List<BlockHeader> right = miner.branch(trunk.get(9), 5000);
    // Each takes the lead in turn; both cross the bounds of the arrays inside.
    int[] leads = {21, 23, 26, 40, 42, 2000, 4090, 4098, 4999};
    int at = 0;
    for (int lead : leads) {
      for (List<BlockHeader> branch : List.of(left, right)) {
        int until = branch == left ? lead : lead + 1;
        for (int from = 0; from < until; from += 2000) {
          chain.add(Miner.message(branch.subList(from, Math.min(until, from + 2000))));
        }
        ChainView view = chain.view();
        assertThat(view.tip()).isEqualTo(branch.get(until - 1).hash());
        assertThat(view.height()).isEqualTo(10 + until);
        if (at++ > 0) {
          assertThat(view.fork(views.get(views.size() - 1))).isEqualTo(10);
        }
        views.add(view);
        chains.add(hashes(view));
      }
    }
    for (int i = 0; i < views.size(); i++) {
      assertThat(hashes(views.get(i))).isEqualTo(chains.get(i));
      assertThat(views.get(i).fork(chain.view()))
          .isEqualTo(i % 2 == 0 ? 10 : views.get(i).height());
    }
    assertThat(views.get(0).contains(left.get(21).hash())).isFalse(); // it came later
    assertThat(views.get(0).contains(left.get(20).hash())).isTrue();
  }

  @Test
  void anExcludedBlockTakesItsDescendantsWithIt() {
    List<BlockHeader> trunk = miner.branch(genesis, 10);
    List<BlockHeader> weak = miner.branch(trunk.get(4), 3);
    List<BlockHeader> strong = miner.branch(trunk.get(4), 9);
    List<BlockHeader> side = miner.branch(strong.get(2), 6);
    for (List<BlockHeader> branch : List.of(trunk, weak, strong, side)) {
      chain.add(Miner.message(branch));
    }
    ChainView before = chain.view();
    assertThat(before.tip()).isEqualTo(strong.get(8).hash());
    assertThat(chain.exclude(strong.get(1).hash())).isTrue();
    assertThat(chain.view().tip()).isEqualTo(trunk.get(9).hash());
    assertThat(chain.view().height()).isEqualTo(10);
    assertThat(before.tip()).isEqualTo(strong.get(8).hash());
    assertThat(chain.view().isShown(weak.get(2).hash())).isTrue();
    assertThat(chain.view().isShown(side.get(5).hash())).isFalse();
    assertThat(before.isShown(side.get(5).hash())).isTrue();
    assertThat(chain.exclude(side.get(0).hash())).isFalse();
    assertThat(chain.exclude(Hash.ZERO)).isFalse();
    assertThat(chain.exclude(genesis.hash())).isFalse();

    BlockHeader late = miner.child(side.get(5));
    AddedHeaders added = chain.add(Miner.message(List.of(late)));
    assertThat(added.outcome()).isEqualTo(AddedHeaders.Outcome.INVALID);
    assertThat(added.flaw()).endsWith("builds on " + late.previous() + ", which is excluded");

    // What was below the excluded one still counts, and may grow again.
    chain.add(Miner.message(miner.branch(strong.get(0), 5)));
    assertThat(chain.view().fork(before)).isEqualTo(6);
    assertThat(chain.view().height()).isEqualTo(11);
  }

  @Test
  void aPeerBeyondTheTipHasNothingToCatchUpWith() {
    List<BlockHeader> trunk = grow(20);
    chain.exclude(trunk.get(15).hash());
    ChainView view = chain.view();
    assertThat(view.tip()).isEqualTo(trunk.get(14).hash());
    List<Hash> beyond = List.of(trunk.get(19).hash(), trunk.get(3).hash());
    assertThat(view.fork(locator(beyond, Hash.ZERO))).isEqualTo(15);
    assertSent(view, beyond, Hash.ZERO, 16, 15);
    BlockHeader other = miner.child(trunk.get(14));
    chain.add(Miner.message(List.of(other)));
    assertThat(chain.view().fork(locator(beyond, Hash.ZERO))).isEqualTo(4); // not on that branch
  }

  @Test
  void anExcludedBlockIsFollowedByTheFirstSeenOfEquals() {
    List<BlockHeader> first = miner.branch(genesis, 5);
    List<BlockHeader> second = miner.branch(genesis, 5);
    List<BlockHeader> strong = miner.branch(genesis, 6);
    chain.add(Miner.message(first));
    chain.add(Miner.message(second));
    chain.add(Miner.message(strong));
    chain.exclude(strong.get(0).hash());
    assertThat(chain.view().tip()).isEqualTo(first.get(4).hash());
    chain.exclude(first.get(4).hash());
    assertThat(chain.view().tip()).isEqualTo(second.get(4).hash());
  }

  @Test
  void aBatchThatIsMadeAgainHasTheHeaderOfItsOwnFrame() {
    List<BlockHeader> trunk = grow(4100);
    FrameEncoder encoder = FrameEncoder.of(Network.REGTEST);
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      int from = random.nextBoolean() ? random.nextInt(20) : 1_990 + random.nextInt(20);
      Message batch =
          chain.view().headers(locator(List.of(trunk.get(from).hash()), Hash.ZERO)).orElseThrow();
      Message equal = Message.of(batch.command(), batch.toByteArray());
      assertThat(encoder.header(batch)).isEqualTo(encoder.header(equal));
    }
  }

  @Test
  void keepsFullBatchesForTheNextWhoAsks() {
    List<BlockHeader> trunk = grow(4100);
    ChainView view = chain.view();
    BlockLocator start = locator(List.of(genesis.hash()), Hash.ZERO);
    BlockLocator second = locator(List.of(trunk.get(1999).hash()), Hash.ZERO);
    BlockLocator between = locator(List.of(trunk.get(99).hash()), Hash.ZERO);
    Message batch = view.headers(start).orElseThrow();
    assertThat(view.headers(second).orElseThrow()).isSameAs(view.headers(second).orElseThrow());
    assertThat(view.headers(start).orElseThrow()).isSameAs(batch);
    chain.add(Miner.message(miner.branch(trunk.get(4099), 1)));
    assertThat(chain.view().headers(start).orElseThrow()).isSameAs(batch);
    // Another of the same place takes it.
    assertSent(view, List.of(trunk.get(99).hash()), Hash.ZERO, 101, 2100);
    assertThat(view.headers(between).orElseThrow()).isNotEqualTo(batch);
    assertThat(view.headers(start).orElseThrow()).isEqualTo(batch).isNotSameAs(batch);

    chain.exclude(trunk.get(1500).hash());
    for (int from = 1500; from < 4300; from += 2000) {
      BlockHeader parent = chain.view().header(chain.view().tip());
      chain.add(Miner.message(miner.branch(parent, 2000)));
    }
    Message other = chain.view().headers(start).orElseThrow();
    assertThat(other.size()).isEqualTo(batch.size());
    assertThat(other).isNotEqualTo(batch);
    assertThat(view.headers(start).orElseThrow()).isEqualTo(batch);
  }

  @Test
  void findsAncestorsOfAnyBranch() {
    List<BlockHeader> trunk = miner.branch(genesis, 10);
    List<BlockHeader> stale = miner.branch(trunk.get(4), 3);
    chain.add(Miner.message(trunk));
    chain.add(Miner.message(stale));
    ChainView view = chain.view();
    Hash tip = stale.get(2).hash();
    assertThat(view.ancestor(tip, 8)).contains(tip);
    assertThat(view.ancestor(tip, 6)).contains(stale.get(0).hash());
    assertThat(view.ancestor(tip, 5)).contains(trunk.get(4).hash());
    assertThat(view.ancestor(tip, 0)).contains(genesis.hash());
    assertThat(view.ancestor(tip, 9)).isEmpty();
    assertThat(view.ancestor(tip, -1)).isEmpty();
    assertThat(view.ancestor(Hash.ZERO, 0)).isEmpty();
    assertThatThrownBy(() -> view.hash(11)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void answersGetheadersAsCoreDoes() {
    List<BlockHeader> trunk = grow(4500);
    List<BlockHeader> stale = miner.branch(trunk.get(99), 7);
    chain.add(Miner.message(stale));
    ChainView view = chain.view();
    Hash unknown = miner.child(genesis).hash();
    List<Hash> fromStale =
        List.of(unknown, stale.get(6).hash(), stale.get(0).hash(), trunk.get(99).hash());
    assertThat(view.fork(locator(fromStale, Hash.ZERO))).isEqualTo(100);
    assertSent(view, fromStale, Hash.ZERO, 101, 2100);
    assertSent(view, fromStale, trunk.get(100).hash(), 101, 101);
    assertSent(view, fromStale, trunk.get(2099).hash(), 101, 2100);
    assertSent(view, fromStale, trunk.get(2100).hash(), 101, 2100);
    assertSent(view, fromStale, trunk.get(50).hash(), 101, 2100); // behind: no effect
    assertSent(view, fromStale, trunk.get(99).hash(), 101, 2100);
    assertSent(view, fromStale, stale.get(1).hash(), 101, 2100);
    assertSent(view, fromStale, unknown, 101, 2100);
    assertSent(view, List.of(unknown), Hash.ZERO, 1, 2000);
    assertSent(view, List.of(trunk.get(2499).hash()), Hash.ZERO, 2501, 4500);
    assertSent(view, List.of(trunk.get(2500).hash()), Hash.ZERO, 2502, 4500);
    assertSent(view, List.of(trunk.get(4499).hash()), Hash.ZERO, 4501, 4500);
    assertSent(view, view.locator(), Hash.ZERO, 4501, 4500);
  }

  @Test
  void anEmptyLocatorAsksForOneHeader() {
    List<BlockHeader> trunk = grow(4500);
    List<BlockHeader> old = miner.branch(trunk.get(99), 7);
    List<BlockHeader> recent = miner.branch(trunk.get(4397), 5);
    chain.add(Miner.message(old));
    chain.add(Miner.message(recent));
    ChainView view = chain.view();
    for (BlockHeader shown : List.of(trunk.get(0), trunk.get(4499), recent.get(4), genesis)) {
      List<BlockHeader> sent = sent(view.headers(locator(List.of(), shown.hash())).get());
      assertThat(sent).hasSize(1);
      assertThat(bytes(sent.get(0))).isEqualTo(bytes(shown));
      assertThat(view.isShown(shown.hash())).isTrue();
    }
    for (Hash hidden : List.of(old.get(0).hash(), old.get(6).hash(), Hash.ZERO)) {
      assertThat(view.headers(locator(List.of(), hidden))).isEmpty();
      assertThat(view.isShown(hidden)).isFalse();
    }
  }

  @Test
  void answersGetblocksAsCoreDoes() {
    List<BlockHeader> trunk = grow(1200);
    ChainView view = chain.view();
    List<Hash> from = List.of(trunk.get(99).hash());
    assertListed(view, from, Hash.ZERO, 101, 600, true);
    assertListed(view, from, trunk.get(600).hash(), 101, 600, true);
    assertListed(view, from, trunk.get(599).hash(), 101, 599, false); // the stop is left out
    assertListed(view, from, trunk.get(101).hash(), 101, 101, false);
    assertThat(view.blocks(locator(from, trunk.get(100).hash()))).isEmpty();
    assertListed(view, from, trunk.get(50).hash(), 101, 600, true);
    assertListed(view, List.of(), Hash.ZERO, 1, 500, true);
    assertListed(view, List.of(trunk.get(699).hash()), Hash.ZERO, 701, 1200, true);
    assertListed(view, List.of(trunk.get(700).hash()), Hash.ZERO, 702, 1200, false);
    assertThat(view.blocks(locator(view.locator(), Hash.ZERO))).isEmpty();
  }

  private List<BlockHeader> grow(int length) {
    List<BlockHeader> trunk = miner.branch(genesis, length);
    for (int i = 0; i < length; i += 2000) {
      chain.add(Miner.message(trunk.subList(i, Math.min(length, i + 2000))));
    }
    return trunk;
  }

  private static void assertSent(
      ChainView view, List<Hash> locator, Hash stop, int first, int last) {
    List<BlockHeader> sent = sent(view.headers(locator(locator, stop)).orElseThrow());
    assertThat(sent).extracting(BlockHeader::hash).isEqualTo(hashes(view).subList(first, last + 1));
  }

  private static void assertListed(
      ChainView view, List<Hash> locator, Hash stop, int first, int last, boolean continues) {
    BlockList list = view.blocks(locator(locator, stop)).orElseThrow();
    Inventory inv = Inventory.parse(list.inv());
    List<InventoryVector> expected =
        hashes(view).subList(first, last + 1).stream()
            .map(hash -> new InventoryVector(InventoryVector.BLOCK, hash))
            .toList();
    assertThat(inv.size()).isEqualTo(expected.size());
    for (int i = 0; i < inv.size(); i++) {
      assertThat(inv.get(i)).isEqualTo(expected.get(i));
    }
    assertThat(list.continuation().isPresent()).isEqualTo(continues);
    list.continuation().ifPresent(hash -> assertThat(hash).isEqualTo(view.hash(last)));
  }

  static BlockLocator locator(List<Hash> hashes, Hash stop) {
    return BlockLocator.parse(BlockLocator.of("getheaders", 70016, hashes, stop));
  }

  static List<BlockHeader> sent(Message message) {
    Headers headers = Headers.parse(message);
    List<BlockHeader> sent = new ArrayList<>();
    for (int i = 0; i < headers.size(); i++) {
      sent.add(BlockHeader.at(headers.array(), headers.offset(i)));
    }
    return sent;
  }

  static List<Hash> hashes(ChainView view) {
    List<Hash> hashes = new ArrayList<>();
    for (int i = 0; i <= view.height(); i++) {
      hashes.add(view.hash(i));
    }
    return hashes;
  }

  private static byte[] bytes(BlockHeader header) {
    byte[] bytes = new byte[80];
    header.write(bytes, 0);
    return bytes;
  }
}
