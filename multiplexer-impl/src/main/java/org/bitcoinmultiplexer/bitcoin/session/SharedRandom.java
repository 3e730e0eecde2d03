package org.bitcoinmultiplexer.bitcoin.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/**
 * A source of random numbers for sessions on many loops, drawn many at a time: a secure generator
 * takes longer to be called than to answer, and every batch of requests is fenced by a nonce.
 *
 * <p>Safe for use by any number of threads.
 */
final class SharedRandom implements RandomGenerator {

  private static final int SIZE = 64 * Long.BYTES;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final RandomGenerator source;
  private final byte[] drawn = new byte[SIZE];
  private int used = SIZE;

  /**
   * Numbers of a source.
   *
   * @param source used by one thread at a time
   */
  SharedRandom(RandomGenerator source) {
    this.source = source;
  }

  @Override
  public synchronized long nextLong() {
    if (used == SIZE) {
      source.nextBytes(drawn);
      used = 0;
    }
    long number = (long) LONG.get(drawn, used);
    used += Long.BYTES;
    return number;
  }
}
