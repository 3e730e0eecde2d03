package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
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
  },

  /** Blocks for which a pruned node hangs up on whoever asks. */
  PUNISHED(2) {
    @Override
    void run(int port, Network network, int attacker) throws IOException {
      try (Conversation conversation = Conversation.open(port, network)) {
        List<Block> deep = Chain.MADE.small().subList(0, TestChain.SMALL_BLOCKS / 2);
        Block block = deep.get(ThreadLocalRandom.current().nextInt(deep.size()));
        conversation.write(ByteBuffer.wrap(Wire.getData(network, block.hash())));
        conversation.awaitEnd();
      }
    }
  },

  /** Transactions that take the node long, as fast as they are taken. */
  SLOW_TRANSACTIONS(2) {
    @Override
    void run(int port, Network network, int attacker) throws IOException {
      int first = ThreadLocalRandom.current().nextInt();
      SlowTransaction.Variants variants = new SlowTransaction.Variants(TestChain.coin(), first);
      try (Conversation conversation = Conversation.open(port, network)) {
        while (true) {
          conversation.write(ByteBuffer.wrap(Wire.frame(network, "tx", variants.next())));
        }
      }
    }
  },

  /** Connections that say nothing, nearly as many as there are places. */
  SILENT_SOCKETS(9) {
    @Override
    void run(int port, Network network, int attacker) throws IOException {
      List<Socket> silent = new ArrayList<>();
      try {
        while (silent.size() < SOCKETS_EACH) {
          silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        for (Socket socket : silent) {
          while (socket.getInputStream().read() >= 0) {
            // Waits until it is thrown out.
          }
        }
        throw new EOFException("all were thrown out");
      } finally {
        for (Socket socket : silent) {
          socket.close();
        }
      }
    }
  },

  /** Clients that ask for much and leave at once. */
  LEAVERS(4) {
    @Override
    void run(int port, Network network, int attacker) throws IOException {
      List<Block> recent = Chain.MADE.recent();
      while (true) {
        try (Conversation conversation = Conversation.open(port, network)) {
          for (int i = 0; i < ASKED_BY_A_LEAVER; i++) {
            Block block = recent.get(ThreadLocalRandom.current().nextInt(recent.size()));
            conversation.write(ByteBuffer.wrap(Wire.getData(network, block.hash())));
          }
        }
      }
    }
  };

  /** Made when the first attacker needs it. */
  private static final class Chain {
    static final TestChain MADE = TestChain.make();
  }

  private static final int SOCKETS_EACH = 100;
  private static final int ASKED_BY_A_LEAVER = 200;

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
    byte[] pushes = Wire.getData(network, Wire.FILTERED_BLOCK, Chain.MADE.large().hash());
    byte[] payments = Wire.getData(network, Wire.FILTERED_BLOCK, TestChain.plain().hash());
    byte[] both = Arrays.copyOf(pushes, pushes.length + payments.length);
    System.arraycopy(payments, 0, both, pushes.length, payments.length);
    return both;
  }
}
