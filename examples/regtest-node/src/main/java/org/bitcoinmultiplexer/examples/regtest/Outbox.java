package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The frames that wait to be written to one peer, in order.
 *
 * <p>Adding never blocks, so that one slow peer holds up nobody. Whoever serves the peer's requests
 * waits for room first, as Core stops processing a peer whose send buffer is full. Safe for use by
 * any thread.
 */
final class Outbox {
  /** Core's default {@code -maxsendbuffer}, in bytes. */
  private static final long FULL = 1_000_000;

  private final Deque<byte[]> frames = new ArrayDeque<>();
  private long bytes;
  private boolean finished;

  synchronized void add(byte[] frame) {
    if (!finished) {
      frames.addLast(frame);
      bytes += frame.length;
      notifyAll();
    }
  }

  /** Waits for the next frame; null when there will be no more. */
  synchronized byte @Nullable [] take() throws InterruptedException {
    while (frames.isEmpty() && !finished) {
      wait();
    }
    byte[] frame = frames.pollFirst();
    if (frame != null) {
      bytes -= frame.length;
      notifyAll();
    }
    return frame;
  }

  /** Waits until less than a full buffer is queued, or nothing will be written any more. */
  synchronized void awaitRoom() throws InterruptedException {
    while (bytes > FULL && !finished) {
      wait();
    }
  }

  /** Takes no more frames; those queued can still be taken. */
  synchronized void finish() {
    finished = true;
    notifyAll();
  }

  /** Takes no more frames and drops those queued. */
  synchronized void close() {
    frames.clear();
    bytes = 0;
    finish();
  }
}
