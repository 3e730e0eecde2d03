package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETCFHEADERS_SIZE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import java.util.concurrent.atomic.AtomicLong;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * How many bytes answers are expected to have: enough to keep a window of bytes, no more.
 *
 * <p>Blocks are reckoned at the running average of those seen, each new one counting for one in
 * sixteen. Until some were seen a block is taken for 1,000,000 bytes: a guess that is too high only
 * asks for fewer at first. Safe on any thread.
 */
final class Weights {

  /** A transaction: most are below it. */
  static final long TRANSACTION = 1_000;

  /** A full {@code headers} message. */
  static final long HEADERS = 3 + 81L * MAX_HEADERS_RESULTS;

  /** A basic block filter of a full block. */
  static final long FILTER = 25_000;

  /** A full {@code cfheaders} message. */
  static final long FILTER_HEADERS = (long) MAX_GETCFHEADERS_SIZE * Hash.SIZE;

  /** Every thousandth filter header of a million blocks. */
  static final long FILTER_CHECKPOINTS = 32_000;

  /** An answer about which nothing is known. */
  static final long UNKNOWN = 1_000;

  private static final long FIRST_GUESS = 1_000_000;
  private static final int MEMORY = 16;

  private final AtomicLong block = new AtomicLong(FIRST_GUESS);

  /**
   * The expected size of a block.
   *
   * @return in bytes, at least 1
   */
  long block() {
    return Math.max(1, block.get());
  }

  /**
   * A block was seen.
   *
   * @param size its size, in bytes
   */
  void sawBlock(int size) {
    long average = block.get();
    block.set(average + (size - average) / MEMORY); // if two see one at a time, one is missed
  }
}
