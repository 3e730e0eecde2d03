package org.bitcoinmultiplexer.transport;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.jspecify.annotations.Nullable;

/**
 * The wait of one connection for memory, when others hold what there is: its peer is not read from
 * meanwhile, and refused after {@link #PATIENCE}.
 *
 * <p>Nobody tells when memory has become free, so that is looked for again and again. Confined to
 * the connection's loop.
 */
final class MemoryWait {

  /** So long a peer may have to wait before it is refused. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration INTERVAL = Duration.ofMillis(50);

  private final EventLoop loop;
  private final BooleanSupplier isOpen;
  private final Runnable over;
  private EventLoop.@Nullable Timer timer;
  private long until;

  /**
   * Nothing is waited for.
   *
   * @param isOpen whether anything is still to be decoded
   * @param over called when the peer may be read from again, or is refused
   */
  MemoryWait(EventLoop loop, BooleanSupplier isOpen, Runnable over) {
    this.loop = loop;
    this.isOpen = isOpen;
    this.over = over;
  }

  boolean isWaiting() {
    return timer != null;
  }

  /** Begins to wait, if the decoder is stalled. */
  void await(FrameDecoder decoder) {
    if (decoder.isStalled() && timer == null) {
      until = loop.nanoTime() + PATIENCE.toNanos();
      lookLater(decoder);
    }
  }

  private void lookLater(FrameDecoder decoder) {
    timer = loop.schedule(INTERVAL, () -> look(decoder));
  }

  private void look(FrameDecoder decoder) {
    timer = null;
    if (!isOpen.getAsBoolean()) {
      return;
    }
    if (!decoder.resume()) {
      if (loop.nanoTime() - until < 0) {
        lookLater(decoder);
        return;
      }
      decoder.giveUp();
    }
    over.run();
  }

  void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
