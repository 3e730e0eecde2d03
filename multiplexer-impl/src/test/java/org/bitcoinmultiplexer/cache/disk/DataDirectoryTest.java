package org.bitcoinmultiplexer.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.tck.AnswerStoreKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on a disk: what the kit asks for, and what survives. */
class DataDirectoryTest extends AnswerStoreKit {

  @TempDir private Path folder;

  @Override
  protected AnswerStore newStore() {
    return DataDirectory.open(folder.resolve("kit"), CAPACITY, 0);
  }

  private Path here() {
    return folder.resolve("data");
  }

  private Path file() {
    return here().resolve(DataDirectory.FILE);
  }

  @Test
  void whatWasPutIsThereAfterAnotherOpening() {
    try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
      for (int i = 0; i < 10; i++) {
        directory.put(name(i), answer(i, 300_000));
      }
      directory.remove(name(3));
    }
    try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
      for (int i = 0; i < 10; i++) {
        if (i == 3) {
          assertThat(directory.get(name(i))).isEmpty();
        } else {
          assertThat(directory.get(name(i))).contains(answer(i, 300_000));
        }
      }
    }
  }

  @Test
  void theBoundHoldsOverOpenings() {
    for (int round = 0; round < 6; round++) {
      try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
        for (int i = 0; i < 20; i++) {
          directory.put(name(round * 100 + i), answer(i, 500_000));
        }
      }
    }
    int there = 0;
    try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
      for (int i = 0; i < 600; i++) {
        there += directory.get(name(i)).isPresent() ? 1 : 0;
      }
    }
    assertThat(there).isEqualTo(31);
  }

  @Test
  void whatWasReadIsSparedOnce() {
    try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
      AnswerStore answers = directory;
      for (int i = 0; i < 31; i++) {
        answers.put(name(i), answer(i, 500_000));
      }
      assertThat(answers.get(name(0))).isPresent();
      for (int i = 100; i < 110; i++) {
        answers.put(name(i), answer(i, 500_000));
      }
      assertThat(answers.get(name(0))).contains(answer(0, 500_000));
      assertThat(answers.get(name(1))).isEmpty();
      assertThat(answers.get(name(5))).isEmpty();
      answers.remove(name(0));
      assertThat(answers.get(name(0))).isEmpty();
    }
  }

  @Test
  void theFileDoesNotGrowForEver() throws IOException {
    try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
      assertThat(putAndCount(directory, 300))
          .as("of 300, none of whose room is free yet")
          .isPositive();
    }
  }

  @Test
  void roomIsUsedAgainAfterAWhile() throws IOException {
    try (DataDirectory directory = DataDirectory.open(here(), CAPACITY, 100)) {
      assertThat(putAndCount(directory, 300)).as("of 300").isGreaterThan(200);
    }
  }

  /** Puts answers of which the file could not hold half, and counts those that are kept. */
  private int putAndCount(DataDirectory directory, int answers) throws IOException {
    int kept = 0;
    for (int i = 0; i < answers; i++) {
      directory.put(name(i), answer(i, 500_000));
      kept += directory.get(name(i)).isPresent() ? 1 : 0;
      assertThat(Files.size(file()))
          .isLessThan(DiskAnswers.mostInFile(CAPACITY) + 2 * DiskAnswers.TIDY_AFTER);
    }
    return kept;
  }

  @Test
  void aDamagedFileIsSetAside() throws IOException {
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
        for (int i = 0; i < 5; i++) {
          directory.put(name(round * 10 + i), answer(i, 200_000));
        }
      }
      damage(random);
      try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
        for (int i = 0; i < 5; i++) {
          directory.get(name(round * 10 + i)).ifPresent(found -> {}); // which may find the damage
          directory.put(name(5_000 + round * 10 + i), answer(i, 200_000));
        }
        directory.put(name(6_000 + round), answer(9, 1_000));
        assertThat(directory.get(name(6_000 + round))).contains(answer(9, 1_000));
      }
    }
    assertThat(here().resolve(DataDirectory.SET_ASIDE)).isNotEmptyFile();
  }

  /** Overwrites a tenth of the file, piece by piece, or cuts it. */
  private void damage(Random random) throws IOException {
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      long size = channel.size();
      if (random.nextInt(4) == 0) {
        channel.truncate(1 + (long) (random.nextDouble() * size));
        return;
      }
      for (long done = 0; done < size / 10; done += 4_096) {
        byte[] noise = new byte[4_096];
        random.nextBytes(noise);
        channel.write(ByteBuffer.wrap(noise), (long) (random.nextDouble() * (size - 4_096)));
      }
    }
  }

  @Test
  void aFileOfSomethingElseIsSetAside() throws IOException {
    Files.createDirectories(here());
    Files.writeString(file(), "this is no store");
    try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
      directory.put(name(1), answer(1, 10));
      assertThat(directory.get(name(1))).isPresent();
    }
    assertThat(here().resolve(DataDirectory.SET_ASIDE)).hasContent("this is no store");
  }

  @Test
  void refusesADirectoryInUse() {
    try (DataDirectory directory = DataDirectory.open(here(), CAPACITY)) {
      assertThat(directory).isNotNull();
      assertThatThrownBy(() -> DataDirectory.open(here(), CAPACITY))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'" + here() + "' is in use by another multiplexer");
    }
  }

  @Test
  void refusesADirectoryThatIsAFile() throws IOException {
    Path notOne = Files.writeString(folder.resolve("not-one"), "");
    assertThatThrownBy(() -> DataDirectory.open(notOne, CAPACITY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + notOne + "' is no directory but a file");
  }
}
