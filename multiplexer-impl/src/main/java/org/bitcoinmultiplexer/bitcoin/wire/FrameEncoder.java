package org.bitcoinmultiplexer.bitcoin.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;

/**
 * Frames messages for one network: 24 bytes of header in front of the body.
 *
 * <p>The header holds a checksum over the body. It is computed once per message and kept with it,
 * so a message sent to a thousand peers is hashed once, and one that was decoded from a frame of
 * the same network not even once. Transports write {@link #header} and the body as they are
 * (gathering) or into a buffer of their own ({@link #write}).
 *
 * <p>Layout: magic u32, command 12 bytes padded with zeros, body length u32, checksum u32, all
 * little endian (protocol version 1 transport). Safe for use by any number of threads.
 */
public final class FrameEncoder {

  /** The length of a header in bytes. */
  public static final int HEADER_SIZE = 24;

  static final int COMMAND_AT = 4;
  static final int LENGTH_AT = 16;
  static final int CHECKSUM_AT = 20;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final Map<Network, FrameEncoder> BY_NETWORK = new ConcurrentHashMap<>();

  private final Network network;
  private final Function<Message, byte[]> toHeader = this::computeHeader; // one identity: derived

  private FrameEncoder(Network network) {
    this.network = network;
  }

  /**
   * The encoder of a network.
   *
   * @param network whose magic frames carry
   * @return always the same instance for the same network
   */
  public static FrameEncoder of(Network network) {
    return BY_NETWORK.computeIfAbsent(network, FrameEncoder::new);
  }

  /**
   * Computes the header of a message, unless it is known.
   *
   * @param message any message whose command has 1 to 12 printable ASCII characters
   * @throws IllegalArgumentException if the command cannot be framed
   */
  public void prepare(Message message) {
    var unused = message.derive(toHeader); // kept with the message
  }

  /**
   * The header of a message.
   *
   * @param message any message whose command has 1 to 12 printable ASCII characters
   * @return a new read-only buffer of 24 bytes
   * @throws IllegalArgumentException if the command cannot be framed
   */
  public ByteBuffer header(Message message) {
    return ByteBuffer.wrap(message.derive(toHeader)).asReadOnlyBuffer();
  }

  /**
   * Writes the header of a message, then its body.
   *
   * @param message any message whose command can be framed
   * @param out has {@link #frameSize} bytes remaining
   * @throws java.nio.BufferOverflowException if it has not
   */
  public void write(Message message, ByteBuffer out) {
    out.put(message.derive(toHeader)).put(message.array(), message.offset(), message.size());
  }

  /**
   * A message as one piece: header and body, copied.
   *
   * @param message any message whose command can be framed
   * @return a new buffer, ready to be read
   */
  public ByteBuffer frame(Message message) {
    ByteBuffer frame = ByteBuffer.allocate(frameSize(message));
    write(message, frame);
    return frame.flip();
  }

  /**
   * How many bytes a message takes on the wire.
   *
   * @param message any message
   * @return the size of its body and of the header
   */
  public static int frameSize(Message message) {
    return HEADER_SIZE + message.size();
  }

  /**
   * Keeps the header of an equal message, so that it need not be computed.
   *
   * @param message any message
   * @param header of an equal one, as {@link #header} gives it; copied
   */
  public void remember(Message message, ByteBuffer header) {
    byte[] bytes = new byte[HEADER_SIZE];
    header.get(header.position(), bytes);
    remember(message, bytes);
  }

  /** Keeps a header that came over the wire, its checksum verified, for when it is relayed. */
  void remember(Message message, byte[] header) {
    message.remember(toHeader, header);
  }

  private byte[] computeHeader(Message message) {
    byte[] header = new byte[HEADER_SIZE];
    INT.set(header, 0, network.magic());
    Commands.write(message.command(), header, COMMAND_AT);
    INT.set(header, LENGTH_AT, message.size());
    INT.set(
        header, CHECKSUM_AT, Sha256d.checksum(message.array(), message.offset(), message.size()));
    return header;
  }
}
