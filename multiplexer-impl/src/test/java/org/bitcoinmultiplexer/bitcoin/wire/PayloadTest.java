package org.bitcoinmultiplexer.bitcoin.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_MONEY;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bitcoinmultiplexer.api.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What all views have in common, and the limits of each. */
class PayloadTest {

  private static final Hash HASH =
      Hash.of("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Kind#stream")
  void writesWhatItRead(Kind kind) {
    long seed = seed(kind);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      Message message = kind.random().apply(random);
      assertThat(kind.reread().apply(message)).isEqualTo(message);
    }
  }

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Kind#stream")
  void readsABodyAnywhereInAnArray(Kind kind) {
    Random random = new Random(seed(kind));
    Message message = kind.random().apply(random);
    byte[] array = Kind.bytes(message.size() + 50, random);
    System.arraycopy(message.array(), 0, array, 20, message.size());
    Message part = Message.of(message.command(), array, 20, message.size());
    assertThat(kind.reread().apply(part)).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Kind#stream")
  void leavesTrailingBytesBehind(Kind kind) {
    Random random = new Random(seed(kind));
    Message message = kind.random().apply(random);
    byte[] longer = Arrays.copyOf(message.toByteArray(), message.size() + 7);
    assertThat(kind.reread().apply(Message.of(message.command(), longer))).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Kind#stream")
  void refusesABodyTruncatedAtAnyOffset(Kind kind) {
    Message message = kind.random().apply(new Random(seed(kind)));
    byte[] body = message.toByteArray();
    for (int cut = 0; cut < body.length; cut++) {
      // An array of the exact size, so that reading too far shows; and a longer one, so that not
      // checking the message's own end shows.
      Message exact = Message.of(kind.command(), Arrays.copyOf(body, cut));
      Message within = Message.of(kind.command(), body, 0, cut);
      for (Message truncated : List.of(exact, within)) {
        if (kind.command().equals("version") && isEndOfAnOptionalField(cut, body.length)) {
          assertThat(Version.parse(truncated)).isNotNull();
        } else {
          assertThatThrownBy(() -> kind.reread().apply(truncated))
              .isInstanceOf(MalformedMessageException.class)
              .hasMessageStartingWith(kind.command() + ": ");
        }
      }
    }
  }

  private static boolean isEndOfAnOptionalField(int cut, int full) {
    return List.of(46, 80, full - 5, full - 1).contains(cut);
  }

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Kind#stream")
  void meetsRandomDamageWithARefusalOrAValidReading(Kind kind) {
    long seed = seed(kind);
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      byte[] body = kind.random().apply(random).toByteArray();
      for (int flips = 1 + random.nextInt(4); flips > 0 && body.length > 0; flips--) {
        // mostly near the start, where counts and lengths are
        int bound = random.nextBoolean() ? Math.min(body.length, 50) : body.length;
        body[random.nextInt(bound)] = (byte) random.nextInt();
      }
      int size = random.nextInt(4) == 0 ? random.nextInt(body.length + 1) : body.length;
      Message damaged = Message.of(kind.command(), Arrays.copyOf(body, size));
      try {
        Message reread = kind.reread().apply(damaged);
        assertThat(kind.reread().apply(reread)).isEqualTo(reread);
      } catch (MalformedMessageException e) {
        assertThat(e).hasMessageStartingWith(kind.command() + ": ");
        assertThat(e.getStackTrace()).isEmpty();
      }
    }
  }

  @Test
  void givesBackTheSameInstanceWhenNothingTrails() {
    Message message = Inventory.of("inv", 2, HASH);
    assertThat(Inventory.parse(message).toMessage()).isSameAs(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fdfc00", "feffff0000", "ffffffffff00000000", "fd0000"})
  void refusesACompactSizeThatIsNotTheShortest(String hex) {
    Message message = Message.of("inv", HexFormat.of().parseHex(hex));
    malformed(() -> new ByteReader(message).compactSize("n"), "shortest CompactSize form");
    malformed(() -> Inventory.parse(message), "inventory vectors");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 0xfc, 0xfd, 0xffff, 0x10000, 0xffffffffL, 0x100000000L, -1})
  void readsEveryCompactSizeItWrites(long value) {
    int size = ByteWriter.sizeOfCompactSize(value);
    Message message = new ByteWriter(size).compactSize(value).toMessage("x");
    ByteReader in = new ByteReader(message);
    assertThat(in.compactSize("n")).isEqualTo(value);
    assertThat(in.remaining()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"feffffff7f", "ffffffffffffffffff", "ff0000000000000080", "fe01000002"})
  void refusesACountBeyondWhatFollows(String hex) {
    Message message = Message.of("inv", HexFormat.of().parseHex(hex + "00".repeat(50)));
    malformed(() -> Inventory.parse(message), "does not fit into the 50 bytes that follow");
    malformed(() -> new ByteReader(message).varBytes("x"), "does not fit");
  }

  @Test
  void knowsWhatAWriterMust() {
    assertThatThrownBy(() -> new ByteWriter(5).i32(1).toMessage("x"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("x: wrote 4 bytes of a body of 5");
    assertThatThrownBy(() -> new ByteWriter(3).i32(1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void acceptsFiftyThousandInventoryVectorsAndNotOneMore() {
    List<Hash> most = Collections.nCopies(50_000, HASH);
    assertThat(Inventory.parse(Inventory.of("getdata", 2, most)).size()).isEqualTo(50_000);
    byte[] tooMany =
        new ByteWriter(3 + 50_001 * 36)
            .compactSize(50_001)
            .bytes(new byte[50_001 * 36])
            .toMessage("getdata")
            .array();
    misbehaviour(
        () -> Inventory.parse(Message.of("getdata", tooMany)),
        "getdata: inventory vectors 50001 is above the limit of 50000");
    assertThatThrownBy(() -> Inventory.of("inv", 2, Collections.nCopies(50_001, HASH)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("50001");
  }

  @Test
  void refusesALocatorOf102Hashes() {
    List<Hash> most = Collections.nCopies(101, HASH);
    assertThat(BlockLocator.parse(BlockLocator.of("getblocks", 1, most, Hash.ZERO)).size())
        .isEqualTo(101);
    assertThatThrownBy(
            () -> BlockLocator.of("getblocks", 1, Collections.nCopies(102, HASH), Hash.ZERO))
        .hasMessageContaining("102");
    byte[] body = new byte[4 + 1 + 103 * 32];
    body[4] = 102;
    misbehaviour(
        () -> BlockLocator.parse(Message.of("getheaders", body)),
        "getheaders: locator of 102 hashes is above the limit of 101");
    malformed(
        () -> BlockLocator.parse(Message.of("getheaders", Arrays.copyOf(body, 1000))),
        "getheaders: locator hashes");
  }

  @Test
  void findsAHashInALocator() {
    List<Hash> hashes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      hashes.add(Kind.hash(new Random(i)));
    }
    BlockLocator locator = BlockLocator.parse(BlockLocator.of("getheaders", 70016, hashes, HASH));
    assertThat(hashes).allMatch(locator::contains);
    assertThat(locator.contains(HASH)).isFalse();
    assertThat(locator.stop()).isEqualTo(HASH);
  }

  @Test
  void refusesMoreThanTwoThousandHeadersOrOneWithTransactions() {
    byte[] body = new byte[3 + 2001 * 81];
    body[0] = (byte) 0xfd;
    body[1] = (byte) 2001;
    body[2] = 2001 >> 8;
    misbehaviour(() -> Headers.parse(Message.of("headers", body)), "headers 2001");
    body[1] = (byte) 2000;
    assertThat(Headers.parse(Message.of("headers", body)).size()).isEqualTo(2000);
    body[3 + 1999 * 81 + 80] = (byte) 0xfd;
    malformed(
        () -> Headers.parse(Message.of("headers", body)), "header 1999 claims 253 transactions");
    assertThatThrownBy(() -> new Headers.Builder(2001)).hasMessageContaining("2001");
  }

  @Test
  void chainsHeadersByTheirHashes() {
    byte[] genesis =
        HexFormat.of()
            .parseHex(
                "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd"
                    + "7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac"
                    + "2b7c");
    Headers headers = Headers.parse(new Headers.Builder(1).add(genesis, 0).toMessage());
    assertThat(headers.hash(0)).isEqualTo(Network.MAINNET.genesis());
    assertThat(headers.previous(0)).isEqualTo(Hash.ZERO);
    assertThatThrownBy(() -> headers.hash(1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void countsTransactionIndexesFromTheOneBefore() {
    Message message = BlockTransactionsRequest.of(HASH, 0, 1, 5, 300, 65_535).toMessage();
    assertThat(HexFormat.of().formatHex(message.array(), 32, message.size()))
        .isEqualTo("05" + "00" + "00" + "03" + "fd2601" + "fdd2fe");
    BlockTransactionsRequest request = BlockTransactionsRequest.parse(message);
    assertThat(request.block()).isEqualTo(HASH);
    assertThat(request.size()).isEqualTo(5);
    assertThat(request.index(3)).isEqualTo(300);
    assertThat(request.index(4)).isEqualTo(65_535);
  }

  @Test
  void refusesTransactionIndexesThatOverflowOrAreMissing() {
    for (String hex :
        List.of("02" + "fdffff" + "00", "01" + "fe00000100", "01ffffffffffffffffff")) {
      byte[] indexes = HexFormat.of().parseHex(hex);
      Message message =
          new ByteWriter(32 + indexes.length).hash(HASH).bytes(indexes).toMessage("getblocktxn");
      malformed(() -> BlockTransactionsRequest.parse(message), "is above 65535");
    }
    Message none = new ByteWriter(33).hash(HASH).u8(0).toMessage("getblocktxn");
    misbehaviour(() -> BlockTransactionsRequest.parse(none), "names no transaction");
    assertThatThrownBy(() -> BlockTransactionsRequest.of(HASH))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BlockTransactionsRequest.of(HASH, 3, 3)).hasMessage("index 3 after 3");
    assertThatThrownBy(() -> BlockTransactionsRequest.of(HASH, 65_536))
        .hasMessageContaining("65536");
  }

  @Test
  void readsTheHeadOfABlocktxn() {
    Message message =
        new ByteWriter(33 + 20).hash(HASH).u8(2).bytes(new byte[20]).toMessage("blocktxn");
    assertThat(BlockTransactions.parse(message)).isEqualTo(new BlockTransactions(HASH, 2, 33));
    Message short1 =
        new ByteWriter(33 + 19).hash(HASH).u8(2).bytes(new byte[19]).toMessage("blocktxn");
    malformed(() -> BlockTransactions.parse(short1), "transactions 2 does not fit");
  }

  @Test
  void chainsCompactFilterHeaders() {
    // BIP158 test vectors, testnet block 0: basic filter 019dfca8
    byte[] filter = HexFormat.of().parseHex("019dfca8");
    Message message = new ByteWriter(33 + 5).u8(0).hash(HASH).varBytes(filter).toMessage("cfilter");
    assertThat(CompactFilter.parse(message).header(Hash.ZERO))
        .hasToString("21584579b7eb08997773e5aeff3a7f932700042d0ed2a6129012b7d7ae81b750");
  }

  @Test
  void refusesFeeRatesThatAreNoMoney() {
    for (long rate : new long[] {-1, MAX_MONEY + 1, Long.MIN_VALUE}) {
      Message message = new ByteWriter(8).i64(rate).toMessage("feefilter");
      malformed(() -> FeeFilter.parse(message), "fee rate " + rate);
      assertThatThrownBy(() -> new FeeFilter(rate)).hasMessageContaining(String.valueOf(rate));
    }
    assertThat(FeeFilter.parse(new FeeFilter(MAX_MONEY).toMessage()).rate())
        .isEqualTo(2_100_000_000_000_000L);
  }

  @Test
  void refusesASendcmpctThatIsNeitherYesNorNo() {
    Message message = new ByteWriter(9).u8(2).i64(2).toMessage("sendcmpct");
    misbehaviour(() -> SendCompact.parse(message), "announce is 2");
  }

  @Test
  void readsTheHighestVersionAndWindowOfNumbers() {
    Message message = new ByteWriter(8).u32(0xffff_ffffL).u32(0xffff_ffffL).toMessage("sendseq");
    assertThat(SendSequence.parse(message)).isEqualTo(new SendSequence(0xffff_ffffL, 0xffff_ffffL));
    assertThatThrownBy(() -> new SendSequence(0, 1L << 32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SendSequence(-1, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesANumberOfAnUnknownKind() {
    Message last = new ByteWriter(9).i64(-1).u8(4).toMessage("seq");
    assertThat(Sequence.parse(last)).isEqualTo(new Sequence(-1, Sequence.Kind.FAILED));
    Message message = new ByteWriter(9).i64(-1).u8(5).toMessage("seq");
    misbehaviour(() -> Sequence.parse(message), "kind 5");
  }

  @Test
  void refusesBloomFiltersAboveTheLimits() {
    Message largest = Kind.filterload(new byte[36_000], 50, -1, 255);
    assertThat(FilterLoad.parse(largest).filter()).hasSize(36_000);
    misbehaviour(() -> FilterLoad.parse(Kind.filterload(new byte[36_001], 1, 0, 0)), "36001 bytes");
    misbehaviour(
        () -> FilterLoad.parse(Kind.filterload(new byte[1], 51, 0, 0)), "51 hash functions");
    misbehaviour(() -> FilterLoad.parse(Kind.filterload(new byte[1], -1, 0, 0)), "4294967295 hash");
    misbehaviour(() -> FilterAdd.parse(FilterAdd.toMessage(new byte[521])), "element of 521 bytes");
  }

  @Test
  void countsAddresses() {
    assertThat(Addresses.count(addr(1000))).isEqualTo(1000);
    misbehaviour(() -> Addresses.count(addr(1001)), "addresses 1001 is above the limit of 1000");
    Message cut = Message.of("addr", Arrays.copyOf(addr(3).array(), 90));
    malformed(() -> Addresses.count(cut), "addresses 3 does not fit");
  }

  @Test
  void countsAddressesOfTheSecondVersion() {
    byte[] body =
        HexFormat.of()
            .parseHex(
                "02"
                    + "61bc6649"
                    + "00"
                    + "02"
                    + "10"
                    + "00".repeat(16)
                    + "208d"
                    + "79627683"
                    + "fd4804"
                    + "01"
                    + "04"
                    + "00010203"
                    + "208d");
    assertThat(Addresses.count(Message.of("addrv2", body))).isEqualTo(2);
    for (int cut = 0; cut < body.length; cut++) {
      Message truncated = Message.of("addrv2", Arrays.copyOf(body, cut));
      malformed(() -> Addresses.count(truncated), "addrv2: ");
    }
    byte[] long513 =
        new ByteWriter(7 + 3 + 513 + 2)
            .u8(1)
            .i32(0)
            .u8(0)
            .u8(9)
            .compactSize(513)
            .bytes(new byte[515])
            .toMessage("addrv2")
            .array();
    malformed(() -> Addresses.count(Message.of("addrv2", long513)), "address of 513 bytes");
  }

  @Test
  void fillsInWhatAnOldVersionLacks() throws Exception {
    Version full =
        new Version(
            70016,
            Version.NODE_NETWORK | Version.NODE_WITNESS,
            1_700_000_000,
            new NetworkAddress(9, InetAddress.getByName("192.0.2.7"), 8333),
            new NetworkAddress(1, InetAddress.getByName("2001:db8::1"), 18444),
            42,
            "/Multi:1.0/",
            800_000,
            false);
    Message message = full.toMessage();
    assertThat(Version.parse(message)).isEqualTo(full);
    assertThat(full.serves(Version.NODE_WITNESS)).isTrue();
    assertThat(full.serves(Version.NODE_WITNESS | Version.NODE_BLOOM)).isFalse();
    Version noRelay = Version.parse(Message.of("version", message.array(), 0, message.size() - 1));
    assertThat(noRelay.relay()).isTrue();
    assertThat(noRelay.height()).isEqualTo(800_000);
    Version oldest = Version.parse(Message.of("version", message.array(), 0, 46));
    assertThat(oldest.receiver()).isEqualTo(full.receiver());
    assertThat(oldest.sender()).isEqualTo(NetworkAddress.UNSPECIFIED);
    assertThat(oldest.nonce()).isEqualTo(1);
    assertThat(oldest.userAgent()).isEmpty();
    assertThat(oldest.height()).isEqualTo(-1);
  }

  @Test
  void refusesAUserAgentOf257Bytes() {
    byte[] body =
        new ByteWriter(80 + 3 + 257)
            .bytes(new byte[80])
            .compactSize(257)
            .bytes(new byte[257])
            .toMessage("version")
            .array();
    malformed(
        () -> Version.parse(Message.of("version", body)),
        "user agent of 257 bytes is above the limit of 256");
  }

  @Test
  void tellsBlocksFromTransactionsByType() {
    assertThat(List.of(1, 0x40000001, 5)).allMatch(InventoryVector::isTransaction);
    assertThat(List.of(2, 0x40000002, 3, 4)).allMatch(InventoryVector::isBlock);
    assertThat(List.of(0, 6, 0x40000003, 0x40000004, 0x40000005))
        .noneMatch(InventoryVector::isBlock)
        .noneMatch(InventoryVector::isTransaction);
    assertThat(new InventoryVector(0x40000002, HASH)).hasToString("40000002:" + HASH);
  }

  private static Message addr(int count) {
    return new ByteWriter(ByteWriter.sizeOfCompactSize(count) + 30 * count)
        .compactSize(count)
        .bytes(new byte[30 * count])
        .toMessage("addr");
  }

  private static void malformed(ThrowingCallable code, String part) {
    assertThatThrownBy(code)
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.isMisbehaviour()).isFalse())
        .hasMessageContaining(part);
  }

  private static void misbehaviour(ThrowingCallable code, String part) {
    assertThatThrownBy(code)
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.isMisbehaviour()).isTrue())
        .hasMessageContaining(part);
  }

  private static long seed(Kind kind) {
    long seed = System.nanoTime();
    System.out.println("PayloadTest " + kind + ": seed " + seed);
    return seed;
  }
}
