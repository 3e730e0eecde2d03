package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_SUBVERSION_LENGTH;

import java.util.Objects;
import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code version}: how a peer introduces itself.
 *
 * <p>Layout: protocol i32, services u64, time i64, receiver and sender as {@link NetworkAddress},
 * nonce u64, user agent as string, height i32, relay u8. Old software stops after the receiver or
 * any later field; as in Bitcoin Core what is missing is filled in.
 *
 * @param protocol the protocol version, such as 70016
 * @param services what the sender serves, a bit set
 * @param time the sender's clock, in seconds since 1970
 * @param receiver where the sender sees its peer
 * @param sender where the sender believes itself to be; nobody trusts it
 * @param nonce tells the sender when it talks to itself
 * @param userAgent such as {@code /Satoshi:28.0.0/} (BIP14), at most 256 characters, each one byte
 * @param height of the sender's best block
 * @param relay whether transactions should be announced without a bloom filter (BIP37)
 */
public record Version(
    int protocol,
    long services,
    long time,
    NetworkAddress receiver,
    NetworkAddress sender,
    long nonce,
    String userAgent,
    int height,
    boolean relay) {

  /** Serves the whole chain (NODE_NETWORK). */
  public static final long NODE_NETWORK = 1;

  /** Serves bloom filters (NODE_BLOOM, BIP111). */
  public static final long NODE_BLOOM = 1 << 2;

  /** Serves witnesses (NODE_WITNESS, BIP144). */
  public static final long NODE_WITNESS = 1 << 3;

  /** Serves compact filters (NODE_COMPACT_FILTERS, BIP157). */
  public static final long NODE_COMPACT_FILTERS = 1 << 6;

  /** Serves the last 288 blocks (NODE_NETWORK_LIMITED, BIP159). */
  public static final long NODE_NETWORK_LIMITED = 1 << 10;

  /** Speaks the encrypted transport (NODE_P2P_V2, BIP324). */
  public static final long NODE_P2P_V2 = 1 << 11;

  /**
   * Is going to offer numbered requests: one of the bits for experiments (24 to 31), only said by
   * who dials; see {@code org.bitcoinmultiplexer.bitcoin.sequence}.
   */
  public static final long NODE_SEQUENCE = 1 << 28;

  private static final int FIXED_SIZE = 4 + 8 + 8 + 2 * NetworkAddress.SIZE + 8 + 4 + 1;

  /**
   * Refuses a user agent that nobody could read.
   *
   * @param protocol the protocol version, such as 70016
   * @param services what the sender serves, a bit set
   * @param time the sender's clock, in seconds since 1970
   * @param receiver where the sender sees its peer
   * @param sender where the sender believes itself to be; nobody trusts it
   * @param nonce tells the sender when it talks to itself
   * @param userAgent such as {@code /Satoshi:28.0.0/} (BIP14), at most 256 characters, each one
   *     byte
   * @param height of the sender's best block
   * @param relay whether transactions should be announced without a bloom filter (BIP37)
   */
  public Version {
    Objects.requireNonNull(receiver, "receiver");
    Objects.requireNonNull(sender, "sender");
    if (userAgent.length() > MAX_SUBVERSION_LENGTH || userAgent.chars().anyMatch(c -> c > 0xff)) {
      throw new IllegalArgumentException(
          "not a user agent of at most 256 bytes: \"" + userAgent + "\"");
    }
  }

  /**
   * Reads an introduction.
   *
   * @param message a version
   * @return what it says
   * @throws MalformedMessageException if it is cut off within a field or before the sender, or the
   *     user agent is too long
   */
  public static Version parse(Message message) {
    ByteReader in = new ByteReader(message);
    int protocol = in.i32("protocol");
    long services = in.i64("services");
    long time = in.i64("time");
    NetworkAddress receiver = NetworkAddress.read(in, "receiver");
    NetworkAddress sender = NetworkAddress.UNSPECIFIED;
    long nonce = 1;
    if (in.remaining() > 0) {
      sender = NetworkAddress.read(in, "sender");
      nonce = in.i64("nonce");
    }
    String userAgent = in.remaining() > 0 ? in.varString("user agent", MAX_SUBVERSION_LENGTH) : "";
    int height = in.remaining() > 0 ? in.i32("height") : -1;
    boolean relay = in.remaining() == 0 || in.u8("relay") != 0;
    return new Version(protocol, services, time, receiver, sender, nonce, userAgent, height, relay);
  }

  /**
   * Whether the sender serves all of something.
   *
   * @param wanted a bit set of services
   * @return true if every bit is among the sender's
   */
  public boolean serves(long wanted) {
    return (services & wanted) == wanted;
  }

  /**
   * The introduction as a message, with every field.
   *
   * @return a new version
   */
  public Message toMessage() {
    ByteWriter out =
        new ByteWriter(FIXED_SIZE + ByteWriter.sizeOfVarBytes(userAgent.length()))
            .i32(protocol)
            .i64(services)
            .i64(time);
    receiver.write(out);
    sender.write(out);
    return out.i64(nonce)
        .varString(userAgent)
        .i32(height)
        .u8(relay ? 1 : 0)
        .toMessage(Commands.VERSION);
  }
}
