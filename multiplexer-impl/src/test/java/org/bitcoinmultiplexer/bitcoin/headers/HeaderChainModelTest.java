package org.bitcoinmultiplexer.bitcoin.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The chain against a naive one, and under the eyes of other threads. */
class HeaderChainModelTest {

  private final Miner miner = new Miner();
  private final HeaderChain chain = new HeaderChain(Network.REGTEST);
  private final BlockHeader genesis = chain.view().numbered(0);

  private record Moment(ChainView view, List<Hash> chain) {}

  @RepeatedTest(4)
  void behavesAsANaiveChainThroughForksAndReorganisations() {
    long seed = System.nanoTime();
    System.out.println("behavesAsANaiveChain…: seed " + seed);
    Random random = new Random(seed);
    NaiveChain naive = new NaiveChain(genesis);
    List<BlockHeader> all = new ArrayList<>(List.of(genesis));
    List<Moment> moments = new ArrayList<>();
    int reorganisations = 0;
    for (int step = 0; step < 120; step++) {
      if (step % 12 == 11) {
        BlockHeader bad = all.get(all.size() - 1 - random.nextInt(10));
        boolean isNew = !naive.isExcluded(bad.hash()) && !bad.equals(genesis);
        assertThat(chain.exclude(bad.hash())).isEqualTo(isNew);
        naive.exclude(bad.hash());
      }
      // Mostly near the end of something, so that branches compete; up to 60 back, then longer.
      int back = random.nextInt(4) == 0 ? random.nextInt(60) : 0;
      BlockHeader from = all.get(Math.max(0, all.size() - 1 - back));
      if (random.nextBoolean() || naive.isExcluded(from.hash())) {
        ChainView best = chain.view();
        from = best.header(best.hash(Math.max(0, best.height() - back)));
      }
      List<BlockHeader> branch =
          miner.branch(from, 1 + random.nextInt(random.nextInt(10) == 0 ? 200 : back + 3));
      ChainView before = chain.view();
      int cut = random.nextInt(branch.size() + 1); // in one message or in two that overlap
      assertThat(chain.add(Miner.message(branch.subList(0, cut))).isConnected()).isTrue();
      AddedHeaders rest =
          chain.add(Miner.message(branch.subList(Math.max(0, cut - 2), branch.size())));
      assertThat(rest)
          .isEqualTo(new AddedHeaders(AddedHeaders.Outcome.CONNECTED, branch.size() - cut, ""));
      branch.forEach(naive::add);
      all.addAll(branch);

      ChainView view = chain.view();
      List<Hash> expected = naive.chain();
      assertThat(HeaderChainTest.hashes(view)).isEqualTo(expected);
      assertThat(view.size()).isEqualTo(all.size());
      reorganisations += view.fork(before) < before.height() ? 1 : 0;
      moments.add(new Moment(view, expected));
      for (int i = 0; i < 5; i++) {
        compareAnswers(view, naive, all, random);
      }
    }
    for (int i = 0; i < all.size(); i++) {
      Hash hash = all.get(i).hash();
      assertThat(chain.view().height(hash)).isEqualTo(naive.height(hash));
      assertThat(chain.view().numbered(i).hash()).isEqualTo(hash);
    }
    for (Moment moment : moments) {
      assertThat(HeaderChainTest.hashes(moment.view)).isEqualTo(moment.chain);
    }
    assertThat(reorganisations).isPositive();
  }

  private void compareAnswers(
      ChainView view, NaiveChain naive, List<BlockHeader> all, Random random) {
    List<Hash> locator = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      boolean isKnown = random.nextInt(5) > 0;
      locator.add(isKnown ? pick(all, random) : miner.child(genesis).hash());
    }
    Hash stop = random.nextBoolean() ? Hash.ZERO : pick(all, random);
    BlockLocator request = HeaderChainTest.locator(locator, stop);
    assertThat(HeaderChainTest.sent(view.headers(request).orElseThrow()))
        .extracting(BlockHeader::hash)
        .isEqualTo(naive.getheaders(locator, stop));
    List<Hash> listed = new ArrayList<>();
    Optional<BlockList> list = view.blocks(request);
    if (list.isPresent()) {
      Inventory inv = Inventory.parse(list.get().inv());
      for (int i = 0; i < inv.size(); i++) {
        listed.add(inv.hash(i));
      }
      assertThat(list.get().continuation().isPresent()).isEqualTo(listed.size() == 500);
    }
    assertThat(listed).isEqualTo(naive.getblocks(locator, stop));
  }

  private static Hash pick(List<BlockHeader> all, Random random) {
    return all.get(random.nextInt(all.size())).hash();
  }

  @Test
  void otherThreadsSeeWholeChainsOnly() throws Exception {
    List<BlockHeader> trunk = miner.branch(genesis, 50);
    chain.add(Miner.message(trunk));
    BlockHeader[] ends = {trunk.get(49), trunk.get(49)};
    AtomicBoolean isDone = new AtomicBoolean();
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try {
      List<Future<Integer>> checks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        checks.add(readers.submit(() -> checkViewsUntil(isDone)));
      }
      for (int round = 0;
          round < 200;
          round++) { // two branches, each longer than the other in turn
        int side = round % 2;
        List<BlockHeader> branch = miner.branch(ends[side], 2 + round % 20);
        while (branch.size() + chain.view().height(ends[side].hash()) <= chain.view().height()) {
          branch.addAll(miner.branch(branch.get(branch.size() - 1), 5));
        }
        ends[side] = branch.get(branch.size() - 1);
        chain.add(Miner.message(branch));
        assertThat(chain.view().tip()).isEqualTo(ends[side].hash());
      }
      isDone.set(true);
      for (Future<Integer> check : checks) {
        assertThat(result(check)).isPositive();
      }
    } finally {
      isDone.set(true);
      readers.shutdownNow();
    }
  }

  private static int result(Future<Integer> check) throws Exception {
    try {
      return check.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private int checkViewsUntil(AtomicBoolean isDone) {
    int checked = 0;
    do {
      ChainView view = chain.view();
      BlockLocator locator =
          HeaderChainTest.locator(List.of(view.hash(Math.max(0, view.height() - 1900))), Hash.ZERO);
      List<BlockHeader> sent = HeaderChainTest.sent(view.headers(locator).orElseThrow());
      Hash previous = locator.hash(0);
      for (BlockHeader header : sent) {
        boolean follows = header.previous().equals(previous);
        previous = header.hash();
        if (!follows || !view.isActive(previous)) { // asserted without a cost for each header
          throw new AssertionError(header + " is not on " + view);
        }
      }
      assertThat(previous).isEqualTo(view.tip());
      assertThat(view.numbered(view.size() - 1)).isNotNull();
      checked++;
    } while (!isDone.get());
    return checked;
  }
}
