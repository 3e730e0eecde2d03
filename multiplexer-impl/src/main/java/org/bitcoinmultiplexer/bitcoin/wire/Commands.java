package org.bitcoinmultiplexer.bitcoin.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands of the protocol, and how a command is written into the 12 bytes of a frame. */
public final class Commands {

  public static final String ADDR = "addr";
  public static final String ADDRV2 = "addrv2";
  public static final String ALERT = "alert";
  public static final String BLOCK = "block";
  public static final String BLOCKTXN = "blocktxn";
  public static final String CFCHECKPT = "cfcheckpt";
  public static final String CFHEADERS = "cfheaders";
  public static final String CFILTER = "cfilter";
  public static final String CMPCTBLOCK = "cmpctblock";
  public static final String FEATURE = "feature";
  public static final String FEEFILTER = "feefilter";
  public static final String FILTERADD = "filteradd";
  public static final String FILTERCLEAR = "filterclear";
  public static final String FILTERLOAD = "filterload";
  public static final String GETADDR = "getaddr";
  public static final String GETBLOCKS = "getblocks";
  public static final String GETBLOCKTXN = "getblocktxn";
  public static final String GETCFCHECKPT = "getcfcheckpt";
  public static final String GETCFHEADERS = "getcfheaders";
  public static final String GETCFILTERS = "getcfilters";
  public static final String GETDATA = "getdata";
  public static final String GETHEADERS = "getheaders";
  public static final String HEADERS = "headers";
  public static final String INV = "inv";
  public static final String MEMPOOL = "mempool";
  public static final String MERKLEBLOCK = "merkleblock";
  public static final String NOTFOUND = "notfound";
  public static final String PING = "ping";
  public static final String PONG = "pong";
  public static final String REJECT = "reject";
  public static final String SENDADDRV2 = "sendaddrv2";
  public static final String SENDCMPCT = "sendcmpct";
  public static final String SENDHEADERS = "sendheaders";
  public static final String SENDSEQ = "sendseq";
  public static final String SENDTXRCNCL = "sendtxrcncl";
  public static final String SEQ = "seq";
  public static final String TX = "tx";
  public static final String VERACK = "verack";
  public static final String VERSION = "version";
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
