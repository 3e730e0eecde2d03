package org.bitcoinmultiplexer.bitcoin.wire;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Double SHA-256, the hash of nearly everything in Bitcoin, fed with ranges of arrays.
 *
 * <p>{@link #local()} is the calling thread's own instance, reset; it allocates nothing per hash.
 * Whoever takes it must finish before anything else on that thread takes it again. The static
 * methods use it, so do not call them while feeding it.
 */
public final class Sha256d {

  private static final ThreadLocal<Sha256d> LOCAL = ThreadLocal.withInitial(Sha256d::new);

  private final MessageDigest digest;
  private final byte[] scratch = new byte[Hash.SIZE];

  private Sha256d() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /**
   * The calling thread's instance, with nothing fed.
   *
   * @return never hand it to another thread
   */
  public static Sha256d local() {
    Sha256d local = LOCAL.get();
    local.digest.reset();
    return local;
  }

  /**
   * The double hash of a range.
   *
   * @param array what to hash
   * @param offset index of the first byte
   * @param size number of bytes
   * @return H(range)
   */
  public static Hash hash(byte[] array, int offset, int size) {
    return local().update(array, offset, size).finish();
  }

  /**
   * The checksum of a payload, as a frame carries it: the first four bytes of its double hash.
   *
   * @param array what to hash
   * @param offset index of the first byte
   * @param size number of bytes
   * @return those four bytes, read as little endian
   */
  public static int checksum(byte[] array, int offset, int size) {
    Sha256d local = local().update(array, offset, size);
    local.finish(local.scratch, 0);
    byte[] hash = local.scratch;
    return (hash[0] & 0xff)
        | (hash[1] & 0xff) << 8
        | (hash[2] & 0xff) << 16
        | (hash[3] & 0xff) << 24;
  }

  /**
   * Feeds a range.
   *
   * @param array what to hash
   * @param offset index of the first byte
   * @param size number of bytes
   * @return this
   */
  public Sha256d update(byte[] array, int offset, int size) {
    digest.update(array, offset, size);
    return this;
  }

  /**
   * The double hash of all that was fed; afterwards nothing is fed.
   *
   * @return a new hash
   */
  public Hash finish() {
    finish(scratch, 0);
    return Hash.read(scratch, 0);
  }

  /**
   * Writes the double hash of all that was fed, in wire order; afterwards nothing is fed.
   *
   * @param out where to; may be the array that was fed
   * @param offset index of the first of the 32 bytes
   */
  public void finish(byte[] out, int offset) {
    finishSingle(scratch, 0);
    digest.update(scratch, 0, Hash.SIZE);
    finishSingle(out, offset);
  }

  private void finishSingle(byte[] out, int offset) {
    try {
      digest.digest(out, offset, Hash.SIZE);
    } catch (DigestException e) {
      throw new IndexOutOfBoundsException("no 32 bytes from " + offset + " of " + out.length);
    }
  }
}
