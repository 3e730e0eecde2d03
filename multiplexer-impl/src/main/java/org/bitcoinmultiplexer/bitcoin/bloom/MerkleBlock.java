package org.bitcoinmultiplexer.bitcoin.bloom;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOCK_WEIGHT;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * A {@code merkleblock} that proves what it says: its hashes lead to the merkle root of its header
 * (BIP37, Core's CPartialMerkleTree::ExtractMatches).
 *
 * <p>Layout: header, number of transactions u32, CompactSize n, n hashes, CompactSize length, flag
 * bits with the lowest of each byte first. That the header has its proof of work is for others to
 * say; so is, as the depth of a tree cannot be proven, that no transaction of 64 bytes is taken for
 * an inner node.
 *
 * <p>Immutable, safe for use by any number of threads.
 */
public final class MerkleBlock {

  /** So many of the lightest transactions make the heaviest block. */
  private static final int MAX_TRANSACTIONS = MAX_BLOCK_WEIGHT / (4 * 60);

  private final BlockHeader header;
  private final int transactions;
  private final List<Match> matches;

  private MerkleBlock(BlockHeader header, int transactions, List<Match> matches) {
    this.header = header;
    this.transactions = transactions;
    this.matches = matches;
  }

  /**
   * A transaction that matched the filter.
   *
   * @param position in the block, 0 or more
   * @param txid its hash
   */
  public record Match(int position, Hash txid) {}

  /**
   * Reads a proof and verifies it.
   *
   * @param message a merkleblock
   * @return what it proves
   * @throws MalformedMessageException if it is cut off or proves nothing
   */
  public static MerkleBlock parse(Message message) {
    ByteReader in = new ByteReader(message);
    in.skip(BlockHeader.SIZE, "header");
    long transactions = in.u32("transactions");
    int hashes = in.count("hashes", Hash.SIZE);
    int firstHash = in.skip(hashes * Hash.SIZE, "hashes");
    int flagBytes = in.count("flag bytes", 1);
    int firstFlag = in.skip(flagBytes, "flag bytes");
    if (transactions == 0 || transactions > MAX_TRANSACTIONS || hashes > transactions) {
      throw in.malformed(hashes + " hashes of " + transactions + " transactions");
    }
    Walk walk = new Walk(in, (int) transactions, hashes, firstHash, flagBytes, firstFlag);
    Hash root = walk.node(MerkleNodes.height((int) transactions), 0);
    if (walk.hash != hashes || (walk.bit + 7) / 8 != flagBytes) {
      throw in.malformed(
          "used %d of %d hashes and %d of %d flag bits"
              .formatted(walk.hash, hashes, walk.bit, 8 * flagBytes));
    }
    BlockHeader header = BlockHeader.of(message);
    if (!root.equals(header.merkleRoot())) {
      throw in.malformed("hashes lead to " + root + " instead of " + header.merkleRoot());
    }
    return new MerkleBlock(header, (int) transactions, List.copyOf(walk.matches));
  }

  /** The way through the tree that {@link PartialMerkleTree} took. */
  private static final class Walk {

    private final ByteReader in;
    private final byte[] array;
    private final int leaves;
    private final int hashes;
    private final int firstHash;
    private final int bits;
    private final int firstFlag;
    private final List<Match> matches = new ArrayList<>();
    private int hash;
    private int bit;

    Walk(ByteReader in, int leaves, int hashes, int firstHash, int flagBytes, int firstFlag) {
      this.in = in;
      this.array = in.array();
      this.leaves = leaves;
      this.hashes = hashes;
      this.firstHash = firstHash;
      this.bits = 8 * flagBytes;
      this.firstFlag = firstFlag;
    }

    private Hash node(int level, int index) {
      if (bit == bits) {
        throw in.malformed("a node more than " + bits + " flag bits");
      }
      boolean matched = (array[firstFlag + bit / 8] >> bit % 8 & 1) == 1;
      bit++;
      if (level == 0 || !matched) {
        if (hash == hashes) {
          throw in.malformed("a node more than " + hashes + " hashes");
        }
        Hash given = Hash.read(array, firstHash + hash++ * Hash.SIZE);
        if (matched) {
          matches.add(new Match(index, given));
        }
        return given;
      }
      Hash left = node(level - 1, 2 * index);
      if (2 * index + 1 == MerkleNodes.width(leaves, level - 1)) {
        return pair(left, left);
      }
      Hash right = node(level - 1, 2 * index + 1);
      if (left.equals(right)) { // two lists of transactions would have this root (CVE-2012-2459)
        throw in.malformed("equal siblings " + left);
      }
      return pair(left, right);
    }

    private static Hash pair(Hash left, Hash right) {
      byte[] pair = new byte[2 * Hash.SIZE];
      left.write(pair, 0);
      right.write(pair, Hash.SIZE);
      return Sha256d.hash(pair, 0, pair.length);
    }
  }

  /**
   * The header whose merkle root is proven.
   *
   * @return a view of it
   */
  public BlockHeader header() {
    return header;
  }

  /**
   * How many transactions the block has, as far as the proof tells.
   *
   * @return 1 or more
   */
  public int transactions() {
    return transactions;
  }

  /**
   * What matched, in block order.
   *
   * @return positions and txids, unmodifiable
   */
  public List<Match> matches() {
    return matches;
  }
}
