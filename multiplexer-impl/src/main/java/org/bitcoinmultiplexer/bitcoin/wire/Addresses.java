package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_ADDRV2_SIZE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_ADDR_TO_SEND;

import org.bitcoinmultiplexer.api.Message;

/**
 * The addresses in an {@code addr} or {@code addrv2} (BIP155): only how many there are.
 *
 * <p>Layout of addr: CompactSize n, n times (time u32, services u64, address 16 bytes, port u16).
 * Of addrv2: CompactSize n, n times (time u32, services CompactSize, network u8, CompactSize
 * length, address, port u16).
 */
public final class Addresses {

  private static final int V1_SIZE = 4 + 8 + 16 + 2;
  private static final int V2_MIN_SIZE = 4 + 1 + 1 + 1 + 2;

  private Addresses() {}

  /**
   * Counts the addresses, each of which is walked over.
   *
   * @param message an addr or addrv2
   * @return 0 to {@link ProtocolLimits#MAX_ADDR_TO_SEND}
   * @throws MalformedMessageException if it is cut off or has more
   */
  public static int count(Message message) {
    ByteReader in = new ByteReader(message);
    if (!message.command().equals(Commands.ADDRV2)) {
      return in.count("addresses", V1_SIZE, MAX_ADDR_TO_SEND);
    }
    int size = in.count("addresses", V2_MIN_SIZE, MAX_ADDR_TO_SEND);
    for (int i = 0; i < size; i++) {
      in.u32("time");
      in.compactSize("services");
      in.u8("network");
      int length = in.count("address bytes", 1);
      if (length > MAX_ADDRV2_SIZE) {
        throw in.malformed("address of " + length + " bytes");
      }
      in.skip(length, "address");
      in.u16BigEndian("port");
    }
    return size;
  }
}
