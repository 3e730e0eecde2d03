package org.bitcoinmultiplexer.bitcoin.headers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeaderFileTest {

  @TempDir Path directory;

  private final Miner miner = new Miner();

  @Test
  void aRestartFindsTheWholeTreeOfHeaders() throws IOException {
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    try (HeaderFile file = HeaderFile.open(path(), chain)) {
      assertThat(file.size()).isEqualTo(1);
      List<BlockHeader> trunk = miner.branch(chain.view().numbered(0), 4300);
      for (int i = 0; i < 4300; i += 1000) { // saved now and then, also if there is nothing new
        chain.add(Miner.message(trunk.subList(i, Math.min(4300, i + 1000))));
        file.save(chain.view());
        file.save(chain.view());
        chain.add(Miner.message(miner.branch(trunk.get(i), 5)));
      }
      file.save(chain.view());
      assertThat(file.size()).isEqualTo(1 + 4300 + 5 * 5);
    }
    assertThat(Files.size(path())).isEqualTo(80L * chain.view().size());

    HeaderChain again = new HeaderChain(Network.REGTEST);
    try (HeaderFile file = HeaderFile.open(path(), again)) {
      assertSame(again.view(), chain.view());
      assertThat(file.size()).isEqualTo(chain.view().size());
      again.add(Miner.message(miner.branch(again.view().numbered(0), 1)));
      file.save(again.view());
    }
    HeaderChain third = new HeaderChain(Network.REGTEST);
    HeaderFile.open(path(), third).close();
    assertSame(third.view(), again.view());
  }

  @Test
  void readsRealHeaders() throws IOException {
    byte[] bytes = new byte[439 * 80];
    List<BlockHeader> real = Vectors.firstBlocks().stream().map(BlockHeader::of).toList();
    for (int i = 0; i < 439; i++) {
      real.get(i).write(bytes, i * 80);
    }
    Files.write(path(), bytes);
    HeaderChain chain = new HeaderChain(Network.MAINNET);
    HeaderFile.open(path(), chain).close();
    assertThat(chain.view().height()).isEqualTo(438);
    assertThat(Files.readAllBytes(path())).isEqualTo(bytes);
  }

  @Test
  void whateverIsLeftOfAFileOpensWithNothingWrongInIt() throws IOException {
    long seed = System.nanoTime();
    System.out.println("whateverIsLeftOfAFile…: seed " + seed);
    Random random = new Random(seed);
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    try (HeaderFile file = HeaderFile.open(path(), chain)) {
      chain.add(Miner.message(miner.branch(chain.view().numbered(0), 50)));
      file.save(chain.view());
    }
    byte[] whole = Files.readAllBytes(path());
    for (int round = 0; round < 300; round++) {
      byte[] left = Arrays.copyOf(whole, 80 + random.nextInt(whole.length - 80 + 1));
      int intact = left.length / 80;
      if (random.nextBoolean()) { // a page that was never written, or rubbish
        int from = 80 + random.nextInt(left.length - 80 + 1);
        int to = Math.min(left.length, from + 1 + random.nextInt(200));
        for (int i = from; i < to; i++) {
          left[i] = random.nextBoolean() ? 0 : (byte) random.nextInt();
        }
        intact = Math.min(intact, Arrays.mismatch(left, whole) < 0 ? 51 : firstWrong(left, whole));
      }
      Files.write(path(), left);
      HeaderChain again = new HeaderChain(Network.REGTEST);
      try (HeaderFile file = HeaderFile.open(path(), again)) {
        // A header may be another one and still be right: only its merkle root, say, is wrong.
        assertThat(again.view().size()).isBetween(intact, intact + 1);
        assertThat(file.size()).isEqualTo(again.view().size());
        for (int i = 0; i < intact; i++) {
          assertThat(again.view().numbered(i).hash()).isEqualTo(chain.view().numbered(i).hash());
        }
        List<BlockHeader> more = miner.branch(again.view().numbered(again.view().size() - 1), 2);
        again.add(Miner.message(more));
        file.save(again.view());
      }
      assertThat(Files.size(path())).isEqualTo(80L * again.view().size());
    }
  }

  private static int firstWrong(byte[] left, byte[] whole) {
    return Arrays.mismatch(left, whole) / 80;
  }

  @Test
  void whatIsDamagedIsLeftBesideTheFile() throws IOException {
    byte[] whole = fileOf(20);
    byte[] left = whole.clone();
    Arrays.fill(left, 7 * 80, 8 * 80, (byte) 0);
    Files.write(path(), left);
    HeaderChain again = new HeaderChain(Network.REGTEST);
    HeaderFile.open(path(), again).close();
    assertThat(again.view().size()).isEqualTo(7);
    assertThat(Files.readAllBytes(path())).isEqualTo(Arrays.copyOf(whole, 7 * 80));
    assertThat(setAside()).hasBinaryContent(Arrays.copyOfRange(left, 7 * 80, left.length));
  }

  @Test
  void aFileWithADamagedStartIsBegunAnew() throws IOException {
    byte[] left = fileOf(20);
    left[40]++;
    Files.write(path(), left);
    HeaderChain again = new HeaderChain(Network.REGTEST);
    try (HeaderFile file = HeaderFile.open(path(), again)) {
      assertThat(file.size()).isEqualTo(1);
      again.add(Miner.message(miner.branch(again.view().numbered(0), 3)));
      file.save(again.view());
    }
    assertThat(setAside()).hasBinaryContent(left);
    HeaderChain third = new HeaderChain(Network.REGTEST);
    HeaderFile.open(path(), third).close();
    assertSame(third.view(), again.view());
  }

  @Test
  void whatAKilledWriterLeftUnfinishedIsNotCalledDamage() throws IOException {
    byte[] whole = fileOf(20);
    Files.write(path(), Arrays.copyOf(whole, whole.length - 1));
    HeaderFile.open(path(), new HeaderChain(Network.REGTEST)).close();
    assertThat(Files.size(path())).isEqualTo(whole.length - 80);
    assertThat(setAside()).doesNotExist();
  }

  private byte[] fileOf(int headers) throws IOException {
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    try (HeaderFile file = HeaderFile.open(path(), chain)) {
      chain.add(Miner.message(miner.branch(chain.view().numbered(0), headers)));
      file.save(chain.view());
    }
    return Files.readAllBytes(path());
  }

  private Path setAside() {
    return path().resolveSibling(path().getFileName() + HeaderFile.SET_ASIDE);
  }

  @Test
  void aFileWithoutAWholeHeaderIsBegunAnew() throws IOException {
    Files.write(path(), new byte[79]);
    HeaderFile.open(path(), new HeaderChain(Network.REGTEST)).close();
    assertThat(Files.size(path())).isEqualTo(80);
  }

  @Test
  void refusesAFileOfAnotherNetwork() throws IOException {
    HeaderFile.open(path(), new HeaderChain(Network.MAINNET)).close();
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    assertThatThrownBy(() -> HeaderFile.open(path(), chain))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'%s' begins with block %s instead of %s",
            path(), Network.MAINNET.genesis(), Network.REGTEST.genesis());
    HeaderFile.open(path(), new HeaderChain(Network.MAINNET)).close(); // was let go of
  }

  @Test
  void refusesAFileThatIsInUse() throws IOException {
    try (HeaderFile file = HeaderFile.open(path(), new HeaderChain(Network.REGTEST))) {
      assertThat(file.size()).isEqualTo(1);
      assertThatThrownBy(() -> HeaderFile.open(path(), new HeaderChain(Network.REGTEST)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'" + path() + "' is in use by another multiplexer");
    }
    HeaderFile.open(path(), new HeaderChain(Network.REGTEST)).close();
  }

  @Test
  void refusesAChainThatHasHeadersAlready() {
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    chain.add(Miner.message(miner.branch(chain.view().numbered(0), 1)));
    assertThatThrownBy(() -> HeaderFile.open(path(), chain))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(path()).doesNotExist();
  }

  private static void assertSame(ChainView view, ChainView expected) {
    assertThat(view.size()).isEqualTo(expected.size());
    assertThat(HeaderChainTest.hashes(view)).isEqualTo(HeaderChainTest.hashes(expected));
    for (int i = 0; i < view.size(); i++) {
      assertThat(view.numbered(i).hash()).isEqualTo(expected.numbered(i).hash());
    }
  }

  private Path path() {
    return directory.resolve("headers.dat");
  }
}
