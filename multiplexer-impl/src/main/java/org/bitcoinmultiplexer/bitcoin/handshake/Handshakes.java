package org.bitcoinmultiplexer.bitcoin.handshake;

import java.util.StringJoiner;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.bitcoinmultiplexer.bitcoin.wire.Version;

/** What both handshakes say, and how they describe a peer. */
public final class Handshakes {

  /** What we call ourselves (BIP14). */
  public static final String USER_AGENT = "/bitcoin-multiplexer:0.1.0/";

  /** Acknowledges a version. */
  public static final Message VERACK = Message.of(Commands.VERACK, new byte[0]);

  /** Asks for announcements by witness id (BIP339). */
  public static final Message WTXIDRELAY = Message.of(Commands.WTXIDRELAY, new byte[0]);

  /** Asks for addresses in their second form (BIP155). */
  public static final Message SENDADDRV2 = Message.of(Commands.SENDADDRV2, new byte[0]);

  /** Offers compact blocks with wtxids, and does not ask for announcements by them (BIP152). */
  public static final Message SENDCMPCT = new SendCompact(false, 2).toMessage();

  private static final long[] BITS = {
    Version.NODE_NETWORK,
    Version.NODE_BLOOM,
    Version.NODE_WITNESS,
    Version.NODE_COMPACT_FILTERS,
    Version.NODE_NETWORK_LIMITED,
    Version.NODE_P2P_V2,
    Version.NODE_SEQUENCE
  };
  private static final String[] NAMES = {
    "NETWORK", "BLOOM", "WITNESS", "COMPACT_FILTERS", "NETWORK_LIMITED", "P2P_V2", "SEQUENCE"
  };

  private Handshakes() {}

  /**
   * A user agent as far as it may be shown: it must not steer a terminal or forge a line of a log.
   *
   * @param userAgent anything a peer liked to say
   * @return printable ASCII, a question mark in the place of anything else
   */
  public static String printable(String userAgent) {
    return userAgent.replaceAll("[^ -~]", "?");
  }

  /**
   * Names service bits, for logs.
   *
   * @param services any bits
   * @return such as {@code NETWORK|WITNESS}, unknown bits as one hexadecimal number; {@code none}
   */
  public static String services(long services) {
    StringJoiner names = new StringJoiner("|");
    names.setEmptyValue("none");
    long rest = services;
    for (int i = 0; i < BITS.length; i++) {
      if ((services & BITS[i]) != 0) {
        names.add(NAMES[i]);
        rest &= ~BITS[i];
      }
    }
    if (rest != 0) {
      names.add("0x" + Long.toHexString(rest));
    }
    return names.toString();
  }

  /**
   * Describes a peer, for logs.
   *
   * @param said how it introduced itself
   * @return one line of printable ASCII
   */
  public static String describe(Version said) {
    return printable(said.userAgent())
        + " version "
        + said.protocol()
        + ", services "
        + services(said.services())
        + ", height "
        + said.height();
  }
}
