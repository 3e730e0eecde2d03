package org.bitcoinmultiplexer.bitcoin.filter;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.CFCHECKPT_INTERVAL;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * What the node has said of its filters: their hashes, in stretches of a thousand blocks, and the
 * checkpoints that hold the stretches together. Only what somebody asked for is here, and the node
 * has said it twice: a stretch {@linkplain #fits fits} in between its checkpoints.
 *
 * <p>Keeps {@value #MOST} stretches, 33 MB if so much was asked for, and forgets what was used
 * longest ago. Any thread; looking up never waits.
 */
public final class FilterIndex {

  static final int MOST = 512;

  /** Branches of the same height; more than one only after a reorganisation. */
  private static final int MOST_BRANCHES = 4;

  /**
   * The checkpoints of a branch.
   *
   * @param block at the height of the last one, a multiple of 1,000
   * @param headers the filter headers at 1,000, 2,000 and so on
   */
  public record Checkpoints(Hash block, List<Hash> headers) {

    /** Before any was heard of. */
    static final Checkpoints NONE = new Checkpoints(Hash.ZERO, List.of());

    /**
     * How many there are.
     *
     * @return 0 or more
     */
    public int size() {
      return headers.size();
    }

    /**
     * The height of the last.
     *
     * @return a multiple of 1,000
     */
    public int height() {
      return size() * CFCHECKPT_INTERVAL;
    }

    /** The filter header before a stretch. */
    Hash before(int number) {
      return number == 0 ? Hash.ZERO : headers.get(number - 1);
    }
  }

  private final Cache<Integer, List<FilterStretch>> stretches =
      CacheBuilder.newBuilder().maximumSize(MOST).concurrencyLevel(1).build();
  private volatile Checkpoints checkpoints = Checkpoints.NONE;

  /**
   * The checkpoints.
   *
   * @return of some branch; none at first
   */
  public Checkpoints checkpoints() {
    return checkpoints;
  }

  /**
   * Other checkpoints are to be used from now on.
   *
   * @param others as the node said last
   */
  public void checkpoints(Checkpoints others) {
    checkpoints = others;
  }

  /**
   * The stretch that reaches a block.
   *
   * @param height of the block
   * @param block its hash
   * @return null if its filter's hash is not known
   */
  public @Nullable FilterStretch find(int height, Hash block) {
    List<FilterStretch> known = stretches.getIfPresent(FilterStretch.number(height));
    if (known != null) {
      for (FilterStretch stretch : known) {
        if (stretch.has(height, block)) {
          return stretch;
        }
      }
    }
    return null;
  }

  /**
   * The hash that the filter of a block must have.
   *
   * @param height of the block
   * @param block its hash
   * @return null if it is not known
   */
  public @Nullable Hash filterHash(int height, Hash block) {
    FilterStretch stretch = find(height, block);
    return stretch == null ? null : stretch.filterHash(height);
  }

  /**
   * As much as is known of a stretch.
   *
   * @param number of the stretch
   * @param between the checkpoints of the branch, as many as there are up to the stretch
   * @param branch the hash of the block at a height; null if it is not so high
   * @return without any block if nothing is known; otherwise all its blocks are of this branch
   */
  public FilterStretch longest(
      int number, Checkpoints between, IntFunction<@Nullable Hash> branch) {
    FilterStretch longest = FilterStretch.begin(number, between.before(number));
    List<FilterStretch> known = stretches.getIfPresent(number);
    if (known != null) {
      for (FilterStretch stretch : known) {
        int end = common(stretch, branch);
        if (end > longest.end()) {
          longest = stretch.cut(end);
        }
      }
    }
    return longest;
  }

  /** The height behind the last block that a stretch has in common with a branch. */
  private static int common(FilterStretch stretch, IntFunction<@Nullable Hash> branch) {
    int end = stretch.end();
    int first = FilterStretch.first(stretch.number());
    while (end > first) {
      Hash block = branch.apply(end - 1);
      if (block != null && stretch.has(end - 1, block)) {
        break;
      }
      end--;
    }
    return end;
  }

  /**
   * Whether a stretch lies between checkpoints as it should.
   *
   * @param stretch whose branch has the checkpoints
   * @param between at least as many as there are up to its beginning
   * @return false if the node contradicts itself
   */
  public static boolean fits(FilterStretch stretch, Checkpoints between) {
    int number = stretch.number();
    return stretch.previous().equals(between.before(number))
        && (!stretch.isWhole()
            || between.size() == number
            || stretch.last().equals(between.before(number + 1)));
  }

  /**
   * Keeps a stretch, in place of what it is longer than.
   *
   * @param stretch that {@linkplain #fits fits}
   */
  public synchronized void add(FilterStretch stretch) {
    int number = stretch.number();
    List<FilterStretch> known = stretches.getIfPresent(number);
    List<FilterStretch> next = new ArrayList<>();
    next.add(stretch);
    if (known != null) {
      for (FilterStretch other : known) {
        if (!stretch.covers(other) && next.size() < MOST_BRANCHES) {
          next.add(other);
        }
      }
    }
    stretches.put(number, List.copyOf(next));
  }

  /** Forgets everything: another node is asked now, or this one has contradicted itself. */
  public synchronized void clear() {
    checkpoints = Checkpoints.NONE;
    stretches.invalidateAll();
  }

  /**
   * Answers a {@code getcfheaders}.
   *
   * @param span the heights
   * @param stop the hash of the block at the last of them
   * @param parts all stretches that have these heights, in ascending order
   * @return a new cfheaders
   */
  public static Message cfheaders(FilterSpan span, Hash stop, List<FilterStretch> parts) {
    int count = span.size();
    int bytes = 1 + 2 * Hash.SIZE + ByteWriter.sizeOfCompactSize(count) + count * Hash.SIZE;
    ByteWriter out = new ByteWriter(bytes).u8(FilterSpan.BASIC).hash(stop);
    out.hash(parts.get(0).header(span.first() - 1)).compactSize(count);
    int from = span.first();
    for (FilterStretch part : parts) {
      int to = Math.min(span.last(), part.end() - 1);
      part.write(from, to, out);
      from = to + 1;
    }
    return out.toMessage(Commands.CFHEADERS);
  }

  /**
   * Answers a {@code getcfcheckpt}.
   *
   * @param height of the stop block
   * @param stop its hash
   * @param checkpoints of its branch, at least up to that height
   * @return a new cfcheckpt
   */
  public static Message cfcheckpt(int height, Hash stop, Checkpoints checkpoints) {
    int count = height / CFCHECKPT_INTERVAL;
    int bytes = 1 + Hash.SIZE + ByteWriter.sizeOfCompactSize(count) + count * Hash.SIZE;
    ByteWriter out = new ByteWriter(bytes).u8(FilterSpan.BASIC).hash(stop).compactSize(count);
    for (int i = 0; i < count; i++) {
      out.hash(checkpoints.headers().get(i));
    }
    return out.toMessage(Commands.CFCHECKPT);
  }
}
