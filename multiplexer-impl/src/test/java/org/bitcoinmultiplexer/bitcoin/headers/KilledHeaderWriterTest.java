package org.bitcoinmultiplexer.bitcoin.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that keeps headers is killed at random moments, again and again on the same file: each
 * time it opens, nothing in it is wrong, and nothing is missing that was said to be there.
 *
 * <p>System properties: {@code kills} (8), {@code kills.seed} (1).
 */
class KilledHeaderWriterTest {

  @TempDir private Path folder;

  private final List<Hash> known = new ArrayList<>();

  /** The process that is killed: adds to the chain and keeps it, and says how long it is. */
  public static final class Writer {

    private Writer() {}

    /** Takes the file and a seed. */
    public static void main(String[] args) throws IOException {
      Random random = new Random(Long.parseLong(args[1]));
      Miner miner = new Miner();
      HeaderChain chain = new HeaderChain(Network.REGTEST);
      try (HeaderFile file = HeaderFile.open(Path.of(args[0]), chain)) {
        System.out.println("open");
        while (System.nanoTime() != 0) {
          ChainView view = chain.view();
          int back = random.nextInt(5) == 0 ? random.nextInt(Math.min(20, view.size())) : 0;
          BlockHeader parent = view.numbered(view.size() - 1 - back);
          int most = random.nextInt(10) == 0 ? 2_000 : 40;
          chain.add(Miner.message(miner.branch(parent, 1 + random.nextInt(most))));
          file.save(chain.view());
          System.out.println(chain.view().size());
        }
      }
    }
  }

  @Test
  void nothingIsWrongAfterAnyKill() throws Exception {
    long seed = Long.getLong("kills.seed", 1);
    System.out.println("kills.seed=" + seed);
    Random random = new Random(seed);
    for (int i = Integer.getInteger("kills", 8); i > 0; i--) {
      int said = writeAndBeKilled(random);
      verify(said, random);
    }
  }

  private int writeAndBeKilled(Random random) throws Exception {
    Process writer =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Writer.class.getName(),
                    file().toString(),
                    Long.toString(random.nextLong())))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int said = 0;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
      assertThat(out.readLine()).isEqualTo("open");
      for (int lines = 1 + random.nextInt(60); lines > 0; lines--) {
        said = Integer.parseInt(out.readLine());
      }
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(30)).toNanos());
    } finally {
      writer.destroyForcibly();
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    return said;
  }

  private void verify(int said, Random random) throws IOException {
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    HeaderFile.open(file(), chain).close();
    ChainView view = chain.view();
    assertThat(view.size()).isGreaterThanOrEqualTo(said);
    assertThat(Files.size(file())).isEqualTo(80L * view.size());
    for (int i = 0; i < known.size(); i++) {
      assertThat(view.numbered(i).hash()).as("header %d", i).isEqualTo(known.get(i));
    }
    System.out.printf("killed behind %d headers: %d are there%n", said, view.size());
    for (int i = known.size(); i < view.size(); i++) {
      known.add(view.numbered(i).hash());
    }
    if (random.nextBoolean()) { // as if the disk had lost the end as well
      int left = known.size() - random.nextInt(Math.min(known.size(), 500));
      byte[] bytes = Files.readAllBytes(file());
      Files.write(file(), Arrays.copyOf(bytes, 80 * left - random.nextInt(80)));
      known.subList(Math.max(1, left - 1), known.size()).clear();
    }
  }

  private Path file() {
    return folder.resolve("killed.headers");
  }
}
