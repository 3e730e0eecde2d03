package org.bitcoinmultiplexer.bitcoin.headers.sync;

import java.time.Duration;
import org.bitcoinmultiplexer.core.EngineContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how the header chain gets on: the embedder's listener once a second while it catches up,
 * the log every 10 seconds, with what is left to do at the pace of so far.
 *
 * <p>Confined to the engine's loop.
 */
final class HeaderProgress {

  private static final Logger log = LoggerFactory.getLogger(HeaderProgress.class);

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long LOGGED = Duration.ofSeconds(10).toNanos();

  /** Behind by fewer, and catching up is not worth a line in the log. */
  private static final int WORTH_TELLING = 10_000;

  private final EngineContext engine;
  private int target;
  private int height;
  private boolean underway;
  private long began;
  private int beganAt;
  private long told;
  private long logged;

  HeaderProgress(EngineContext engine) {
    this.engine = engine;
  }

  /** The node says how high its chain is. */
  void target(int said) {
    target = said;
  }

  /** Catching up goes on, or begins. */
  void asks(int from) {
    if (!underway) {
      underway = true;
      began = engine.loop().nanoTime();
      beganAt = from;
      told = began;
      logged = began;
    }
  }

  /** Catching up got on. */
  void grew(int to) {
    height = to;
    long now = engine.loop().nanoTime();
    if (now - told >= SECOND) {
      told = now;
      inform();
    }
    if (now - logged >= LOGGED && to - beganAt >= WORTH_TELLING) {
      logged = now;
      long rate = (to - beganAt) / Math.max(1, seconds(now));
      log.info(
          "headers: {} of about {}, {} per second, about {} s left",
          to,
          Math.max(target, to),
          rate,
          Math.max(0, target - to) / Math.max(1, rate));
    }
  }

  /** There is no node to catch up with. */
  void stops() {
    underway = false;
  }

  /** Nothing is missing any more. */
  void completed(int at) {
    if (at - beganAt >= WORTH_TELLING) {
      log.info("headers: complete at height {} after {} s", at, seconds(engine.loop().nanoTime()));
    }
    underway = false;
    moved(at);
  }

  /** Nothing is missing, and the best block is another. */
  void moved(int to) {
    height = to;
    target = to;
    inform();
  }

  private void inform() {
    int at = height;
    int most = Math.max(target, at);
    engine.inform(listener -> listener.onHeaders(at, most));
  }

  private long seconds(long now) {
    return (now - began) / SECOND;
  }
}
