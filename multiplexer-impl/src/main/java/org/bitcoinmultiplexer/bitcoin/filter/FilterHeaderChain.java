package org.bitcoinmultiplexer.bitcoin.filter;

import java.util.Arrays;
import java.util.Objects;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.CompactFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpoints;
import org.bitcoinmultiplexer.bitcoin.wire.FilterHeaders;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * The hashes of the basic filters of one branch, from the genesis block on, and the chain that they
 * form: a filter header is the hash of the filter's hash and the header before (BIP157). Whoever
 * knows a filter header knows all filters up to there.
 *
 * <p>Keeps every filter hash and every hundredth filter header, 33 bytes per block; what lies
 * between is hashed anew. Immutable, safe for use by any number of threads; longer and shorter
 * chains share memory with the one they are made from, by one thread at a time.
 */
public final class FilterHeaderChain {

  /** The chain before the genesis block. */
  public static final FilterHeaderChain EMPTY = new FilterHeaderChain(new Segment[0], 0, Hash.ZERO);

  /** Filter headers are checked against each other at every such height. */
  private static final int CHECKPOINT = 1000;

  private static final int MARK = 100;

  /** A thousand heights. What is beyond the size of a chain may be another one's. */
  private static final class Segment {
    final byte[] hashes;
    final byte[] marks; // the filter headers at multiples of MARK
    int filled;

    Segment() {
      hashes = new byte[CHECKPOINT * Hash.SIZE];
      marks = new byte[CHECKPOINT / MARK * Hash.SIZE];
    }

    Segment(Segment other, int filled) {
      hashes = other.hashes.clone();
      marks = other.marks.clone();
      this.filled = filled;
    }

    void add(Hash filterHash, Hash header) {
      filterHash.write(hashes, filled * Hash.SIZE);
      if (filled % MARK == 0) {
        header.write(marks, filled / MARK * Hash.SIZE);
      }
      filled++;
    }
  }

  private final Segment[] segments;
  private final int size;
  private final Hash last;

  private FilterHeaderChain(Segment[] segments, int size, Hash last) {
    this.segments = segments;
    this.size = size;
    this.last = last;
  }

  /**
   * How many blocks have their filter's hash here.
   *
   * @return 0 or more; heights are less
   */
  public int size() {
    return size;
  }

  /**
   * The filter header of the last block.
   *
   * @return {@link Hash#ZERO} if there is none
   */
  public Hash last() {
    return last;
  }

  /**
   * The hash of a filter.
   *
   * @param height 0 to {@link #size()} - 1
   * @return a new hash
   */
  public Hash filterHash(int height) {
    Objects.checkIndex(height, size);
    return Hash.read(segments[height / CHECKPOINT].hashes, height % CHECKPOINT * Hash.SIZE);
  }

  /**
   * A filter header.
   *
   * @param height 0 to {@link #size()} - 1, or -1 for what precedes the genesis block
   * @return a new hash
   */
  public Hash header(int height) {
    Objects.checkIndex(height + 1, size + 1);
    if (height < 0) {
      return Hash.ZERO;
    }
    int mark = height % CHECKPOINT / MARK;
    Hash header = Hash.read(segments[height / CHECKPOINT].marks, mark * Hash.SIZE);
    for (int at = height - height % MARK + 1; at <= height; at++) {
      header = header(filterHash(at), header);
    }
    return header;
  }

  private static Hash header(Hash filterHash, Hash previous) {
    byte[] pair = new byte[2 * Hash.SIZE];
    filterHash.write(pair, 0);
    previous.write(pair, Hash.SIZE);
    return Sha256d.hash(pair, 0, pair.length);
  }

  /**
   * The chain with the next stretch of filter hashes.
   *
   * @param stretch the answer to a request that starts at height {@link #size()}; that its stop
   *     hash is of the right branch is for the caller to know
   * @return a longer chain
   * @throws MalformedMessageException if it goes on from another filter header: then one of the two
   *     is not true
   */
  public FilterHeaderChain append(FilterHeaders stretch) {
    if (stretch.type() != FilterSpan.BASIC || !stretch.previous().equals(last)) {
      throw new MalformedMessageException(
          "cfheaders: type %d, previous filter header %s instead of %s below height %d"
              .formatted(stretch.type(), stretch.previous(), last, size));
    }
    int longer = size + stretch.size();
    Segment[] next = Arrays.copyOf(segments, (longer + CHECKPOINT - 1) / CHECKPOINT);
    Hash header = last;
    for (int i = 0; i < stretch.size(); i++) {
      Hash filterHash = stretch.filterHash(i);
      header = header(filterHash, header);
      writable(next, size + i).add(filterHash, header);
    }
    return new FilterHeaderChain(next, longer, header);
  }

  /** The segment of a height, copied if somebody else has put something else there. */
  private static Segment writable(Segment[] segments, int height) {
    int index = height / CHECKPOINT;
    int filled = height % CHECKPOINT;
    if (filled == 0) {
      segments[index] = new Segment();
    } else if (segments[index].filled != filled) {
      segments[index] = new Segment(segments[index], filled);
    }
    return segments[index];
  }

  /**
   * The chain up to some height, as after a reorganisation.
   *
   * @param shorter how many blocks to keep, 0 to {@link #size()}
   * @return this one if it is no longer
   */
  public FilterHeaderChain cut(int shorter) {
    Objects.checkIndex(shorter, size + 1);
    return shorter == size
        ? this
        : new FilterHeaderChain(
            Arrays.copyOf(segments, (shorter + CHECKPOINT - 1) / CHECKPOINT),
            shorter,
            header(shorter - 1));
  }

  /**
   * Whether a filter is the one of a height. That its block hash is that of the height is for the
   * caller to know.
   *
   * @param filter a cfilter
   * @param height 0 to {@link #size()} - 1
   * @return true if it has the right hash
   */
  public boolean matches(CompactFilter filter, int height) {
    return filter.type() == FilterSpan.BASIC && filter.filterHash().equals(filterHash(height));
  }

  /**
   * Whether checkpoints are of this chain, as far as it goes.
   *
   * @param checkpoints a cfcheckpt for a block of this branch
   * @return true if none of them differs
   */
  public boolean matches(FilterCheckpoints checkpoints) {
    for (int i = 0; i < checkpoints.size() && (i + 1) * CHECKPOINT < size; i++) {
      if (!checkpoints.header(i).equals(header((i + 1) * CHECKPOINT))) {
        return false;
      }
    }
    return checkpoints.type() == FilterSpan.BASIC;
  }

  /**
   * Answers a {@code getcfheaders}.
   *
   * @param span heights below {@link #size()}
   * @param stop the hash of the block at the last of them
   * @return a new cfheaders
   */
  public Message cfheaders(FilterSpan span, Hash stop) {
    int count = span.size();
    int bytes = 1 + 2 * Hash.SIZE + ByteWriter.sizeOfCompactSize(count) + count * Hash.SIZE;
    ByteWriter out = new ByteWriter(bytes).u8(FilterSpan.BASIC).hash(stop);
    out.hash(header(span.first() - 1)).compactSize(count);
    for (int height = span.first(); height <= span.last(); height++) {
      out.hash(filterHash(height));
    }
    return out.toMessage(Commands.CFHEADERS);
  }

  /**
   * Answers a {@code getcfcheckpt}.
   *
   * @param height below {@link #size()}
   * @param stop the hash of the block at that height
   * @return a new cfcheckpt
   */
  public Message cfcheckpt(int height, Hash stop) {
    int count = Objects.checkIndex(height, size) / CHECKPOINT;
    int bytes = 1 + Hash.SIZE + ByteWriter.sizeOfCompactSize(count) + count * Hash.SIZE;
    ByteWriter out = new ByteWriter(bytes).u8(FilterSpan.BASIC).hash(stop).compactSize(count);
    for (int i = 1; i <= count; i++) {
      out.hash(header(i * CHECKPOINT));
    }
    return out.toMessage(Commands.CFCHECKPT);
  }
}
