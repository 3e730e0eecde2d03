package org.bitcoinmultiplexer.examples.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * Just enough of the wire format to ask for blocks, written apart from the library's so that the
 * two check each other.
 */
final class Wire {

  static final int HEADER_SIZE = 24;
  static final int HASH_SIZE = 32;
  static final int WITNESS_BLOCK = 0x4000_0002;
  static final int FILTERED_BLOCK = 3;
  static final int PROTOCOL = 70_016;

  private static final int COMMAND_AT = 4;
  private static final int COMMAND_SIZE = 12;
  static final long PRUNED_AND_WITNESS = 1 << 10 | 1 << 3;
  private static final long NETWORK_AND_WITNESS = 1 | 1 << 3;

  private Wire() {}

  static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] sha256d(byte[] array, int offset, int size) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(array, offset, size);
      return digest.digest(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  static byte[] sha256d(byte[] bytes) {
    return sha256d(bytes, 0, bytes.length);
  }

  static byte[] frame(Network network, String command, byte[] body) {
    byte[] frame = new byte[HEADER_SIZE + body.length];
    ByteBuffer out = little(frame).putInt(network.magic());
    out.put(command.getBytes(StandardCharsets.US_ASCII));
    out.position(COMMAND_AT + COMMAND_SIZE);
    out.putInt(body.length).put(sha256d(body), 0, Integer.BYTES).put(body);
    return frame;
  }

  /** The command in the header of a frame. */
  static String command(byte[] header) {
    int end = COMMAND_AT;
    while (end < COMMAND_AT + COMMAND_SIZE && header[end] != 0) {
      end++;
    }
    return new String(header, COMMAND_AT, end - COMMAND_AT, StandardCharsets.US_ASCII);
  }

  /** The length of the body, as the header of a frame announces it. */
  static int bodySize(byte[] header) {
    return little(header).getInt(COMMAND_AT + COMMAND_SIZE);
  }

  static byte[] version(Network network, int height) {
    return version(network, NETWORK_AND_WITNESS, height);
  }

  static byte[] version(Network network, long services, int height) {
    byte[] agent = "/benchmark:1/".getBytes(StandardCharsets.US_ASCII);
    byte[] body = new byte[86 + agent.length];
    ByteBuffer out = little(body);
    out.putInt(PROTOCOL).putLong(services);
    out.putLong(System.currentTimeMillis() / 1000);
    out.position(out.position() + 2 * 26); // two addresses that nobody reads
    out.putLong(System.nanoTime()); // the nonce
    out.put((byte) agent.length).put(agent).putInt(height).put((byte) 0);
    return frame(network, "version", body);
  }

  static byte[] getData(Network network, byte[] hash) {
    return getData(network, WITNESS_BLOCK, hash);
  }

  static byte[] getData(Network network, int type, byte[] hash) {
    byte[] body = new byte[1 + Integer.BYTES + HASH_SIZE];
    little(body).put((byte) 1).putInt(type).put(hash);
    return frame(network, "getdata", body);
  }

  /** Asks for the headers between two blocks, the second included. */
  static byte[] getHeaders(Network network, byte[] known, byte[] stop) {
    byte[] body = new byte[Integer.BYTES + 1 + 2 * HASH_SIZE];
    little(body).putInt(PROTOCOL).put((byte) 1).put(known).put(stop);
    return frame(network, "getheaders", body);
  }

  static int sizeOfCompactSize(long value) {
    return value < 0xfd ? 1 : value <= 0xffff ? 3 : 5;
  }

  static void putCompactSize(ByteBuffer out, long value) {
    if (value < 0xfd) {
      out.put((byte) value);
    } else if (value <= 0xffff) {
      out.put((byte) 0xfd).putShort((short) value);
    } else {
      out.put((byte) 0xfe).putInt((int) value);
    }
  }

  /** Reads a length; for the lists of a handful of hashes that the bare node is asked for. */
  static int compactSize(ByteBuffer in) {
    int first = in.get() & 0xff;
    return switch (first) {
      case 0xfd -> in.getShort() & 0xffff;
      case 0xfe -> in.getInt();
      case 0xff -> Math.toIntExact(in.getLong());
      default -> first;
    };
  }
}
