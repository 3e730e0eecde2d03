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
  /** Nearly full filters of the largest size, on a large block of small pushes. */
  FILTERS(5) {
    @Override
    void run(int port, Network network, int attacker) throws IOException {
      try (Conversation conversation = Conversation.open(port, network)) {
        conversation.write(ByteBuffer.wrap(filterLoad(network, attacker)));
        ByteBuffer request = ByteBuffer.wrap(filteredBlock(network));
        while (true) {
          for (int i = 0; i < 4; i++) {
            conversation.write(request.duplicate());
          }
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

  /** A filter of which one bit in a hundred is missing, so that most hashes have to be computed. */
  static byte[] filterLoad(Network network, int attacker) {
    byte[] bits = new byte[FILTER_SIZE];
    Arrays.fill(bits, (byte) 0xff);
    new Random(attacker).ints(8 * FILTER_SIZE / 100, 0, FILTER_SIZE).forEach(at -> bits[at] = 0x7f);
    byte[] load = new byte[Wire.sizeOfCompactSize(FILTER_SIZE) + FILTER_SIZE + 9];
    ByteBuffer out = Wire.little(load);
    Wire.putCompactSize(out, FILTER_SIZE);
    out.put(bits).putInt(HASH_FUNCTIONS).putInt(attacker).put((byte) 1);
    return Wire.frame(network, "filterload", load);
  }

  /** Asks for what such a filter lets pass of the large block. */
  static byte[] filteredBlock(Network network) {
    return Wire.getData(network, Wire.FILTERED_BLOCK, TestChain.make().large().hash());
  }
}
