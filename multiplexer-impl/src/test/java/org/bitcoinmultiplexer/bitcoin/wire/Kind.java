package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_MONEY;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.api.Message;

/** A kind of message that has a view: how to make one at random, and what re-serialises it. */
record Kind(String command, Function<Random, Message> random, Function<Message, Message> reread) {

  static List<Kind> all() {
    List<Kind> all = new ArrayList<>();
    for (String command : List.of("inv", "getdata", "notfound")) {
      all.add(new Kind(command, r -> inventory(command, r), Kind::rereadInventory));
    }
    for (String command : List.of("getheaders", "getblocks")) {
      all.add(new Kind(command, r -> locator(command, r), Kind::rereadLocator));
    }
    all.add(new Kind("headers", Kind::headers, Kind::rereadHeaders));
    all.add(
        new Kind(
            "getblocktxn", Kind::getblocktxn, m -> BlockTransactionsRequest.parse(m).toMessage()));
    for (String command : List.of("getcfilters", "getcfheaders")) {
      all.add(
          new Kind(
              command,
              r ->
                  new FilterRange(r.nextInt(256), Integer.toUnsignedLong(r.nextInt()), hash(r))
                      .toMessage(command),
              m -> FilterRange.parse(m).toMessage(command)));
    }
    all.add(
        new Kind(
            "getcfcheckpt",
            r -> new FilterCheckpointsRequest(r.nextInt(256), hash(r)).toMessage(),
            m -> FilterCheckpointsRequest.parse(m).toMessage()));
    all.add(new Kind("cfilter", Kind::cfilter, Kind::rereadCfilter));
    all.add(new Kind("cfheaders", Kind::cfheaders, Kind::rereadCfheaders));
    all.add(new Kind("cfcheckpt", Kind::cfcheckpt, Kind::rereadCfcheckpt));
    all.add(new Kind("ping", r -> Ping.ping(r.nextLong()), m -> Ping.ping(Ping.nonce(m))));
    all.add(new Kind("pong", r -> Ping.pong(r.nextLong()), m -> Ping.pong(Ping.nonce(m))));
    all.add(
        new Kind(
            "feefilter",
            r -> new FeeFilter(r.nextLong(MAX_MONEY + 1)).toMessage(),
            m -> FeeFilter.parse(m).toMessage()));
    all.add(
        new Kind(
            "sendcmpct",
            r -> new SendCompact(r.nextBoolean(), r.nextLong()).toMessage(),
            m -> SendCompact.parse(m).toMessage()));
    all.add(
        new Kind(
            "sendseq",
            r -> new SendSequence(r.nextLong(1L << 32), r.nextLong(1L << 32)).toMessage(),
            m -> SendSequence.parse(m).toMessage()));
    all.add(
        new Kind(
            "seq",
            r -> new Sequence(r.nextLong(), Sequence.Kind.values()[r.nextInt(5)]).toMessage(),
            m -> Sequence.parse(m).toMessage()));
    all.add(new Kind("filterload", Kind::filterload, Kind::rereadFilterload));
    all.add(
        new Kind(
            "filteradd",
            r -> FilterAdd.toMessage(bytes(r.nextInt(521), r)),
            m -> FilterAdd.toMessage(FilterAdd.parse(m))));
    all.add(new Kind("version", Kind::version, m -> Version.parse(m).toMessage()));
    return all;
  }

  static Stream<Kind> stream() {
    return all().stream();
  }

  @Override
  public String toString() {
    return command;
  }

  static Hash hash(Random random) {
    return Hash.read(bytes(32, random), 0);
  }

  static byte[] bytes(int size, Random random) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Message inventory(String command, Random random) {
    List<InventoryVector> vectors = new ArrayList<>();
    for (int i = random.nextInt(300); i > 0; i--) {
      vectors.add(new InventoryVector(random.nextInt(), hash(random)));
    }
    return Inventory.of(command, vectors);
  }

  private static Message rereadInventory(Message message) {
    Inventory view = Inventory.parse(message);
    List<InventoryVector> vectors = new ArrayList<>();
    for (int i = 0; i < view.size(); i++) {
      vectors.add(new InventoryVector(view.type(i), view.hash(i)));
    }
    return same(view.toMessage(), Inventory.of(message.command(), vectors));
  }

  private static Message locator(String command, Random random) {
    List<Hash> hashes = hashes(random.nextInt(102), random);
    return BlockLocator.of(command, 70016, hashes, hash(random));
  }

  private static Message rereadLocator(Message message) {
    BlockLocator view = BlockLocator.parse(message);
    List<Hash> hashes = new ArrayList<>();
    for (int i = 0; i < view.size(); i++) {
      hashes.add(view.hash(i));
    }
    int version = new ByteReader(message).i32("version");
    return same(view.toMessage(), BlockLocator.of(message.command(), version, hashes, view.stop()));
  }

  private static Message headers(Random random) {
    int size = random.nextInt(300);
    Headers.Builder builder = new Headers.Builder(size);
    for (int i = 0; i < size; i++) {
      builder.add(bytes(83, random), 3);
    }
    return builder.toMessage();
  }

  private static Message rereadHeaders(Message message) {
    Headers view = Headers.parse(message);
    Headers.Builder builder = new Headers.Builder(view.size());
    for (int i = 0; i < view.size(); i++) {
      builder.add(view.array(), view.offset(i));
    }
    return same(view.toMessage(), builder.toMessage());
  }

  private static Message getblocktxn(Random random) {
    TreeSet<Integer> indexes = new TreeSet<>();
    int bound = 1 + random.nextInt(65536);
    for (int i = 1 + random.nextInt(300); i > 0; i--) {
      indexes.add(random.nextInt(bound));
    }
    int[] array = indexes.stream().mapToInt(Integer::intValue).toArray();
    return BlockTransactionsRequest.of(hash(random), array).toMessage();
  }

  private static Message cfilter(Random random) {
    byte[] filter = bytes(random.nextInt(400), random);
    return new ByteWriter(33 + ByteWriter.sizeOfVarBytes(filter.length))
        .u8(random.nextInt(256))
        .hash(hash(random))
        .varBytes(filter)
        .toMessage("cfilter");
  }

  private static Message rereadCfilter(Message message) {
    CompactFilter view = CompactFilter.parse(message);
    ByteReader in = new ByteReader(message);
    in.skip(33, "head");
    byte[] filter = in.varBytes("filter");
    if (!Sha256d.hash(filter, 0, filter.length).equals(view.filterHash())) {
      throw new AssertionError("filter hash");
    }
    return same(
        view.toMessage(),
        new ByteWriter(33 + ByteWriter.sizeOfVarBytes(filter.length))
            .u8(view.type())
            .hash(view.block())
            .varBytes(filter)
            .toMessage("cfilter"));
  }

  private static Message cfheaders(Random random) {
    List<Hash> hashes = hashes(random.nextInt(300), random);
    ByteWriter out = new ByteWriter(65 + HashList.sizeOf(hashes.size()));
    out.u8(random.nextInt(256)).hash(hash(random)).hash(hash(random));
    HashList.write(out, hashes);
    return out.toMessage("cfheaders");
  }

  private static Message rereadCfheaders(Message message) {
    FilterHeaders view = FilterHeaders.parse(message);
    ByteWriter out = new ByteWriter(65 + HashList.sizeOf(view.size()));
    out.u8(view.type()).hash(view.stop()).hash(view.previous()).compactSize(view.size());
    for (int i = 0; i < view.size(); i++) {
      out.hash(view.filterHash(i));
    }
    return same(view.toMessage(), out.toMessage("cfheaders"));
  }

  private static Message cfcheckpt(Random random) {
    List<Hash> hashes = hashes(random.nextInt(300), random);
    ByteWriter out = new ByteWriter(33 + HashList.sizeOf(hashes.size()));
    out.u8(random.nextInt(256)).hash(hash(random));
    HashList.write(out, hashes);
    return out.toMessage("cfcheckpt");
  }

  private static Message rereadCfcheckpt(Message message) {
    FilterCheckpoints view = FilterCheckpoints.parse(message);
    ByteWriter out = new ByteWriter(33 + HashList.sizeOf(view.size()));
    out.u8(view.type()).hash(view.stop()).compactSize(view.size());
    for (int i = 0; i < view.size(); i++) {
      out.hash(view.header(i));
    }
    return same(view.toMessage(), out.toMessage("cfcheckpt"));
  }

  private static Message filterload(Random random) {
    byte[] filter = bytes(random.nextInt(400), random);
    return filterload(filter, random.nextInt(51), random.nextInt(), random.nextInt(256));
  }

  static Message filterload(byte[] filter, int hashFunctions, int tweak, int flags) {
    return new ByteWriter(ByteWriter.sizeOfVarBytes(filter.length) + 9)
        .varBytes(filter)
        .i32(hashFunctions)
        .i32(tweak)
        .u8(flags)
        .toMessage("filterload");
  }

  private static Message rereadFilterload(Message message) {
    FilterLoad view = FilterLoad.parse(message);
    return same(
        view.toMessage(),
        filterload(view.filter(), view.hashFunctions(), view.tweak(), view.flags()));
  }

  private static Message version(Random random) {
    return new Version(
            random.nextInt(),
            random.nextLong(),
            random.nextLong(),
            address(random),
            address(random),
            random.nextLong(),
            new String(bytes(random.nextInt(257), random), StandardCharsets.ISO_8859_1),
            random.nextInt(),
            random.nextBoolean())
        .toMessage();
  }

  private static NetworkAddress address(Random random) {
    try {
      return new NetworkAddress(
          random.nextLong(),
          InetAddress.getByAddress(bytes(random.nextBoolean() ? 4 : 16, random)),
          random.nextInt(65536));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Hash> hashes(int size, Random random) {
    return Stream.generate(() -> hash(random)).limit(size).toList();
  }

  private static Message same(Message kept, Message rewritten) {
    if (!kept.equals(rewritten)) {
      throw new AssertionError(kept + " read and written again became " + rewritten);
    }
    return kept;
  }
}
