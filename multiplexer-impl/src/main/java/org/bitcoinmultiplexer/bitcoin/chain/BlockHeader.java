package org.bitcoinmultiplexer.bitcoin.chain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.jspecify.annotations.Nullable;

/**
 * A view of 80 bytes that head a block.
 *
 * <p>Layout: version i32, previous block hash, merkle root, time u32, bits u32, nonce u32. Safe for
 * use by any number of threads.
 */
public final class BlockHeader {

  /** The length in bytes. */
  public static final int SIZE = Headers.HEADER_SIZE;

  private static final int PREVIOUS_AT = 4;
  private static final int MERKLE_ROOT_AT = 36;
  private static final int TIME_AT = 68;
  private static final int BITS_AT = 72;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final Function<Message, BlockHeader> READ = BlockHeader::read;

  private final byte[] array;
  private final int offset;
  private @Nullable Hash hash; // a benign race: any thread computes the same

  private BlockHeader(byte[] array, int offset) {
    this.array = array;
    this.offset = offset;
  }

  /**
   * A view of a header within an array.
   *
   * @param array holds it; not copied, nobody may write to it any more
   * @param offset index of its first byte
   * @return a view of it
   * @throws IndexOutOfBoundsException if fewer than 80 bytes follow
   */
  public static BlockHeader at(byte[] array, int offset) {
    Objects.checkFromIndexSize(offset, SIZE, array.length);
    return new BlockHeader(array, offset);
  }

  /**
   * A view of the header of a message that starts with one, the same for all who ask, so that it is
   * hashed once.
   *
   * @param message a block, merkleblock or cmpctblock
   * @return a view of it
   * @throws MalformedMessageException if it is shorter than 80 bytes
   */
  public static BlockHeader of(Message message) {
    return message.derive(READ);
  }

  private static BlockHeader read(Message message) {
    if (message.size() < SIZE) {
      throw new MalformedMessageException(
          message.command() + ": header needs 80 bytes of " + message.size());
    }
    return new BlockHeader(message.array(), message.offset());
  }

  /**
   * The block hash.
   *
   * @return H(80 bytes), computed once
   */
  public Hash hash() {
    Hash known = hash;
    if (known == null) {
      known = Sha256d.hash(array, offset, SIZE);
      hash = known;
    }
    return known;
  }

  /**
   * The block that this one builds on.
   *
   * @return its hash, {@link Hash#ZERO} for a genesis block
   */
  public Hash previous() {
    return Hash.read(array, offset + PREVIOUS_AT);
  }

  /**
   * The root of the tree of txids.
   *
   * @return the merkle root as stated
   */
  public Hash merkleRoot() {
    return Hash.read(array, offset + MERKLE_ROOT_AT);
  }

  /**
   * Compares the merkle root.
   *
   * @param other holds a hash in wire order
   * @param at index of its first byte
   * @return whether that is the merkle root
   */
  public boolean hasMerkleRoot(byte[] other, int at) {
    int root = offset + MERKLE_ROOT_AT;
    return Arrays.equals(array, root, root + Hash.SIZE, other, at, at + Hash.SIZE);
  }

  /**
   * When the miner says the block was made.
   *
   * @return seconds since 1970, 0 to 2^32 - 1
   */
  public long time() {
    return Integer.toUnsignedLong((int) INT.get(array, offset + TIME_AT));
  }

  /**
   * The target in compact form.
   *
   * @return see {@link ProofOfWork}
   */
  public int bits() {
    return (int) INT.get(array, offset + BITS_AT);
  }

  /**
   * Whether the hash meets the target that the header states. That the network's rules demanded
   * this target is not known here.
   *
   * @param network whose limit applies to the target
   * @return true if it does
   */
  public boolean hasProofOfWork(Network network) {
    return ProofOfWork.isMet(hash(), bits(), network);
  }

  /**
   * Writes the 80 bytes.
   *
   * @param out where to
   * @param at index of the first
   */
  public void write(byte[] out, int at) {
    System.arraycopy(array, offset, out, at, SIZE);
  }

  @Override
  public String toString() {
    return "header of " + hash();
  }
}
