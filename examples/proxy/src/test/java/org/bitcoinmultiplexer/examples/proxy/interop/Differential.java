package org.bitcoinmultiplexer.examples.proxy.interop;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.Assertions;
import org.bitcoinj.core.Transaction;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;

/**
 * Many clients ask the same random requests of two servers, several in flight, and compare what
 * they get.
 *
 * <p>Allowed to differ, because nodes themselves differ there:
 *
 * <ul>
 *   <li>where in the answer to a {@code getdata} its {@code notfound} stands, and how many there
 *       are;
 *   <li>whether an unknown block is answered by {@code notfound} or by nothing;
 *   <li>whether an empty {@code headers} is sent or nothing;
 *   <li>whether a compact block comes as such or whole;
 *   <li>whether {@code getblocktxn} is answered by the transactions, by the whole block, as Core
 *       does for deep blocks, or by nothing, as bcoin does;
 *   <li>whether the stop is among the hashes that answer {@code getblocks}: bcoin names it, Core
 *       does not.
 * </ul>
 */
final class Differential {
  private static final int IN_FLIGHT = 4;
  private static final long NODE_COMPACT_FILTERS = 1 << 6;

  private final InetSocketAddress one;
  private final InetSocketAddress other;
  private final KnownChain chain;
  private final long seed;

  Differential(InetSocketAddress one, InetSocketAddress other, KnownChain chain, long seed) {
    this.one = one;
    this.other = other;
    this.chain = chain;
    this.seed = seed;
  }

  /** Asks that many requests by each of that many clients at once. */
  void run(int clients, int requests) {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      List<CompletableFuture<Void>> runs = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        Random random = new Random(seed * 1_000 + i);
        runs.add(CompletableFuture.runAsync(() -> compare(random, requests), threads));
      }
      runs.forEach(run -> Await.result(run, () -> "seed " + seed));
    } finally {
      threads.shutdownNow();
    }
  }

  private void compare(Random random, int requests) {
    boolean wtxids = random.nextBoolean();
    try (RawClient first = connect(one, wtxids);
        RawClient second = connect(other, wtxids)) {
      boolean filters =
          (first.server().services() & second.server().services() & NODE_COMPACT_FILTERS) != 0;
      for (int done = 0; done < requests; done += IN_FLIGHT) {
        List<RandomRequest> asked = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
          asked.add(RandomRequest.draw(random, chain, filters, wtxids));
        }
        List<List<String>> expected = ask(first, asked);
        List<List<String>> actual = ask(second, asked);
        for (int i = 0; i < IN_FLIGHT; i++) {
          if (expected.get(i).isEmpty() && !asked.get(i).indexes().isEmpty()) {
            continue;
          }
          Assertions.assertThat(actual.get(i))
              .as("seed %d, %s", seed, asked.get(i))
              .isEqualTo(expected.get(i));
        }
      }
    }
  }

  private static RawClient connect(InetSocketAddress server, boolean wtxids) {
    RawClient.Settings settings = RawClient.to(server);
    RawClient client = (wtxids ? settings.wtxidRelay() : settings).connect();
    // Compact blocks with witnesses: bcoin leaves them out for those who do not say so.
    client.send("sendcmpct", new Payload().u8(0).u64(2).toBytes());
    return client;
  }

  private static List<List<String>> ask(RawClient client, List<RandomRequest> requests) {
    List<Long> marks = new ArrayList<>();
    for (RandomRequest request : requests) {
      client.send(request.command(), request.payload());
      marks.add(client.mark());
    }
    List<List<String>> answers = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      answers.add(normalised(client.upTo(marks.get(i)), requests.get(i)));
    }
    return answers;
  }

  /** An answer in words, without what may differ. */
  private static List<String> normalised(List<Received> answer, RandomRequest request) {
    List<String> words = new ArrayList<>();
    TreeSet<String> notFound = new TreeSet<>();
    for (Received message : answer) {
      switch (message.command()) {
        case "notfound" -> {
          for (Item item : Wire.items(message.payload())) {
            if (item.type() == Item.TX
                || item.type() == Item.WITNESS_TX
                || item.type() == Item.WTX) {
              notFound.add("not found " + item);
            }
          }
        }
        case "headers" -> {
          if (!Wire.headers(message.payload()).isEmpty()) {
            words.add(digest(message));
          }
        }
        case "inv" -> {
          List<Item> items = new ArrayList<>(Wire.items(message.payload()));
          request.stop().ifPresent(stop -> items.removeIf(item -> item.hash().equals(stop)));
          if (!items.isEmpty()) {
            words.add(items.toString());
          }
        }
        case "cmpctblock" -> words.add(compact(message));
        case "block" -> {
          if (request.wantsCompactBlocks()) {
            words.add(compact(message));
          } else if (request.indexes().isEmpty()) {
            words.add(digest(message));
          } else {
            words.add(digest(parts(message, request.indexes())));
          }
        }
        default -> words.add(digest(message));
      }
    }
    words.addAll(notFound);
    return words;
  }

  private static String compact(Received message) {
    return "compact or whole " + Wire.blockHash(message.payload());
  }

  /** The {@code blocktxn} that a whole block stands for. */
  private static Received parts(Received block, List<Integer> indexes) {
    List<Transaction> transactions = Wire.transactions(block.payload());
    Payload payload = new Payload().hash(Wire.blockHash(block.payload())).size(indexes.size());
    indexes.forEach(index -> payload.raw(transactions.get(index).serialize()));
    return new Received("blocktxn", payload.toBytes());
  }

  private static String digest(Received message) {
    byte[] hash = Wire.doubleSha256(message.payload());
    return message.command()
        + " of "
        + message.payload().length
        + " bytes "
        + Wire.hash(Arrays.copyOf(hash, 8));
  }
}
