package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionOutput;
import org.bitcoinj.script.ScriptChunk;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;

/**
 * Says the same of random filters to two servers and compares, byte for byte, what is left of
 * blocks behind them.
 *
 * <p>Filters are small, so that next to what was put in they match much else, and soon everything:
 * what one server remembers and the other does not shows in the next block.
 */
final class FilterDifferential {

  private final KnownChain chain;
  private final List<byte[]> elements = new ArrayList<>();

  FilterDifferential(KnownChain chain) {
    this.chain = chain;
    for (int height : chain.full()) {
      Wire.transactions(chain.block(height)).forEach(this::addElements);
    }
  }

  private void addElements(Transaction transaction) {
    elements.add(Wire.hash(transaction.getTxId().toString()));
    for (TransactionOutput output : transaction.getOutputs()) {
      for (ScriptChunk chunk : output.getScriptPubKey().chunks()) {
        if (chunk.data != null && chunk.data.length > 0) {
          elements.add(chunk.data);
        }
      }
    }
    for (TransactionInput input : transaction.getInputs()) {
      elements.add(input.getOutpoint().serialize());
    }
  }

  /**
   * Compares.
   *
   * @param rounds how many filters are loaded
   * @param clears whether filters are cleared, too: for bcoin a filter is then still there, and
   *     empty
   */
  void run(
      InetSocketAddress one, InetSocketAddress other, Random random, int rounds, boolean clears) {
    try (RawClient first = RawClient.to(one).relay(false).connect();
        RawClient second = RawClient.to(other).relay(false).connect()) {
      for (int round = 0; round < rounds; round++) {
        List<Received> said = new ArrayList<>();
        said.add(filterLoad(random));
        for (int i = random.nextInt(6); i >= 0; i--) {
          said.add(random.nextInt(3) == 0 ? filterAdd(random) : getData(random));
        }
        if (clears && random.nextInt(10) == 0) {
          said.add(new Received("filterclear", new byte[0]));
          said.add(getData(random));
        }
        List<Received> expected = answers(first, said);
        assertThat(answers(second, said)).as("round %d: %s", round, said).isEqualTo(expected);
      }
    }
  }

  /** Everything up to the answer to a ping, except for what bcoin alone says. */
  private static List<Received> answers(RawClient client, List<Received> said) {
    said.forEach(message -> client.send(message.command(), message.payload()));
    return client.fence().stream().filter(m -> !m.command().equals("notfound")).toList();
  }

  private static Received filterLoad(Random random) {
    byte[] bits = new byte[1 + random.nextInt(random.nextBoolean() ? 40 : 400)];
    if (random.nextInt(4) == 0) {
      random.nextBytes(bits);
    }
    if (random.nextInt(20) == 0) {
      Arrays.fill(bits, (byte) 0xff);
    }
    return new Received(
        "filterload",
        new Payload()
            .sized(bits)
            .u32(1 + random.nextInt(12))
            .u32(random.nextInt())
            .u8(random.nextInt(3))
            .toBytes());
  }

  private Received filterAdd(Random random) {
    byte[] element = elements.get(random.nextInt(elements.size()));
    return new Received("filteradd", new Payload().sized(element).toBytes());
  }

  private Received getData(Random random) {
    List<Item> items = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int height =
          random.nextInt(3) == 0
              ? 1 + random.nextInt(chain.height())
              : chain.full().get(random.nextInt(chain.full().size()));
      items.add(new Item(Item.FILTERED_BLOCK, chain.at(height)));
    }
    return new Received("getdata", Wire.items(items));
  }
}
