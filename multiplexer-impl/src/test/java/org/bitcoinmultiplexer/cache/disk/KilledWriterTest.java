package org.bitcoinmultiplexer.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes is killed at random moments, again and again on the same directory: each
 * time it opens, nothing in it is wrong, and nothing is missing that was said to be there.
 *
 * <p>System properties: {@code kills} (8), {@code kills.seed} (1).
 */
class KilledWriterTest {

  private static final long CAPACITY = 30_000_000;

  @TempDir private Path folder;

  private static Key name(long number) {
    return Key.of(1, Long.toString(number).getBytes(StandardCharsets.US_ASCII));
  }

  private static Message answer(long number) {
    Random random = new Random(number);
    byte[] body = new byte[random.nextInt(10) == 0 ? random.nextInt(2_000_000) : 50_000];
    random.nextBytes(body);
    return Message.of("item", body);
  }

  /** The process that is killed: puts answers from a number on, and says so of each. */
  public static final class Writer {

    private Writer() {}

    /** Takes the directory and the first number. */
    public static void main(String[] args) {
      long number = Long.parseLong(args[1]);
      try (DataDirectory directory = DataDirectory.open(Path.of(args[0]), CAPACITY, 200)) {
        System.out.println("open");
        while (System.nanoTime() != 0) {
          directory.put(name(number), answer(number));
          if (directory.get(name(number)).isPresent()) { // it may refuse to keep one
            System.out.println(number);
          }
          number++;
        }
      }
    }
  }

  @Test
  void nothingIsWrongAfterAnyKill() throws Exception {
    long seed = Long.getLong("kills.seed", 1);
    int kills = Integer.getInteger("kills", 8);
    System.out.println("kills.seed=" + seed);
    Random random = new Random(seed);
    long next = 0;
    for (int i = 0; i < kills; i++) {
      long last = writeAndBeKilled(next, random);
      verify(last);
      next = last + 1_000; // what was being written when it was killed may be there, or not
    }
    assertThat(folder.resolve(DataDirectory.SET_ASIDE)).doesNotExist();
  }

  /** Returns the last number that was said to be written. */
  private long writeAndBeKilled(long first, Random random) throws Exception {
    Process writer =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Writer.class.getName(),
                    folder.toString(),
                    Long.toString(first)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = first;
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
      assertThat(said.readLine()).isEqualTo("open");
      int writes = 1 + random.nextInt(60);
      for (int i = 0; i < writes; i++) {
        last = Long.parseLong(said.readLine());
      }
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(30)).toNanos());
      writer.toHandle().destroyForcibly(); // which leaves its output to be read
      last = Math.max(last, drain(said));
    } finally {
      writer.destroyForcibly();
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    return last;
  }

  private static long drain(BufferedReader said) throws IOException {
    StringBuilder rest = new StringBuilder();
    for (int c = said.read(); c >= 0; c = said.read()) {
      rest.append((char) c);
    }
    // A line that was cut off tells nothing.
    int end = rest.lastIndexOf("\n");
    return end < 0 ? -1 : Long.parseLong(rest.substring(rest.lastIndexOf("\n", end - 1) + 1, end));
  }

  private void verify(long last) throws IOException {
    int there = 0;
    try (DataDirectory directory = DataDirectory.open(folder, CAPACITY, 200)) {
      assertThat(directory.get(name(last))).as("answer %d", last).isPresent();
      for (long number = Math.max(0, last - 5_000); number < last + 10; number++) {
        Optional<Message> found = directory.get(name(number));
        if (found.isPresent()) {
          Message expected = answer(number);
          assertThat(hash(found.get())).as("answer %d", number).isEqualTo(hash(expected));
          there++;
        }
      }
    }
    System.out.printf(
        "killed at %d: %d answers are there, %d bytes%n",
        last, there, Files.size(folder.resolve(DataDirectory.FILE)));
  }

  private static String hash(Message message) {
    return Sha256d.hash(message.array(), message.offset(), message.size()).toString();
  }
}
