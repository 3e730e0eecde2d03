package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderChain;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderFile;
import org.bitcoinmultiplexer.bitcoin.headers.Miner;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens to the files of a data directory: it opens, has nothing wrong in it, and takes
 * in again what is missing.
 *
 * <p>System properties: {@code damage.rounds} (25 per file), {@code damage.seed} (drawn).
 */
class DamagedDirectoryTest {

  private static final int ANSWERS = 40;
  private static final int HEADERS = 300;

  @TempDir private Path directory;

  private final HeaderChain chain = new HeaderChain(Network.REGTEST);

  private static Key name(int number) {
    return Key.of(1, Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
  }

  /** A block with one transaction, which has one output of some length. */
  private static Message answer(int number) {
    Random random = new Random(number);
    byte[] script = new byte[random.nextInt(5) == 0 ? 200_000 : 5_000];
    random.nextBytes(script);
    ByteWriter block = new ByteWriter(140 + ByteWriter.sizeOfVarBytes(script.length));
    block.bytes(script, 0, BlockHeader.SIZE).compactSize(1);
    block.i32(1).compactSize(1).hash(Hash.ZERO).i32(-1).compactSize(0).i32(-1);
    block.compactSize(1).i64(0).compactSize(script.length).bytes(script, 0, script.length).i32(0);
    return block.toMessage("block");
  }

  private Cache open() {
    return new Cache(20_000_000, 100_000_000, false, directory, null);
  }

  private static HeaderFile headers(Cache cache, HeaderChain into) throws IOException {
    Path path = cache.headerFile(Network.REGTEST);
    assertThat(path).isNotNull();
    return HeaderFile.open(path, into);
  }

  private void fill() throws IOException {
    try (Cache cache = open()) {
      for (int i = 0; i < ANSWERS; i++) {
        cache.answers().keep(name(i), answer(i));
      }
      try (HeaderFile file = headers(cache, new HeaderChain(Network.REGTEST))) {
        chain.add(Miner.message(new Miner().branch(chain.view().numbered(0), HEADERS)));
        file.save(chain.view());
      }
    }
  }

  @Test
  void anyFileMayBeDamagedAnywhere() throws IOException {
    long seed = Long.getLong("damage.seed", System.nanoTime());
    System.out.println("anyFileMayBeDamagedAnywhere: seed " + seed);
    Random random = new Random(seed);
    fill();
    List<Path> files = new ArrayList<>();
    try (var all = Files.list(directory)) {
      all.sorted().forEach(files::add);
    }
    assertThat(files).extracting(Path::getFileName).hasSize(2);
    for (Path file : files) {
      byte[] whole = Files.readAllBytes(file);
      for (int round = 0; round < Integer.getInteger("damage.rounds", 25); round++) {
        Files.write(file, damaged(whole, random));
        assertUsable(random);
      }
      Files.write(file, whole);
    }
    assertThat(directory.resolve("multiplexer.mv.db.damaged")).isNotEmptyFile();
    assertThat(directory.resolve("regtest.headers.damaged")).isNotEmptyFile();
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] left = whole.clone();
    int at = random.nextInt(left.length);
    switch (random.nextInt(5)) {
      case 0 -> left = Arrays.copyOf(left, at);
      case 1 -> left[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> Arrays.fill(left, at, Math.min(left.length, at + random.nextInt(9_000)), (byte) 0);
      case 3 -> overwrite(left, left.length, 1 + random.nextInt(2_000), random);
      default -> overwrite(left, Math.min(left.length, 12_288), 1 + random.nextInt(20), random);
    }
    return left;
  }

  private static void overwrite(byte[] bytes, int within, int count, Random random) {
    for (int i = 0; i < count; i++) {
      bytes[random.nextInt(within)] = (byte) random.nextInt();
    }
  }

  private void assertUsable(Random random) throws IOException {
    int fresh = ANSWERS + random.nextInt(1_000_000);
    HeaderChain read = new HeaderChain(Network.REGTEST);
    try (Cache cache = open();
        HeaderFile file = headers(cache, read)) {
      for (int i = 0; i < ANSWERS; i++) {
        Message kept = answer(i);
        Message found = found(cache.answers(), name(i), kept);
        assertThat(found == null || found.equals(kept)).isTrue();
      }
      cache.answers().keep(name(fresh), answer(fresh));
      read.add(Miner.message(chainOf(chain)));
      file.save(read.view());
      assertThat(read.view().contains(chain.view().tip())).isTrue();
    }
    HeaderChain again = new HeaderChain(Network.REGTEST);
    boolean isKept;
    try (Cache cache = open();
        HeaderFile file = headers(cache, again)) {
      isKept = answer(fresh).equals(found(cache.answers(), name(fresh), answer(fresh)));
      assertThat(again.view().size()).isEqualTo(read.view().size());
      assertThat(file.size()).isEqualTo(read.view().size());
      cache.answers().keep(name(fresh), answer(fresh));
    }
    if (isKept) {
      return;
    }
    // Some damage shows only now: the store is begun anew, or falls back to what it had before.
    try (Cache cache = open()) {
      assertThat(found(cache.answers(), name(fresh), answer(fresh))).isEqualTo(answer(fresh));
    }
  }

  private static List<BlockHeader> chainOf(HeaderChain chain) {
    List<BlockHeader> headers = new ArrayList<>();
    for (int i = 1; i < chain.view().size(); i++) {
      headers.add(chain.view().numbered(i));
    }
    return headers;
  }

  private static Message found(AnswerLookup answers, Key name, Message expected) {
    CompletableFuture<Message> found = new CompletableFuture<>();
    assertThat(answers.search(name, expected::equals, found::complete)).isTrue();
    return found.join();
  }

  @Test
  void aHeaderFileThatCannotBeWrittenIsRefusedInWords() throws IOException {
    Path inTheWay = Files.createDirectory(directory.resolve("regtest.headers"));
    try (Cache cache = open()) {
      assertThatThrownBy(() -> cache.headerFile(Network.REGTEST))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("data-dir: '" + inTheWay + "' cannot be written to: Is a directory");
    }
  }

  @Test
  void aStoreThatCannotBeWrittenIsRefusedInWords() throws IOException {
    Path inTheWay = Files.createDirectory(directory.resolve("multiplexer.mv.db"));
    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("data-dir: '" + inTheWay + "' cannot be written to: Is a directory");
  }
}
