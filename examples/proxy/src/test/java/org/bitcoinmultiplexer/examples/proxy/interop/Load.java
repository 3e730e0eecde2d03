package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;

/**
 * Raw clients that ask for blocks and headers without pause, several requests in flight each, and
 * know the answers.
 */
final class Load implements AutoCloseable {
  private static final int IN_FLIGHT = 3;

  private final KnownChain chain;
  private final int height;
  private final List<RawClient> clients = new ArrayList<>();
  private final List<CompletableFuture<Void>> ends = new ArrayList<>();
  private final AtomicIntegerArray answered;
  private volatile boolean ending;

  Load(InetSocketAddress server, KnownChain chain, int number, long seed) {
    this.chain = chain;
    this.height = chain.height();
    this.answered = new AtomicIntegerArray(number);
    try {
      for (int i = 0; i < number; i++) {
        clients.add(RawClient.to(server).agent("/load:" + i + "/").connect());
      }
    } catch (RuntimeException | Error e) {
      clients.forEach(RawClient::close);
      throw e;
    }
    for (int i = 0; i < number; i++) {
      int index = i;
      CompletableFuture<Void> end = new CompletableFuture<>();
      ends.add(end);
      Thread thread =
          new Thread(
              () -> {
                try {
                  run(index, new Random(seed + index));
                  end.complete(null);
                } catch (Throwable e) {
                  end.completeExceptionally(new AssertionError("client " + index + ": " + e, e));
                }
              },
              "load " + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run(int index, Random random) {
    RawClient client = clients.get(index);
    while (!ending) {
      List<Long> marks = new ArrayList<>();
      List<List<String>> expected = new ArrayList<>();
      for (int i = 0; i < IN_FLIGHT; i++) {
        expected.add(random.nextBoolean() ? askBlocks(client, random) : askHeaders(client, random));
        marks.add(client.mark());
      }
      for (int i = 0; i < IN_FLIGHT; i++) {
        assertThat(hashes(client.upTo(marks.get(i)))).isEqualTo(expected.get(i));
        answered.incrementAndGet(index);
      }
    }
  }

  private List<String> askBlocks(RawClient client, Random random) {
    List<String> wanted = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String hash = chain.at(1 + random.nextInt(height));
      wanted.add(hash);
      items.add(new Item(random.nextBoolean() ? Item.BLOCK : Item.WITNESS_BLOCK, hash));
    }
    client.getData(items.toArray(Item[]::new));
    return wanted;
  }

  private List<String> askHeaders(RawClient client, Random random) {
    int after = random.nextInt(height - 1);
    int last = after + 1 + random.nextInt(height - after);
    client.getHeaders(List.of(chain.at(after)), chain.at(last));
    return chain.between(after, last);
  }

  /** What blocks and headers answer; announcements are none of it. */
  private static List<String> hashes(List<Received> answer) {
    List<String> hashes = new ArrayList<>();
    for (Received message : answer) {
      switch (message.command()) {
        case "block" -> hashes.add(Wire.blockHash(message.payload()));
        case "headers" -> hashes.addAll(Wire.headers(message.payload()));
        case "inv" -> {}
        default -> throw new AssertionError("nobody asked for " + message);
      }
    }
    return hashes;
  }

  /** Waits until each client has got so many more answers. */
  void awaitMore(int answers) {
    int[] goals = new int[answered.length()];
    for (int i = 0; i < goals.length; i++) {
      goals[i] = answered.get(i) + answers;
    }
    Await.until(
        () -> "each client has " + answers + " more answers, they have " + answered,
        () -> {
          for (int i = 0; i < goals.length; i++) {
            if (ends.get(i).isCompletedExceptionally()) {
              ends.get(i).join();
            }
            if (answered.get(i) < goals[i]) {
              return false;
            }
          }
          return true;
        });
  }

  /** Lets every client finish what it has begun; fails if any got a wrong answer or was lost. */
  void end() {
    ending = true;
    ends.forEach(end -> Await.result(end, () -> "a client finishes"));
  }

  @Override
  public void close() {
    ending = true;
    clients.forEach(RawClient::close);
  }
}
