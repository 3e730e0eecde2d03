package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * The addresses in an {@code addr} or {@code addrv2} (BIP155): only how many there are.
 *
 * <p>Layout of addr: CompactSize n, n times (time u32, services u64, address 16 bytes, port u16).
 * Of addrv2: CompactSize n, n times (time u32, services CompactSize, network u8, CompactSize
 * length, address, port u16).
 */
public final class Addresses {

  /** More addresses than this are misbehaviour (Core's MAX_ADDR_TO_SEND). */
  public static final int MAX_SIZE = 1000;

  /** A longer address cannot be read (Core's MAX_ADDRV2_SIZE), in bytes. */
  private static final int MAX_ADDRESS_SIZE = 512;

  private static final int V1_SIZE = 4 + 8 + 16 + 2;
  private static final int V2_MIN_SIZE = 4 + 1 + 1 + 1 + 2;

  private Addresses() {}

  /**
   * Counts the addresses, each of which is walked over.
   *
   * @param message an addr or addrv2
   * @return 0 to {@link #MAX_SIZE}
   * @throws MalformedMessageException if it is cut off or has more
   */
  public static int count(Message message) {
    ByteReader in = new ByteReader(message);
    if (!message.command().equals(Commands.ADDRV2)) {
      return in.count("addresses", V1_SIZE, MAX_SIZE);
    }
    int size = in.count("addresses", V2_MIN_SIZE, MAX_SIZE);
    for (int i = 0; i < size; i++) {
      in.u32("time");
      in.compactSize("services");
      in.u8("network");
      int length = in.count("address bytes", 1);
      if (length > MAX_ADDRESS_SIZE) {
        throw in.malformed("address of " + length + " bytes");
      }
      in.skip(length, "address");
      in.u16BigEndian("port");
    }
    return size;
  }
}
