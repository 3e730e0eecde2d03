package org.bitcoinmultiplexer.bitcoin.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands of the protocol, and how a command is written into the 12 bytes of a frame. */
public final class Commands {

  /** Addresses of nodes. */
  public static final String ADDR = "addr";

  /** Addresses of nodes, of any network (BIP155). */
  public static final String ADDRV2 = "addrv2";

  /** An alert, which nobody heeds any more. */
  public static final String ALERT = "alert";

  /** A whole block. */
  public static final String BLOCK = "block";

  /** The transactions of a block that were asked for by {@link #GETBLOCKTXN} (BIP152). */
  public static final String BLOCKTXN = "blocktxn";

  /** Every thousandth filter header (BIP157). */
  public static final String CFCHECKPT = "cfcheckpt";

  /** Filter headers (BIP157). */
  public static final String CFHEADERS = "cfheaders";

  /** The compact filter of a block (BIP157). */
  public static final String CFILTER = "cfilter";

  /** A compact block (BIP152). */
  public static final String CMPCTBLOCK = "cmpctblock";

  /** A feature that is negotiated in the handshake. */
  public static final String FEATURE = "feature";

  /** The fee rate below which transactions need not be announced (BIP133). */
  public static final String FEEFILTER = "feefilter";

  /** Adds to the bloom filter (BIP37). */
  public static final String FILTERADD = "filteradd";

  /** Takes the bloom filter away (BIP37). */
  public static final String FILTERCLEAR = "filterclear";

  /** Sets a bloom filter (BIP37). */
  public static final String FILTERLOAD = "filterload";

  /** Asks for addresses of nodes. */
  public static final String GETADDR = "getaddr";

  /** Asks for the hashes of the blocks behind a locator. */
  public static final String GETBLOCKS = "getblocks";

  /** Asks for transactions of a block (BIP152). */
  public static final String GETBLOCKTXN = "getblocktxn";

  /** Asks for every thousandth filter header (BIP157). */
  public static final String GETCFCHECKPT = "getcfcheckpt";

  /** Asks for filter headers (BIP157). */
  public static final String GETCFHEADERS = "getcfheaders";

  /** Asks for compact filters (BIP157). */
  public static final String GETCFILTERS = "getcfilters";

  /** Asks for blocks and transactions by inventory vectors. */
  public static final String GETDATA = "getdata";

  /** Asks for the headers behind a locator. */
  public static final String GETHEADERS = "getheaders";

  /** Headers of blocks. */
  public static final String HEADERS = "headers";

  /** Announces blocks and transactions. */
  public static final String INV = "inv";

  /** Asks for announcements of all unconfirmed transactions (BIP35). */
  public static final String MEMPOOL = "mempool";

  /** A block as a bloom filter sees it (BIP37). */
  public static final String MERKLEBLOCK = "merkleblock";

  /** Names what was asked for by {@link #GETDATA} and is not there. */
  public static final String NOTFOUND = "notfound";

  /** Asks for a {@link #PONG}. */
  public static final String PING = "ping";

  /** The echo of a {@link #PING} (BIP31). */
  public static final String PONG = "pong";

  /** Says why something was refused (BIP61), which nodes do no more. */
  public static final String REJECT = "reject";

  /** Asks for {@link #ADDRV2} (BIP155). */
  public static final String SENDADDRV2 = "sendaddrv2";

  /** Asks for compact blocks (BIP152). */
  public static final String SENDCMPCT = "sendcmpct";

  /** Asks for announcements of blocks by headers (BIP130). */
  public static final String SENDHEADERS = "sendheaders";

  /** Offers numbered requests: {@link SendSequence}. */
  public static final String SENDSEQ = "sendseq";

  /** Offers reconciliation of transactions (BIP330). */
  public static final String SENDTXRCNCL = "sendtxrcncl";

  /** Numbers what follows it. */
  public static final String SEQ = "seq";

  /** A transaction. */
  public static final String TX = "tx";

  /** Ends the handshake of one side. */
  public static final String VERACK = "verack";

  /** Begins the handshake: {@link Version}. */
  public static final String VERSION = "version";

  /** Asks for announcements of transactions by wtxid (BIP339). */
  public static final String WTXIDRELAY = "wtxidrelay";

  /** Every command named above. */
  public static final List<String> KNOWN =
      List.of(
          ADDR,
          ADDRV2,
          ALERT,
          BLOCK,
          BLOCKTXN,
          CFCHECKPT,
          CFHEADERS,
          CFILTER,
          CMPCTBLOCK,
          FEATURE,
          FEEFILTER,
          FILTERADD,
          FILTERCLEAR,
          FILTERLOAD,
          GETADDR,
          GETBLOCKS,
          GETBLOCKTXN,
          GETCFCHECKPT,
          GETCFHEADERS,
          GETCFILTERS,
          GETDATA,
          GETHEADERS,
          HEADERS,
          INV,
          MEMPOOL,
          MERKLEBLOCK,
          NOTFOUND,
          PING,
          PONG,
          REJECT,
          SENDADDRV2,
          SENDCMPCT,
          SENDHEADERS,
          SENDSEQ,
          SENDTXRCNCL,
          SEQ,
          TX,
          VERACK,
          VERSION,
          WTXIDRELAY);

  /** The bytes a frame has for a command. */
  static final int SIZE = 12;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  // Known commands by a hash of their 12 bytes, so that decoding one makes no new string.
  private static final int SLOTS = 256;
  private static final @Nullable String[] NAMES = new @Nullable String[SLOTS];
  private static final byte[] BYTES = new byte[SLOTS * SIZE];

  static {
    for (String command : KNOWN) {
      byte[] bytes = new byte[SIZE];
      write(command, bytes, 0);
      int slot = slot(bytes, 0);
      while (NAMES[slot] != null) {
        slot = (slot + 1) % SLOTS;
      }
      NAMES[slot] = command;
      System.arraycopy(bytes, 0, BYTES, slot * SIZE, SIZE);
    }
  }

  private Commands() {}

  /**
   * Writes a command, padded with zeros.
   *
   * @throws IllegalArgumentException if it does not fit or is not printable ASCII
   */
  static void write(String command, byte[] array, int offset) {
    if (command.isEmpty() || command.length() > SIZE) {
      throw new IllegalArgumentException("a command has 1 to 12 characters: \"" + command + "\"");
    }
    for (int i = 0; i < SIZE; i++) {
      char c = i < command.length() ? command.charAt(i) : 0;
      if (i < command.length() && !isPrintable(c)) {
        throw new IllegalArgumentException("a command is printable ASCII: \"" + command + "\"");
      }
      array[offset + i] = (byte) c;
    }
  }

  /**
   * Reads a command as strictly as Bitcoin Core: printable ASCII, then nothing but zeros.
   *
   * @return null if it is empty or not like that
   */
  static @Nullable String read(byte[] array, int offset) {
    for (int slot = slot(array, offset); NAMES[slot] != null; slot = (slot + 1) % SLOTS) {
      if (isSame(BYTES, slot * SIZE, array, offset)) {
        return NAMES[slot];
      }
    }
    int length = 0;
    while (length < SIZE && array[offset + length] != 0) {
      if (!isPrintable(array[offset + length])) {
        return null;
      }
      length++;
    }
    for (int i = length; i < SIZE; i++) {
      if (array[offset + i] != 0) {
        return null;
      }
    }
    return length == 0 ? null : new String(array, offset, length, StandardCharsets.US_ASCII);
  }

  private static boolean isPrintable(int c) {
    return c >= ' ' && c <= '~';
  }

  private static boolean isSame(byte[] a, int at, byte[] b, int bt) {
    return (long) LONG.get(a, at) == (long) LONG.get(b, bt)
        && (int) INT.get(a, at + 8) == (int) INT.get(b, bt + 8);
  }

  private static int slot(byte[] array, int offset) {
    long mixed =
        ((long) LONG.get(array, offset) ^ (int) INT.get(array, offset + 8)) * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 56);
  }
}
