package org.bitcoinmultiplexer.examples.proxy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A stream whose lines a test reads and waits for. */
final class Captured extends ByteArrayOutputStream {

  static final Duration PATIENCE = Duration.ofSeconds(30);

  PrintStream stream() {
    return new PrintStream(this, true, StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    super.write(bytes, offset, length);
    notifyAll();
  }

  @Override
  public synchronized void write(int b) {
    super.write(b);
    notifyAll();
  }

  synchronized List<String> lines() {
    return toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** Waits for the first whole line. */
  synchronized String awaitLine() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (toString(StandardCharsets.UTF_8).indexOf('\n') < 0) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("no line within " + PATIENCE);
      }
      wait(left);
    }
    return lines().get(0);
  }
}
