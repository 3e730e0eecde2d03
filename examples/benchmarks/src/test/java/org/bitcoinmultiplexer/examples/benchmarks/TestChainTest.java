package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TestChainTest {

  private final TestChain chain = TestChain.make();

  @Test
  void hasSmallBlocksOfOneSizeAndALargeOne() {
    assertThat(chain.small())
        .hasSize(TestChain.SMALL_BLOCKS)
        .allMatch(block -> block.bytes().length == TestChain.SMALL_SIZE);
    assertThat(chain.large().bytes()).hasSize(999_000);
  }

  @Test
  void eachBlockBuildsOnTheOneBefore() {
    List<Block> all = chain.all();
    for (int i = 1; i < all.size(); i++) {
      assertThat(all.get(i).bytes()).containsSequence(all.get(i - 1).hash());
    }
  }

  @Test
  void isTheSameWhereverItIsMade() {
    assertThat(TestChain.make().large().hash()).isEqualTo(chain.large().hash());
    assertThat(TestChain.committed().hash()).isEqualTo(TestChain.committed().hash());
  }
}
