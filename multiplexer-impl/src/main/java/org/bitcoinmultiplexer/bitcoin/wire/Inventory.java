package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_INV_SZ;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;

/**
 * The list of inventory vectors in an {@code inv}, {@code getdata} or {@code notfound}.
 *
 * <p>Layout: CompactSize n, n times (type u32, hash).
 */
public final class Inventory {

  private static final Function<Message, Inventory> READ = Inventory::read;

  private final Message message;
  private final byte[] array;
  private final int first;
  private final int size;

  private Inventory(Message message, int first, int size) {
    this.message = message;
    this.array = message.array();
    this.first = first;
    this.size = size;
  }

  /**
   * Reads a list in place, once per message.
   *
   * @param message an inv, getdata or notfound
   * @return a view of it
   * @throws MalformedMessageException if it is cut off or has more than {@link
   *     ProtocolLimits#MAX_INV_SZ} vectors
   */
  public static Inventory parse(Message message) {
    return message.derive(READ);
  }

  private static Inventory read(Message message) {
    ByteReader in = new ByteReader(message);
    int size = in.count("inventory vectors", InventoryVector.SIZE, MAX_INV_SZ);
    int first = in.skip(size * InventoryVector.SIZE, "inventory vectors");
    return new Inventory(in.canonical(), first, size);
  }

  /**
   * A message with a list of vectors.
   *
   * @param command inv, getdata or notfound
   * @param vectors at most {@link ProtocolLimits#MAX_INV_SZ}
   * @return a new message
   * @throws IllegalArgumentException if there are more
   */
  public static Message of(String command, List<InventoryVector> vectors) {
    ByteWriter out = writer(vectors.size());
    for (InventoryVector vector : vectors) {
      out.i32(vector.type()).hash(vector.hash());
    }
    return out.toMessage(command);
  }

  /**
   * A message with a list of vectors that are all of one type.
   *
   * @param command inv, getdata or notfound
   * @param type the type of all of them
   * @param hashes at most {@link ProtocolLimits#MAX_INV_SZ}
   * @return a new message
   * @throws IllegalArgumentException if there are more
   */
  public static Message of(String command, int type, List<Hash> hashes) {
    ByteWriter out = writer(hashes.size());
    for (Hash hash : hashes) {
      out.i32(type).hash(hash);
    }
    return out.toMessage(command);
  }

  /**
   * A message with one vector.
   *
   * @param command inv, getdata or notfound
   * @param type its type
   * @param hash its hash
   * @return a new message
   */
  public static Message of(String command, int type, Hash hash) {
    return writer(1).i32(type).hash(hash).toMessage(command);
  }

  private static ByteWriter writer(int size) {
    if (size > MAX_INV_SZ) {
      throw new IllegalArgumentException(
          size + " inventory vectors are above the limit of " + MAX_INV_SZ);
    }
    return new ByteWriter(ByteWriter.sizeOfCompactSize(size) + size * InventoryVector.SIZE)
        .compactSize(size);
  }

  /**
   * How many vectors there are.
   *
   * @return 0 to {@link ProtocolLimits#MAX_INV_SZ}
   */
  public int size() {
    return size;
  }

  /**
   * The type of a vector.
   *
   * @param index 0 to size - 1
   * @return the type, an unsigned number
   */
  public int type(int index) {
    int at = at(index);
    return (array[at] & 0xff)
        | (array[at + 1] & 0xff) << 8
        | (array[at + 2] & 0xff) << 16
        | (array[at + 3] & 0xff) << 24;
  }

  /**
   * The hash of a vector.
   *
   * @param index 0 to size - 1
   * @return a new hash
   */
  public Hash hash(int index) {
    return Hash.read(array, at(index) + 4);
  }

  /**
   * Whether a vector has a certain hash.
   *
   * @param index 0 to size - 1
   * @param hash compared with its hash
   * @return the same as {@code hash(index).equals(hash)}
   */
  public boolean names(int index, Hash hash) {
    return hash.isAt(array, at(index) + 4);
  }

  /**
   * A vector.
   *
   * @param index 0 to size - 1
   * @return a new one
   */
  public InventoryVector get(int index) {
    return new InventoryVector(type(index), hash(index));
  }

  /**
   * The message in canonical form.
   *
   * @return the one that was parsed, if it is
   */
  public Message toMessage() {
    return message;
  }

  private int at(int index) {
    return first + Objects.checkIndex(index, size) * InventoryVector.SIZE;
  }
}
