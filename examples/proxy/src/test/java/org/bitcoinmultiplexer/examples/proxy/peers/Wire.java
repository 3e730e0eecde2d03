package org.bitcoinmultiplexer.examples.proxy.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Transaction;

/** Reads and makes payloads, apart from the library's own code for it. */
public final class Wire {
  /** Hash of nothing: 32 zero bytes. */
  public static final String ZERO_HASH = "00".repeat(32);

  /** The regtest genesis block. */
  public static final String GENESIS =
      "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";

  private static final int HEADER_SIZE = 80;

  private Wire() {}

  /** Double SHA-256. */
  public static byte[] doubleSha256(byte[] data) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return sha256.digest(sha256.digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The bytes of a hash that is given as people write it. */
  public static byte[] hash(String reversedHex) {
    byte[] bytes = HexFormat.of().parseHex(reversedHex);
    if (bytes.length != 32) {
      throw new IllegalArgumentException("a hash has 32 bytes: " + reversedHex);
    }
    return reversed(bytes);
  }

  /** A hash as people write it. */
  public static String hash(byte[] bytes) {
    return HexFormat.of().formatHex(reversed(bytes));
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  /** A payload of {@code getheaders} or {@code getblocks}. */
  public static byte[] locator(List<String> hashes, String stop) {
    Payload payload = new Payload().u32(70016).size(hashes.size());
    hashes.forEach(payload::hash);
    return payload.hash(stop).toBytes();
  }

  /** A payload of {@code inv}, {@code getdata} or {@code notfound}. */
  public static byte[] items(List<Item> items) {
    Payload payload = new Payload().size(items.size());
    items.forEach(item -> payload.u32(item.type()).hash(item.hash()));
    return payload.toBytes();
  }

  /** What an {@code inv}, {@code getdata} or {@code notfound} contains. */
  public static List<Item> items(byte[] payload) {
    ByteBuffer in = read(payload);
    int count = size(in);
    List<Item> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(new Item(in.getInt(), hash(bytes(in, 32))));
    }
    end(in);
    return items;
  }

  /** The hashes of the headers in a {@code headers}. */
  public static List<String> headers(byte[] payload) {
    ByteBuffer in = read(payload);
    int count = size(in);
    List<String> hashes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      hashes.add(hash(doubleSha256(bytes(in, HEADER_SIZE))));
      if (in.get() != 0) {
        throw new AssertionError("a header with transactions");
      }
    }
    end(in);
    return hashes;
  }

  /** The hash of the block that a {@code block}, {@code merkleblock} or {@code cmpctblock} is. */
  public static String blockHash(byte[] payload) {
    return hash(doubleSha256(Arrays.copyOf(payload, HEADER_SIZE)));
  }

  /** The txid of a transaction, serialised with or without witnesses. */
  public static String txid(byte[] transaction) {
    return Transaction.read(ByteBuffer.wrap(transaction)).getTxId().toString();
  }

  /** The wtxid of a transaction. */
  public static String wtxid(byte[] transaction) {
    return hash(doubleSha256(transaction));
  }

  /** A block's transactions. */
  public static List<Transaction> transactions(byte[] block) {
    return Block.read(ByteBuffer.wrap(block)).getTransactions();
  }

  /** Whether a serialised block contains a witness anywhere. */
  public static boolean hasWitness(byte[] block) {
    return transactions(block).stream().anyMatch(Transaction::hasWitnesses);
  }

  /** Reads a CompactSize that must fit an int. */
  static int size(ByteBuffer in) {
    int first = in.get() & 0xff;
    return switch (first) {
      case 0xfd -> in.getShort() & 0xffff;
      case 0xfe -> Math.toIntExact(in.getInt() & 0xffffffffL);
      case 0xff -> Math.toIntExact(in.getLong());
      default -> first;
    };
  }

  static ByteBuffer read(byte[] payload) {
    return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] bytes(ByteBuffer in, int count) {
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }

  static String string(ByteBuffer in) {
    return new String(bytes(in, size(in)), StandardCharsets.US_ASCII);
  }

  private static void end(ByteBuffer in) {
    if (in.hasRemaining()) {
      throw new AssertionError(in.remaining() + " bytes too many");
    }
  }
}
