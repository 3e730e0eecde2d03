package org.bitcoinmultiplexer.examples.proxy.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;

/**
 * A legal request, often an unusual one, about a chain that does not change.
 *
 * @param command the message's name
 * @param payload its bytes
 * @param words what it is, for people
 * @param indexes which transactions a {@code getblocktxn} asks for; empty for others
 */
record RandomRequest(String command, byte[] payload, String words, List<Integer> indexes) {
  private static final int[] BLOCK_TYPES = {Item.BLOCK, Item.WITNESS_BLOCK};
  private static final int[] TRANSACTION_TYPES = {Item.TX, Item.WITNESS_TX};
  private static final int[] WTXID_TYPES = {Item.TX, Item.WITNESS_TX, Item.WTX};

  private RandomRequest(String command, byte[] payload, String words) {
    this(command, payload, words, List.of());
  }

  /**
   * Draws one.
   *
   * @param filters whether the node serves compact block filters (BIP157)
   * @param wtxids whether the client has agreed on wtxids (BIP339)
   */
  static RandomRequest draw(Random random, KnownChain chain, boolean filters, boolean wtxids) {
    int kind = random.nextInt(filters ? 100 : 80);
    if (kind < 5) {
      return compactBlocks(random, chain);
    }
    if (kind < 40) {
      return data(random, chain, wtxids ? WTXID_TYPES : TRANSACTION_TYPES);
    }
    if (kind < 65) {
      return locator("getheaders", random, chain);
    }
    if (kind < 72) {
      return locator("getblocks", random, chain);
    }
    if (kind < 80) {
      return blockTransactions(random, chain);
    }
    return filters(random, chain);
  }

  private static RandomRequest data(Random random, KnownChain chain, int[] transactionTypes) {
    List<Item> items = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      int kind = random.nextInt(10);
      if (kind < 7) {
        items.add(new Item(pick(BLOCK_TYPES, random), known(random, chain)));
      } else if (kind == 7) {
        items.add(new Item(pick(BLOCK_TYPES, random), unknown(random)));
      } else if (kind == 8) {
        items.add(new Item(pick(transactionTypes, random), unknown(random)));
      } else if (!items.isEmpty()) {
        items.add(items.get(random.nextInt(items.size()))); // once more
      }
    }
    return new RandomRequest("getdata", Wire.items(items), items.toString());
  }

  private static RandomRequest compactBlocks(Random random, KnownChain chain) {
    List<Item> items = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      items.add(new Item(Item.COMPACT_BLOCK, known(random, chain)));
    }
    return new RandomRequest("getdata", Wire.items(items), "compact " + items);
  }

  /** The hash at which a {@code getblocks} stops; none of others. */
  Optional<String> stop() {
    return command.equals("getblocks")
        ? Optional.of(Wire.hash(Arrays.copyOfRange(payload, payload.length - 32, payload.length)))
        : Optional.empty();
  }

  /** Whether it asks for compact blocks and nothing else. */
  boolean wantsCompactBlocks() {
    return words.startsWith("compact");
  }

  private static RandomRequest locator(String command, Random random, KnownChain chain) {
    List<String> hashes = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      hashes.add(random.nextInt(5) == 0 ? unknown(random) : known(random, chain));
    }
    if (command.equals("getheaders") && random.nextInt(12) == 0) {
      hashes.clear(); // asks for the one header that the stop names
    }
    String stop =
        switch (random.nextInt(4)) {
          case 0 -> unknown(random);
          case 1 -> known(random, chain);
          default -> Wire.ZERO_HASH;
        };
    return new RandomRequest(command, Wire.locator(hashes, stop), hashes + " to " + stop);
  }

  private static RandomRequest blockTransactions(Random random, KnownChain chain) {
    Payload payload = new Payload();
    if (random.nextBoolean()) {
      // Deep blocks come whole, young ones in parts.
      int height = chain.height() - random.nextInt(14);
      payload.hash(chain.at(height)).size(1).size(0);
      return new RandomRequest("getblocktxn", payload.toBytes(), "0 of " + height, List.of(0));
    }
    int height = chain.full().get(random.nextInt(chain.full().size()));
    int first = random.nextInt(KnownChain.TRANSACTIONS - 1);
    int gap = random.nextInt(KnownChain.TRANSACTIONS - 1 - first);
    List<Integer> indexes = List.of(first, first + 1 + gap);
    payload.hash(chain.at(height)).size(2).size(first).size(gap);
    return new RandomRequest("getblocktxn", payload.toBytes(), indexes + " of " + height, indexes);
  }

  private static RandomRequest filters(Random random, KnownChain chain) {
    int last = random.nextInt(chain.height() + 1);
    int first = random.nextInt(last + 1);
    String words = first + " to " + last;
    Payload range = new Payload().u8(0).u32(first).hash(chain.at(last));
    return switch (random.nextInt(3)) {
      case 0 -> new RandomRequest("getcfilters", range.toBytes(), words);
      case 1 -> new RandomRequest("getcfheaders", range.toBytes(), words);
      default ->
          new RandomRequest(
              "getcfcheckpt", new Payload().u8(0).hash(chain.at(last)).toBytes(), "to " + last);
    };
  }

  private static String known(Random random, KnownChain chain) {
    return chain.at(random.nextInt(chain.height() + 1));
  }

  static String unknown(Random random) {
    byte[] hash = new byte[32];
    random.nextBytes(hash);
    return HexFormat.of().formatHex(hash);
  }

  private static int pick(int[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  @Override
  public String toString() {
    return command + " " + words;
  }
}
