package org.bitcoinmultiplexer.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.util.Random;
import java.util.function.IntPredicate;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.junit.jupiter.api.Test;

/**
 * What the store in memory keeps of two ways in which clients ask for blocks, beside Guava's cache,
 * which evicts what was used least recently. Prints the shares of hits.
 */
class AdmissionTest {

  /** Blocks that the cache has room for. */
  private static final int ROOM = 256;

  private static final int BLOCK_SIZE = 1_000_000;

  /** Asks for a block by height, fetching it if need be; true if it was there. */
  private static IntPredicate ours() {
    MemoryStore store =
        new MemoryStore((long) ROOM * BLOCK_SIZE, answer -> BLOCK_SIZE - MemoryStore.OVERHEAD);
    Message block = Message.of("block", new byte[0]);
    return height -> {
      Key name = Key.of(1, Integer.toString(height).getBytes());
      if (store.find(name) != null) {
        return true;
      }
      store.put(name, block);
      return false;
    };
  }

  private static IntPredicate leastRecentlyUsed() {
    Cache<Integer, Integer> cache =
        CacheBuilder.newBuilder()
            .maximumWeight(ROOM)
            .<Integer, Integer>weigher((height, block) -> 1)
            .concurrencyLevel(1)
            .build();
    return height -> {
      if (cache.getIfPresent(height) != null) {
        return true;
      }
      cache.put(height, height);
      return false;
    };
  }

  /**
   * Wallets at the tip look at a block of the last hundred now and then, the newest most often; in
   * the meantime one client walks through the whole chain.
   *
   * @param stride how many blocks the walker takes for each block that the others ask for
   * @return the share of hits of those at the tip
   */
  private static double atTheTip(IntPredicate ask, int stride) {
    Random random = new Random(1);
    int hits = 0;
    int asked = 0;
    int walker = 0;
    for (int tip = 800_000; tip < 800_100; tip++) {
      for (int i = 0; i < 50; i++) {
        int back = (int) Math.min(99, -20 * Math.log(1 - random.nextDouble()));
        hits += ask.test(tip - back) ? 1 : 0;
        asked++;
        for (int j = 0; j < stride; j++) {
          ask.test(walker++);
        }
      }
    }
    return (double) hits / asked;
  }

  /**
   * Clients catch up from different heights, each at a pace of its own.
   *
   * @param spread the lowest of them is so far behind the highest
   * @return the share of hits
   */
  private static double catchingUp(IntPredicate ask, int clients, int spread) {
    Random random = new Random(2);
    double[] at = new double[clients];
    double[] pace = new double[clients];
    for (int i = 0; i < clients; i++) {
      at[i] = random.nextInt(spread);
      pace[i] = 0.5 + random.nextDouble();
    }
    int hits = 0;
    int asked = 0;
    int goal = spread + 2_000;
    for (boolean going = true; going; ) {
      going = false;
      for (int i = 0; i < clients; i++) {
        if (at[i] < goal) {
          going = true;
          int from = (int) at[i];
          at[i] += pace[i];
          for (int height = from; height < (int) at[i]; height++) {
            hits += ask.test(height) ? 1 : 0;
            asked++;
          }
        }
      }
    }
    return (double) hits / asked;
  }

  @Test
  void aWalkThroughTheChainCostsThoseAtTheTipNothing() {
    double undisturbed = atTheTip(ours(), 0);
    for (int stride : new int[] {1, 10, 100}) {
      double ours = atTheTip(ours(), stride);
      double other = atTheTip(leastRecentlyUsed(), stride);
      System.out.printf(
          "at the tip, a walker %d times as fast: hits %.3f, least recently used %.3f%n",
          stride, ours, other);
      assertThat(ours).isGreaterThan(undisturbed - 0.1).isGreaterThan(other - 0.02);
    }
  }

  @Test
  void thoseWhoCatchUpProfitFromEachOther() {
    for (int spread : new int[] {100, 1_000, 10_000}) {
      for (int clients : new int[] {5, 50, 200}) {
        double ours = catchingUp(ours(), clients, spread);
        double other = catchingUp(leastRecentlyUsed(), clients, spread);
        System.out.printf(
            "%d clients catching up from within %d blocks: hits %.3f, least recently used %.3f%n",
            clients, spread, ours, other);
        assertThat(ours).isGreaterThan(other - 0.1);
      }
    }
  }
}
