package org.bitcoinmultiplexer.examples.regtest;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.bitcoinj.base.Sha256Hash;

/**
 * The framing of version 1 of the P2P protocol: magic, command, length, checksum, payload.
 *
 * <p>Reading treats faults as Bitcoin Core does: another magic or a length above 4,000,000 is a
 * violation, a bad checksum or command only loses the message.
 */
final class Frames {
  static final int HEADER_SIZE = 24;
  static final int MAX_PAYLOAD = 4_000_000;
  static final int COMMAND_SIZE = 12;

  /** The network magic of regtest as it is on the wire. */
  static final byte[] MAGIC = {(byte) 0xfa, (byte) 0xbf, (byte) 0xb5, (byte) 0xda};

  private Frames() {}

  static byte[] encode(String command, byte[] payload) {
    ByteBuffer frame =
        ByteBuffer.allocate(HEADER_SIZE + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.put(MAGIC).put(command.getBytes(StandardCharsets.US_ASCII));
    frame.position(MAGIC.length + COMMAND_SIZE);
    frame.putInt(payload.length).put(checksum(payload)).put(payload);
    return frame.array();
  }

  /**
   * Reads the next message, waiting for it.
   *
   * @param lost is told why a message was passed over
   * @throws EOFException at the end of the stream
   * @throws PeerViolationException if the stream cannot be followed any further
   */
  static WireMessage read(InputStream in, Consumer<String> lost) throws IOException {
    while (true) {
      ByteBuffer header =
          ByteBuffer.wrap(readFully(in, HEADER_SIZE)).order(ByteOrder.LITTLE_ENDIAN);
      byte[] magic = new byte[MAGIC.length];
      byte[] command = new byte[COMMAND_SIZE];
      byte[] checksum = new byte[4];
      header.get(magic).get(command);
      int length = header.getInt();
      header.get(checksum);
      if (!Arrays.equals(magic, MAGIC)) {
        throw new PeerViolationException("wrong network magic");
      }
      if (length < 0 || length > MAX_PAYLOAD) {
        throw new PeerViolationException(
            "payload length " + Integer.toUnsignedString(length) + " above " + MAX_PAYLOAD);
      }
      byte[] payload = readFully(in, length);
      if (!Arrays.equals(checksum, checksum(payload))) {
        lost.accept("bad checksum");
      } else if (!isCommand(command)) {
        lost.accept("bad command string");
      } else {
        return new WireMessage(
            new String(command, 0, lengthOf(command), StandardCharsets.US_ASCII), payload);
      }
    }
  }

  private static byte[] readFully(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private static byte[] checksum(byte[] payload) {
    return Arrays.copyOf(Sha256Hash.hashTwice(payload), 4);
  }

  private static boolean isCommand(byte[] command) {
    int length = lengthOf(command);
    for (int i = 0; i < COMMAND_SIZE; i++) {
      boolean printable = command[i] >= 0x20 && command[i] < 0x7f;
      if (i < length ? !printable : command[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static int lengthOf(byte[] command) {
    int length = 0;
    while (length < COMMAND_SIZE && command[length] != 0) {
      length++;
    }
    return length;
  }
}
