package org.bitcoinmultiplexer.examples.proxy.interop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;

/**
 * Something that a node punishes, ignores or cannot read. What Bitcoin Core does about each is its
 * own business; here it matters that nobody but the client who did it feels anything.
 *
 * @param name what the client does
 * @param shakesHands whether it completes the handshake first
 * @param act does it
 */
record Violation(String name, boolean shakesHands, BiConsumer<RawClient, KnownChain> act) {
  private static final int HEADER = 80;
  private static final String UNKNOWN = RandomRequest.unknown(new Random(7));

  /** All of them. */
  static List<Violation> all() {
    List<Violation> all = new ArrayList<>();
    frames(all);
    handshakes(all);
    inventory(all);
    chain(all);
    blocks(all);
    transactions(all);
    filters(all);
    oddities(all);
    return all;
  }

  private static void frames(List<Violation> all) {
    byte[] ping = RawClient.frame("ping", new byte[8]);
    add(all, "wrong magic", raw(RawClient.frame(0x0b110907, "ping", new byte[8])));
    add(all, "5 MB announced", raw(announced("tx", 5_000_000)));
    add(all, "4 GB announced", raw(announced("block", -1)));
    add(all, "3 MB announced and not sent", raw(announced("block", 3_000_000)));
    add(all, "a frame that is cut off", raw(Arrays.copyOf(ping, ping.length - 3)));
    byte[] checksum = ping.clone();
    checksum[20] ^= 1;
    add(all, "wrong checksum", raw(checksum));
    byte[] command = ping.clone();
    command[8] = (byte) 0xff;
    add(all, "command that cannot be printed", raw(command));
    byte[] padded = ping.clone();
    padded[14] = 'x';
    add(all, "command with something behind its end", raw(padded));
    byte[] noise = new byte[5_000];
    new Random(1).nextBytes(noise);
    add(all, "noise", raw(noise));
    add(all, "unknown command", send("nonsense", new byte[100]));
  }

  private static void handshakes(List<Violation> all) {
    first(all, "verack first", send("verack"));
    first(all, "ping first", send("ping", new byte[8]));
    first(all, "getdata first", (c, k) -> c.getData(new Item(Item.BLOCK, k.at(1))));
    first(all, "version 31799", send("version", version(31_799, "/old:1/")));
    first(all, "version 0", send("version", version(0, "/old:0/")));
    first(all, "long user agent", send("version", version(70_016, "x".repeat(257))));
    first(all, "version cut off", send("version", Arrays.copyOf(version(70_016, "/x/"), 60)));
    add(all, "second version", send("version", version(70_016, "/twice/")));
    add(all, "second verack", send("verack"));
    add(all, "wtxidrelay after verack", send("wtxidrelay"));
    add(all, "sendaddrv2 after verack", send("sendaddrv2"));
    add(all, "sendtxrcncl after verack", send("sendtxrcncl", new byte[12]));
    add(all, "feature after verack", send("feature", new byte[3]));
  }

  private static void inventory(List<Violation> all) {
    List<Item> tooMany = Collections.nCopies(50_001, new Item(Item.BLOCK, UNKNOWN));
    add(all, "inv of 50001", send("inv", Wire.items(tooMany)));
    add(all, "getdata of 50001", send("getdata", Wire.items(tooMany)));
    add(all, "notfound of 50001", send("notfound", Wire.items(tooMany)));
    add(all, "inv of unknown types", items("inv", 0, 6, 7, 99, 0x40000005));
    add(all, "getdata of unknown types", items("getdata", 0, 6, 7, 99, 0x40000003, 0x40000004));
    add(all, "inv that promises more than it has", send("inv", new Payload().size(3).toBytes()));
    add(
        all,
        "inv with a count of 4 billion",
        send("inv", new Payload().size(0xffffffffL).u64(0).toBytes()));
    add(
        all,
        "getdata with a count in too many bytes",
        send("getdata", new Payload().u8(0xfd).u8(1).u8(0).u32(2).hash(UNKNOWN).toBytes()));
    add(
        all,
        "getdata with bytes behind it",
        send("getdata", new Payload().size(1).u32(2).hash(UNKNOWN).u64(9).toBytes()));
    add(
        all,
        "announces what it does not have",
        (c, k) -> {
          c.send("inv", Wire.items(List.of(new Item(Item.BLOCK, UNKNOWN))));
          c.send("inv", Wire.items(List.of(new Item(Item.TX, UNKNOWN))));
          c.close();
        });
  }

  private static void chain(List<Violation> all) {
    List<String> long102 = Collections.nCopies(102, UNKNOWN);
    add(all, "getheaders by 102 hashes", send("getheaders", Wire.locator(long102, UNKNOWN)));
    add(all, "getblocks by 102 hashes", send("getblocks", Wire.locator(long102, UNKNOWN)));
    add(all, "getheaders cut off", send("getheaders", new byte[10]));
    add(all, "empty locator, unknown stop", send("getheaders", Wire.locator(List.of(), UNKNOWN)));
    add(all, "2001 headers", (c, k) -> c.send("headers", headers(k, 2_001, 0)));
    add(all, "headers without work", (c, k) -> c.send("headers", headers(k, 1, 1)));
    add(all, "headers not connected to each other", (c, k) -> c.send("headers", headers(k, 2, 0)));
    add(all, "headers of unknown parent", send("headers", orphanHeader()));
    add(
        all,
        "headers with transactions",
        (c, k) -> {
          byte[] headers = headers(k, 1, 0);
          headers[headers.length - 1] = 1;
          c.send("headers", headers);
        });
  }

  private static void blocks(List<Violation> all) {
    add(all, "block of unknown parent", (c, k) -> c.send("block", orphan(k.block(1))));
    add(
        all,
        "block with a wrong merkle root",
        (c, k) -> {
          byte[] block = k.block(k.height());
          block[block.length - 1] ^= 1;
          c.send("block", block);
        });
    add(all, "block cut off", (c, k) -> c.send("block", Arrays.copyOf(k.block(3), 100)));
    add(all, "block that is known", (c, k) -> c.send("block", k.block(3)));
    add(all, "header of a compact block", (c, k) -> c.send("cmpctblock", k.block(3)));
    add(all, "compact block of unknown parent", send("cmpctblock", orphanCompact()));
    add(all, "blocktxn that nobody wants", (c, k) -> c.send("blocktxn", blockTxn(k.tip())));
    add(
        all,
        "getblocktxn beyond the last",
        (c, k) -> c.send("getblocktxn", blockTxn(k.tip(), 999)));
    add(all, "getblocktxn of nothing", (c, k) -> c.send("getblocktxn", blockTxn(k.tip())));
    add(all, "getblocktxn of an unknown block", send("getblocktxn", blockTxn(UNKNOWN, 0)));
    add(
        all,
        "getblocktxn whose index overflows",
        (c, k) -> c.send("getblocktxn", blockTxn(k.tip(), 65_535, 65_535)));
    add(all, "sendcmpct with 2 for yes", send("sendcmpct", new Payload().u8(2).u64(2).toBytes()));
    add(all, "sendcmpct version 9", send("sendcmpct", new Payload().u8(1).u64(9).toBytes()));
    add(all, "merkleblock that nobody wants", (c, k) -> c.send("merkleblock", k.block(2)));
  }

  private static void transactions(List<Violation> all) {
    add(all, "tx of no inputs", send("tx", new byte[10]));
    add(all, "tx cut off", (c, k) -> c.send("tx", Arrays.copyOf(k.faucet().any(), 30)));
    add(all, "tx that spends nothing known", send("tx", orphanTransaction()));
    add(
        all,
        "tx that overspends",
        (c, k) -> {
          byte[] transaction = k.faucet().any();
          transaction[4 + 2 + 1 + 36 + 1 + 4 + 1 + 7] = 0x10; // the amount's highest byte
          c.send("tx", transaction);
        });
    add(all, "feefilter out of range", send("feefilter", new Payload().u64(-1).toBytes()));
    add(all, "feefilter cut off", send("feefilter", new byte[3]));
  }

  private static void filters(List<Violation> all) {
    add(all, "filterload of 36001 bytes", send("filterload", filter(36_001, 5)));
    add(all, "filterload of 51 functions", send("filterload", filter(100, 51)));
    add(
        all,
        "filteradd of 521 bytes",
        send("filteradd", new Payload().sized(new byte[521]).toBytes()));
    add(
        all,
        "filteradd without filter",
        send("filteradd", new Payload().sized(new byte[9]).toBytes()));
    add(all, "filterclear without filter", send("filterclear"));
    add(all, "mempool", send("mempool"));
    add(
        all,
        "filtered block without filter",
        (c, k) -> c.getData(new Item(Item.FILTERED_BLOCK, k.at(2))));
    for (String command : List.of("getcfilters", "getcfheaders")) {
      add(all, command + " to an unknown block", send(command, range(0, 0, UNKNOWN)));
      add(
          all,
          command + " that begins behind its end",
          (c, k) -> c.send(command, range(0, 9, k.at(5))));
      add(all, command + " of an unknown type", (c, k) -> c.send(command, range(7, 0, k.at(5))));
      add(all, command + " cut off", send(command, new byte[5]));
    }
    add(
        all,
        "getcfcheckpt to an unknown block",
        send("getcfcheckpt", new Payload().u8(0).hash(UNKNOWN).toBytes()));
  }

  private static void oddities(List<Violation> all) {
    add(all, "empty ping", send("ping"));
    add(all, "ping of 4 bytes", send("ping", new byte[4]));
    add(all, "ping of 100 bytes", send("ping", new byte[100]));
    add(all, "pong that nobody wants", send("pong", new byte[8]));
    add(
        all,
        "1001 addresses",
        send("addr", new Payload().size(1_001).raw(new byte[30_030]).toBytes()));
    add(
        all,
        "addrv2 of nonsense",
        send("addrv2", new Payload().size(2).raw(new byte[7]).toBytes()));
    add(
        all,
        "getaddr twice",
        (c, k) -> {
          c.send("getaddr");
          c.send("getaddr");
        });
    add(all, "reject", send("reject", new Payload().string("tx").u8(16).string("no").toBytes()));
    add(all, "alert", send("alert", new byte[50]));
    add(all, "getutxos", send("getutxos", new Payload().u8(0).size(0).toBytes()));
    add(
        all,
        "sendheaders twice",
        (c, k) -> {
          c.send("sendheaders");
          c.send("sendheaders");
        });
    add(
        all,
        "asks for everything and leaves",
        (c, k) -> {
          for (String hash : k.hashes()) {
            c.getData(new Item(Item.WITNESS_BLOCK, hash));
          }
          c.close();
        });
    add(
        all,
        "asks for everything and does not read on",
        (c, k) -> {
          Item[] blocks =
              k.hashes().stream().map(hash -> new Item(Item.BLOCK, hash)).toArray(Item[]::new);
          for (int i = 0; i < 20; i++) {
            c.getData(blocks);
          }
        });
  }

  // ---- what they are made of

  private static void add(List<Violation> all, String name, BiConsumer<RawClient, KnownChain> act) {
    all.add(new Violation(name, true, act));
  }

  private static void first(
      List<Violation> all, String name, BiConsumer<RawClient, KnownChain> act) {
    all.add(new Violation(name, false, act));
  }

  private static BiConsumer<RawClient, KnownChain> raw(byte[] bytes) {
    return (client, chain) -> client.sendBytes(bytes);
  }

  private static BiConsumer<RawClient, KnownChain> send(String command, byte... payload) {
    return (client, chain) -> client.send(command, payload);
  }

  private static BiConsumer<RawClient, KnownChain> items(String command, int... types) {
    return (client, chain) ->
        client.send(
            command,
            Wire.items(
                Arrays.stream(types).mapToObj(type -> new Item(type, chain.at(1))).toList()));
  }

  private static byte[] announced(String command, int length) {
    byte[] frame = RawClient.frame(command, new byte[0]);
    ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(16, length);
    return frame;
  }

  private static byte[] version(int version, String agent) {
    return new Payload()
        .u32(version)
        .u64(0)
        .u64(0)
        .raw(new byte[52])
        .u64(5)
        .string(agent)
        .u32(0)
        .u8(1)
        .toBytes();
  }

  /** Copies of one header, which are never connected; the first may be of too little work. */
  private static byte[] headers(KnownChain chain, int count, int spoiled) {
    Payload payload = new Payload().size(count);
    byte[] header = Arrays.copyOf(chain.block(chain.height()), HEADER);
    if (spoiled > 0) {
      Arrays.fill(header, 72, 76, (byte) 1); // the target
    }
    for (int i = 0; i < count; i++) {
      payload.raw(header).u8(0);
    }
    return payload.toBytes();
  }

  private static byte[] orphanHeader() {
    return new Payload().size(1).raw(mined(new byte[HEADER])).u8(0).toBytes();
  }

  private static byte[] orphan(byte[] block) {
    byte[] header = mined(Arrays.copyOf(block, HEADER));
    System.arraycopy(header, 0, block, 0, HEADER);
    return block;
  }

  /** Gives a header a parent nobody knows and enough work for regtest. */
  private static byte[] mined(byte[] header) {
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    fields.putInt(0, 0x20000000).put(4, Wire.hash(UNKNOWN)).putInt(72, 0x207fffff);
    for (int nonce = 0; ; nonce++) {
      fields.putInt(76, nonce);
      if (Wire.doubleSha256(header)[31] >= 0) {
        return header;
      }
    }
  }

  private static byte[] orphanCompact() {
    return new Payload()
        .raw(mined(new byte[HEADER]))
        .u64(1)
        .size(1)
        .raw(new byte[6])
        .size(0)
        .toBytes();
  }

  private static byte[] blockTxn(String hash, int... indexes) {
    Payload payload = new Payload().hash(hash).size(indexes.length);
    for (int index : indexes) {
      payload.size(index);
    }
    return payload.toBytes();
  }

  private static byte[] orphanTransaction() {
    return new Payload()
        .u32(2)
        .size(1)
        .hash(UNKNOWN)
        .u32(0)
        .sized(new byte[] {1, 0x51})
        .u32(-1)
        .size(1)
        .u64(1_000)
        .sized(new byte[] {0x51})
        .u32(0)
        .toBytes();
  }

  private static byte[] filter(int bytes, int functions) {
    return new Payload().sized(new byte[bytes]).u32(functions).u32(0).u8(1).toBytes();
  }

  private static byte[] range(int type, int start, String stop) {
    return new Payload().u8(type).u32(start).hash(stop).toBytes();
  }

  @Override
  public String toString() {
    return name;
  }
}
