package org.bitcoinmultiplexer.core;

import java.time.Duration;

/**
 * When to write a line about something that anybody can cause any number of times: at once of the
 * first, then at most once a minute, and of how many. Safe for use by any number of threads.
 */
final class LogThrottle {

  private static final long EVERY = Duration.ofMinutes(1).toNanos();

  private long times; // since the last line
  private long last;
  private boolean complained;

  /**
   * It has happened once more.
   *
   * @param nanoTime when
   * @return how often since the last line, if it is time for one; else 0
   */
  synchronized long count(long nanoTime) {
    times++;
    if (complained && nanoTime - last < EVERY) {
      return 0;
    }
    complained = true;
    last = nanoTime;
    long told = times;
    times = 0;
    return told;
  }
}
