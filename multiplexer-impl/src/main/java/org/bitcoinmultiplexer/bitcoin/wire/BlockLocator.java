package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_LOCATOR_SZ;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;

/**
 * What a {@code getheaders} or {@code getblocks} asks for: the sender's chain, as a list of block
 * hashes that grows sparser towards the genesis block, and where to stop.
 *
 * <p>Layout: version i32 (ignored by everybody), CompactSize n, n hashes, stop hash.
 */
public final class BlockLocator {

  private final Message message;
  private final HashList hashes;
  private final Hash stop;

  private BlockLocator(Message message, HashList hashes, Hash stop) {
    this.message = message;
    this.hashes = hashes;
    this.stop = stop;
  }

  /**
   * Reads a locator in place.
   *
   * @param message a getheaders or getblocks
   * @return a view of it
   * @throws MalformedMessageException if it is cut off or has more than {@link
   *     ProtocolLimits#MAX_LOCATOR_SZ} hashes
   */
  public static BlockLocator parse(Message message) {
    ByteReader in = new ByteReader(message);
    in.i32("version");
    HashList hashes = HashList.read(in, "locator hashes");
    Hash stop = in.hash("stop hash");
    if (hashes.size() > MAX_LOCATOR_SZ) {
      throw MalformedMessageException.misbehaviour(
          message.command()
              + ": locator of "
              + hashes.size()
              + " hashes is above the limit of "
              + MAX_LOCATOR_SZ);
    }
    return new BlockLocator(in.canonical(), hashes, stop);
  }

  /**
   * A request with a locator.
   *
   * @param command getheaders or getblocks
   * @param version the sender's protocol version
   * @param hashes the locator, the highest block first; at most {@link
   *     ProtocolLimits#MAX_LOCATOR_SZ}
   * @param stop the last block wanted, or {@link Hash#ZERO} for as many as there are
   * @return a new message
   * @throws IllegalArgumentException if there are more hashes
   */
  public static Message of(String command, int version, List<Hash> hashes, Hash stop) {
    if (hashes.size() > MAX_LOCATOR_SZ) {
      throw new IllegalArgumentException(
          "a locator of " + hashes.size() + " hashes is above the limit of " + MAX_LOCATOR_SZ);
    }
    ByteWriter out = new ByteWriter(4 + HashList.sizeOf(hashes.size()) + Hash.SIZE).i32(version);
    HashList.write(out, hashes);
    return out.hash(stop).toMessage(command);
  }

  /**
   * How many hashes there are; none means that only the stop block's header is wanted.
   *
   * @return 0 to {@link ProtocolLimits#MAX_LOCATOR_SZ}
   */
  public int size() {
    return hashes.size();
  }

  /**
   * A hash of the locator, the highest block first.
   *
   * @param index 0 to size - 1
   * @return a new hash
   */
  public Hash hash(int index) {
    return hashes.get(index);
  }

  /**
   * Whether the locator has a hash.
   *
   * @param hash a block hash
   * @return true if it is among the hashes; the stop hash does not count
   */
  public boolean contains(Hash hash) {
    return hashes.contains(hash);
  }

  /**
   * The last block wanted.
   *
   * @return {@link Hash#ZERO} for as many as there are
   */
  public Hash stop() {
    return stop;
  }

  /**
   * The message in canonical form.
   *
   * @return the one that was parsed, if it is
   */
  public Message toMessage() {
    return message;
  }
}
