package org.bitcoinmultiplexer.bitcoin.filter;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.CFCHECKPT_INTERVAL;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterHeaders;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * The hashes of the basic filters of up to {@value ProtocolLimits#CFCHECKPT_INTERVAL} consecutive
 * blocks of one branch, and the chain that they form: a filter header is the hash of the filter's
 * hash and the header before (BIP157). Whoever knows a filter header knows all filters up to there.
 *
 * <p>A stretch with the number n begins behind height 1,000 n and ends at the latest with height
 * 1,000 (n + 1), so that both ends of a {@linkplain #isWhole() whole} one are among the checkpoints
 * of a {@code cfcheckpt}; the first has the genesis block besides. Immutable, any thread. Takes 65
 * bytes per block: its hash and the filter's, and every hundredth filter header; what lies between
 * is hashed anew.
 */
public final class FilterStretch {

  private static final int MARK = 100;

  private final int first;
  private final byte[] blocks;
  private final byte[] hashes;
  private final List<Hash> marks; // the headers before the first filter, the hundred and first, ...
  private final Hash last;

  private FilterStretch(int first, byte[] blocks, byte[] hashes, List<Hash> marks, Hash last) {
    this.first = first;
    this.blocks = blocks;
    this.hashes = hashes;
    this.marks = marks;
    this.last = last;
  }

  /**
   * A stretch of no block.
   *
   * @param number of the stretch, from 0
   * @param previous the filter header before, {@link Hash#ZERO} before the genesis block
   * @return a new stretch
   */
  public static FilterStretch begin(int number, Hash previous) {
    return new FilterStretch(first(number), new byte[0], new byte[0], List.of(previous), previous);
  }

  /**
   * The number of the stretch that a height is in.
   *
   * @param height 0 or more
   * @return from 0
   */
  public static int number(int height) {
    return height == 0 ? 0 : (height - 1) / CFCHECKPT_INTERVAL;
  }

  /**
   * The first height of a stretch.
   *
   * @param number from 0
   * @return the height
   */
  public static int first(int number) {
    return number == 0 ? 0 : number * CFCHECKPT_INTERVAL + 1;
  }

  /**
   * The last height of a whole stretch.
   *
   * @param number from 0
   * @return the height
   */
  public static int last(int number) {
    return (number + 1) * CFCHECKPT_INTERVAL;
  }

  /**
   * The number of this stretch.
   *
   * @return from 0
   */
  public int number() {
    return number(first);
  }

  /**
   * The height behind the last block.
   *
   * @return the first height if there is no block
   */
  public int end() {
    return first + size();
  }

  private int size() {
    return hashes.length / Hash.SIZE;
  }

  /**
   * Whether there is no room for another block.
   *
   * @return true if the last filter header is a checkpoint
   */
  public boolean isWhole() {
    return end() > last(number());
  }

  /**
   * The filter header before the first block.
   *
   * @return a checkpoint, or zero
   */
  public Hash previous() {
    return marks.get(0);
  }

  /**
   * The filter header of the last block.
   *
   * @return {@link #previous} if there is no block
   */
  public Hash last() {
    return last;
  }

  /**
   * Whether a block is one of this stretch.
   *
   * @param height of any block
   * @param block its hash
   * @return true if it is
   */
  public boolean has(int height, Hash block) {
    return height >= first && height < end() && block.isAt(blocks, (height - first) * Hash.SIZE);
  }

  /**
   * The hash of a filter.
   *
   * @param height of a block of this stretch
   * @return a new hash
   */
  public Hash filterHash(int height) {
    return Hash.read(hashes, Objects.checkIndex(height - first, size()) * Hash.SIZE);
  }

  /**
   * A filter header.
   *
   * @param height of a block of this stretch, or of the one before
   * @return the header
   */
  public Hash header(int height) {
    int count = Objects.checkIndex(height + 1 - first, size() + 1);
    Hash header = marks.get(count / MARK);
    for (int i = count - count % MARK; i < count; i++) {
      header = header(hashes, i * Hash.SIZE, header);
    }
    return header;
  }

  private static Hash header(byte[] hashes, int offset, Hash previous) {
    byte[] pair = Arrays.copyOfRange(hashes, offset, offset + 2 * Hash.SIZE);
    previous.write(pair, Hash.SIZE);
    return Sha256d.hash(pair, 0, pair.length);
  }

  /**
   * This stretch with more blocks.
   *
   * @param more the hashes of the blocks, the first of height {@link #end()}
   * @param answer the node's to the request for these
   * @return a longer stretch
   * @throws MalformedMessageException if it is not of so many blocks, or goes on from another
   *     filter header: then one of the two is not true
   * @throws IllegalArgumentException if these are too many blocks
   */
  public FilterStretch append(List<Hash> more, FilterHeaders answer) {
    if (end() + more.size() - 1 > last(number())) {
      throw new IllegalArgumentException(more.size() + " blocks behind height " + (end() - 1));
    }
    if (answer.type() != FilterSpan.BASIC
        || answer.size() != more.size()
        || !answer.previous().equals(last)) {
      throw new MalformedMessageException(
          "cfheaders: type %d, %d filter hashes instead of %d, filter header %s instead of %s before"
              .formatted(answer.type(), answer.size(), more.size(), answer.previous(), last)
              .concat(" height " + end()));
    }
    int size = size() + more.size();
    byte[] allBlocks = Arrays.copyOf(blocks, size * Hash.SIZE);
    byte[] allHashes = Arrays.copyOf(hashes, size * Hash.SIZE);
    List<Hash> allMarks = new ArrayList<>(marks);
    Hash header = last;
    for (int i = size(); i < size; i++) {
      more.get(i - size()).write(allBlocks, i * Hash.SIZE);
      answer.filterHash(i - size()).write(allHashes, i * Hash.SIZE);
      header = header(allHashes, i * Hash.SIZE, header);
      if ((i + 1) % MARK == 0) {
        allMarks.add(header);
      }
    }
    return new FilterStretch(first, allBlocks, allHashes, allMarks, header);
  }

  /**
   * The beginning of this stretch, as after a reorganisation.
   *
   * @param end the height behind its last block, at least the first height and at most {@link
   *     #end()}
   * @return this one if it is no longer
   */
  public FilterStretch cut(int end) {
    int size = end - first;
    return size == size()
        ? this
        : new FilterStretch(
            first,
            Arrays.copyOf(blocks, size * Hash.SIZE),
            Arrays.copyOf(hashes, size * Hash.SIZE),
            List.copyOf(marks.subList(0, size / MARK + 1)),
            header(end - 1));
  }

  /** Whether all blocks of another stretch of the same number are among these. */
  boolean covers(FilterStretch other) {
    return other.end() <= end()
        && Arrays.equals(blocks, 0, other.blocks.length, other.blocks, 0, other.blocks.length);
  }

  /** Writes the filter hashes of some heights. */
  void write(int from, int to, ByteWriter out) {
    out.bytes(hashes, (from - first) * Hash.SIZE, (to + 1 - from) * Hash.SIZE);
  }
}
