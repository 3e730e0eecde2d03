package org.bitcoinmultiplexer.bitcoin.headers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.grow;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.hashes;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.headers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderTree.Result;
import org.bitcoinmultiplexer.bitcoin.relay.TestChain;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;

class HeaderWindowTest {

  private static final Hash GENESIS = Network.REGTEST.genesis();

  private final HeaderWindow chain = new HeaderWindow(Network.REGTEST);

  @Test
  void isEmptyAtFirst() {
    assertThat(chain.tip()).isNull();
    assertThat(chain.height()).isZero();
    assertThat(chain.locator()).containsExactly(GENESIS);
    assertThat(add(grow(Hash.ZERO, 3, 0))).isEqualTo(Result.UNCONNECTED);
    assertThat(add(grow(GENESIS, 3, 0))).isEqualTo(Result.CONNECTED);
    assertThat(chain.tip()).as("until somebody says so").isNull();
  }

  @Test
  void takesInNothingThatBreaksARule() {
    List<BlockHeader> right = grow(GENESIS, 11, 0);
    BlockHeader last = last(right);
    long median = right.get(5).time();
    int hard = 0x207f_fffe;
    BlockHeader early = TestChain.header(last.hash(), 0, median, TestChain.BITS, true);
    BlockHeader other = TestChain.header(last.hash(), 0, last.time() + 1, hard, true);
    List<BlockHeader> together = new ArrayList<>(right);
    together.add(early);

    assertThat(add(together)).isEqualTo(Result.UNTRUE);
    assertThat(chain.contains(right.get(0).hash())).as("all or nothing").isFalse();
    assertThat(add(right)).isEqualTo(Result.CONNECTED);
    assertThat(chain.add(early)).isEqualTo(Result.UNTRUE);
    assertThat(chain.add(other)).isEqualTo(Result.UNTRUE);
    assertThat(add(List.of(other))).isEqualTo(Result.UNTRUE);
    assertThat(chain.contains(early.hash())).isFalse();
    assertThat(add(grow(last, 1, 0))).isEqualTo(Result.CONNECTED);
  }

  @Test
  void saysHowDeepABlockLiesAndHowFarItReaches() {
    List<BlockHeader> headers = grow(GENESIS, 20, 0);
    assertThat(chain.reaches(0)).isFalse();
    follow(headers, 20);
    BlockHeader branch = grow(headers.get(9), 1, 1).get(0);
    chain.add(branch);

    assertThat(chain.depth(last(headers).hash())).isZero();
    assertThat(chain.depth(headers.get(0).hash())).isEqualTo(19);
    assertThat(chain.depth(GENESIS)).isEqualTo(20);
    assertThat(chain.depth(branch.hash())).as("not on the best chain").isNegative();
    assertThat(chain.depth(Hash.ZERO)).isNegative();
    assertThat(chain.reaches(20)).isTrue();
    assertThat(chain.reaches(21)).isFalse();
    follow(grow(Hash.ZERO, 2000, 2), 2_000_000);
    assertThat(chain.reaches(1999)).isTrue();
    assertThat(chain.reaches(2000)).as("forgotten").isFalse();
  }

  @Test
  void forgetsTheOldestButNeverTheBest() {
    List<BlockHeader> start = grow(Hash.ZERO, 2, 0);
    follow(start, 1_000_000);
    List<BlockHeader> branch = grow(start.get(0), HeaderWindow.CAPACITY + 5, 1);
    for (BlockHeader header : branch) {
      assertThat(chain.add(header)).isEqualTo(Result.CONNECTED);
    }

    assertThat(chain.tip().hash()).isEqualTo(start.get(1).hash());
    assertThat(chain.header(start.get(0).hash())).isNull();
    assertThat(chain.header(start.get(1).hash())).isNotNull();
    assertThat(chain.header(branch.get(5).hash())).isNull();
    assertThat(chain.header(last(branch).hash())).isNotNull();
    List<BlockHeader> way = chain.advance(last(branch).hash());
    assertThat(last(way).hash()).isEqualTo(last(branch).hash());
    assertThat(way).hasSize(HeaderWindow.CAPACITY - 1);
  }

  @Test
  void forgetsThatItBeganAtGenesisWhenTheFirstBlockIsForgotten() {
    List<BlockHeader> whole = grow(GENESIS, HeaderWindow.CAPACITY + 1, 0);
    follow(whole.subList(0, 10), 10);
    assertThat(chain.height()).isEqualTo(10);
    assertThat(chain.contains(GENESIS)).isTrue();
    whole.subList(10, whole.size()).forEach(chain::add);
    chain.advance(last(whole).hash());

    assertThat(chain.height()).isEqualTo(HeaderWindow.CAPACITY + 1);
    assertThat(chain.contains(GENESIS)).isFalse();
    assertThat(add(whole.subList(0, 1))).isEqualTo(Result.UNCONNECTED);
  }

  @Test
  void makesALocatorThatGrowsSparser() {
    List<BlockHeader> headers = grow(Hash.ZERO, 2000, 0);
    follow(headers, 2_000_000);

    List<Hash> locator = chain.locator();

    List<Hash> hashes = hashes(headers);
    List<Integer> depths = new ArrayList<>();
    for (Hash hash : locator.subList(0, locator.size() - 1)) {
      depths.add(1999 - hashes.indexOf(hash));
    }
    assertThat(depths).startsWith(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 24, 40).isSorted();
    assertThat(last(depths)).isGreaterThan(1000);
    assertThat(locator).hasSizeLessThan(30).endsWith(GENESIS);
  }

  @Test
  void keepsNothingOfTheMessageThatAHeaderCameWith() {
    List<BlockHeader> headers = grow(GENESIS, 3, 0);
    byte[] array = headers(headers).toByteArray();
    Headers parsed = Headers.parse(Message.of("headers", array));
    chain.add(parsed);
    byte[] block = TestChain.block(headers.get(2)).toByteArray();
    Hash next = BlockHeader.at(block, 0).hash();
    chain.add(BlockHeader.at(block, 0));

    Arrays.fill(array, (byte) 0);
    Arrays.fill(block, (byte) 0);

    for (Hash hash : List.of(headers.get(2).hash(), next)) {
      byte[] copy = new byte[80];
      chain.header(hash).write(copy, 0);
      assertThat(BlockHeader.at(copy, 0).hash()).isEqualTo(hash);
    }
  }

  /** Any tree of blocks, in any order in which parents come first, against the definition. */
  @Test
  void followsTheLongestBranchOfAnyTree() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      HeaderWindow window = new HeaderWindow(Network.REGTEST);
      List<BlockHeader> tree = new ArrayList<>(grow(GENESIS, 1, 0));
      Map<Hash, Integer> heights = new HashMap<>(Map.of(tree.get(0).hash(), 1));
      window.add(tree.get(0));
      window.follow(tree.get(0).hash(), 1, window::header);
      List<Hash> path = new ArrayList<>(hashes(tree));
      for (int i = 1; i < 60; i++) {
        int back = Math.min(tree.size(), 1 + random.nextInt(6));
        BlockHeader parent = tree.get(tree.size() - back);
        BlockHeader next = grow(parent, 1, i).get(0);
        tree.add(next);
        heights.put(next.hash(), heights.get(parent.hash()) + 1);
        boolean longer = heights.get(next.hash()) > path.size();

        assertThat(window.add(next)).as("seed %d", seed).isEqualTo(Result.CONNECTED);
        List<BlockHeader> way = window.advance(next.hash());

        assertThat(way.isEmpty()).as("seed %d, block %d", seed, i).isNotEqualTo(longer);
        if (longer) {
          int fork = path.indexOf(way.get(0).previous()) + 1;
          path.subList(fork, path.size()).clear();
          path.addAll(hashes(way));
          assertThat(path).as("seed %d, block %d", seed, i).hasSize(heights.get(next.hash()));
          assertConsecutive(way);
        }
        assertThat(window.tip().hash()).isEqualTo(last(path));
        assertThat(window.height()).isEqualTo(path.size());
      }
    }
  }

  private static void assertConsecutive(List<BlockHeader> headers) {
    for (int i = 1; i < headers.size(); i++) {
      assertThat(headers.get(i).previous()).isEqualTo(headers.get(i - 1).hash());
    }
  }

  @Test
  void followsTheNodeToALighterBranchAndBackToAnAncestor() {
    List<BlockHeader> first = grow(GENESIS, 20, 0);
    follow(first, 20);
    List<BlockHeader> branch = grow(first.get(4), 3, 1);

    assertThat(hashes(follow(branch, 8))).isEqualTo(hashes(branch));
    assertThat(chain.height()).isEqualTo(8);
    assertThat(follow(first.subList(0, 2), 2)).isEmpty();
    assertThat(chain.height()).isEqualTo(2);
    assertThat(chain.at(7)).isEqualTo(first.get(1).hash());
    assertThat(hashes(follow(first, 20))).isEqualTo(hashes(first.subList(2, 20)));
  }

  @Test
  void beginsAnewWithAChainThatDoesNotMeetTheWindow() {
    follow(grow(GENESIS, HeaderWindow.CAPACITY + 1, 0), HeaderWindow.CAPACITY + 1);
    List<BlockHeader> other = grow(GENESIS, 5, 1);

    assertThat(follow(other, 5)).containsExactly(other.get(4));
    assertThat(chain.height()).isEqualTo(5);
    assertThat(chain.locator()).hasSize(6);
  }

  private List<BlockHeader> follow(List<BlockHeader> headers, int height) {
    Map<Hash, BlockHeader> known = new HashMap<>();
    known.put(GENESIS, GenesisHeaders.of(Network.REGTEST));
    headers.forEach(header -> known.put(header.hash(), header));
    return chain.follow(last(headers).hash(), height, known::get);
  }

  private static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }

  private Result add(List<BlockHeader> headers) {
    return chain.add(Headers.parse(headers(headers)));
  }
}
