package org.bitcoinmultiplexer.bitcoin.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Where a peer is and what it serves, in the old form that a {@code version} carries.
 *
 * <p>Layout: services u64, IPv6 address 16 bytes (IPv4 as ::ffff:a.b.c.d), port u16 big endian.
 *
 * @param services a bit set
 * @param address an IPv4 or IPv6 address
 * @param port 0 to 65,535
 */
public record NetworkAddress(long services, InetAddress address, int port) {

  /** Nobody in particular; what most software sends. */
  public static final NetworkAddress UNSPECIFIED =
      new NetworkAddress(0, address(new byte[16], 0), 0);

  /** The size on the wire, in bytes. */
  static final int SIZE = 8 + 16 + 2;

  /**
   * Refuses what is not an address.
   *
   * @param services a bit set
   * @param address an IPv4 or IPv6 address
   * @param port 0 to 65,535
   */
  public NetworkAddress {
    Objects.requireNonNull(address, "address");
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("not a port: " + port);
    }
  }

  static NetworkAddress read(ByteReader in, String field) {
    long services = in.i64(field);
    InetAddress address = address(in.array(), in.skip(16, field));
    return new NetworkAddress(services, address, in.u16BigEndian(field));
  }

  void write(ByteWriter out) {
    out.i64(services);
    if (address instanceof Inet4Address) {
      out.i64(0).i32(0xffff0000);
    }
    out.bytes(address.getAddress()).u16BigEndian(port);
  }

  private static InetAddress address(byte[] array, int offset) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(array, offset, offset + 16));
    } catch (UnknownHostException e) {
      throw new AssertionError("only thrown for a wrong length", e);
    }
  }
}
