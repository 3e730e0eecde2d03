package org.bitcoinmultiplexer.bitcoin.chain;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * What a block of 1 MB costs without sockets: a program, run from the test class path, that prints
 * milliseconds of processor time, the best of several rounds. {@code hash} is one double hash over
 * the block, the unit of which everything else consists: {@code decode} has one (the checksum) and
 * two copies, {@code check} has nearly two (the transactions, of a few blocks of 64 bytes each, and
 * their tree).
 */
public final class BlockCost {

  private static final List<String> BLOCKS =
      List.of(
          "mainnet-block-413567.raw", // no witness
          "mainnet-block-481829-coinbase-witness-only.raw");

  private static final int RUNS = 100;
  private static final int ROUNDS = 10;
  private static final int CHUNK = 128 * 1024;

  private BlockCost() {}

  /** Prints a line for each block. */
  public static void main(String[] arguments) {
    for (String name : BLOCKS) {
      Message block = Vectors.block(name);
      byte[] bytes = block.array();
      System.out.printf(
          "%s, %d transactions: hash %.3f, decode %.3f, check %.3f ms%n",
          name,
          Block.parse(block).size(),
          millis(() -> Sha256d.hash(bytes, 0, bytes.length)),
          millis(decoding(block)),
          millis(() -> BlockCheck.verdict(block, Network.MAINNET)));
    }
  }

  private static Runnable decoding(Message block) {
    ByteBuffer frame = FrameEncoder.of(Network.MAINNET).frame(block);
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    FrameDecoder decoder =
        new FrameDecoder(
            Network.MAINNET,
            MAX_PROTOCOL_MESSAGE_LENGTH,
            MAX_PROTOCOL_MESSAGE_LENGTH,
            new FrameDecoder.Listener() {
              @Override
              public void onMessage(Message message) {}

              @Override
              public void onDropped(String reason) {
                throw new IllegalStateException(reason);
              }

              @Override
              public void onFatal(String reason) {
                throw new IllegalStateException(reason);
              }
            });
    return () -> {
      for (int at = 0; at < frame.limit(); at += CHUNK) {
        chunk.clear().put(frame.slice(at, Math.min(CHUNK, frame.limit() - at)));
        decoder.decode(chunk.flip());
      }
    };
  }

  private static double millis(Runnable work) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long best = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long start = threads.getCurrentThreadCpuTime();
      for (int run = 0; run < RUNS; run++) {
        work.run();
      }
      best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
    }
    return best / 1e6 / RUNS;
  }
}
