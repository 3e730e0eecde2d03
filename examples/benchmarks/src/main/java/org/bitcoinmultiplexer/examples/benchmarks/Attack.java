package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * What clients do who mean harm, or behave as if. Each attacker has a connection of its own, and
 * comes again when it is thrown out.
 */
enum Attack {
  /** Filters of the largest size, on large blocks of small pushes and of many payments. */
  FILTERS(5) {
    @Override
    void run(int port, Network network, int attacker) throws IOException {
      try (Conversation conversation = Conversation.open(port, network)) {
        conversation.write(ByteBuffer.wrap(filterLoad(network, attacker)));
        ByteBuffer requests = ByteBuffer.wrap(filteredBlocks(network));
        while (true) {
          conversation.write(requests.duplicate());
          conversation.pingPong();
        }
      }
    }
  };

  private static final int FILTER_SIZE = 36_000;
  private static final int HASH_FUNCTIONS = 50;

  private final int attackers;

  Attack(int attackers) {
    this.attackers = attackers;
  }

  /** How many do it at a time. */
  int attackers() {
    return attackers;
  }

  /**
   * Does it until the connection ends.
   *
   * @param port where clients are served
   * @param attacker its number, from 0
   * @throws IOException when it is thrown out
   */
  abstract void run(int port, Network network, int attacker) throws IOException;

  /**
   * A filter of the largest size: one that nearly everything passes, all of which has to be sent;
   * or, of every second attacker, one that hardly anything does, and only after several hashes.
   */
  static byte[] filterLoad(Network network, int attacker) {
    byte[] bits = new byte[FILTER_SIZE];
    int missing = attacker % 2 == 0 ? 100 : 7; // one bit of so many
    Arrays.fill(bits, (byte) 0xff);
    Random random = new Random(attacker);
    for (int i = 8 * FILTER_SIZE / missing; i > 0; i--) {
      bits[random.nextInt(FILTER_SIZE)] &= (byte) ~(1 << random.nextInt(8));
    }
    byte[] load = new byte[Wire.sizeOfCompactSize(FILTER_SIZE) + FILTER_SIZE + 9];
    ByteBuffer out = Wire.little(load);
    Wire.putCompactSize(out, FILTER_SIZE);
    out.put(bits).putInt(HASH_FUNCTIONS).putInt(attacker).put((byte) 1);
    return Wire.frame(network, "filterload", load);
  }

  /** Asks for what a filter lets pass of a block of small pushes, and of one of many payments. */
  static byte[] filteredBlocks(Network network) {
    byte[] pushes = Wire.getData(network, Wire.FILTERED_BLOCK, TestChain.make().large().hash());
    byte[] payments = Wire.getData(network, Wire.FILTERED_BLOCK, TestChain.plain().hash());
    byte[] both = Arrays.copyOf(pushes, pushes.length + payments.length);
    System.arraycopy(payments, 0, both, pushes.length, payments.length);
    return both;
  }
}
