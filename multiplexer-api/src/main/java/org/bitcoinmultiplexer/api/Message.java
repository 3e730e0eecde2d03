package org.bitcoinmultiplexer.api;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;

/**
 * One whole protocol message: a command and a body, immutable once made.
 *
 * <p>A message is decoded once and then shared: the same instance travels from the upstream
 * connection to every client that waits for it. What is computed from it (its frame with the
 * checksum, its hash, another flavour of it) is computed once too, by {@link #derive}, and shared
 * with it.
 *
 * <p><b>Ownership.</b> The bytes given to {@link #of(String, byte[])} belong to the message from
 * then on: nobody may write to them again. {@link #array()} exposes them without a copy because
 * hashing and parsing are the hot path; whoever reads them promises not to write.
 *
 * <p><b>Threading.</b> Safe for use by any number of threads.
 */
public final class Message {

  private final String command;
  private final byte[] array;
  private final int offset;
  private final int size;
  private volatile Derived derived = Derived.NONE;

  private Message(String command, byte[] array, int offset, int size) {
    this.command = Objects.requireNonNull(command, "command");
    this.array = Objects.requireNonNull(array, "array");
    this.offset = offset;
    this.size = size;
  }

  /**
   * A message over a whole array, which it owns from now on.
   *
   * @param command the command, such as {@code "getdata"}
   * @param body the body; not copied
   * @return the message
   */
  public static Message of(String command, byte[] body) {
    return new Message(command, body, 0, body.length);
  }

  /**
   * A message over a part of an array, which it owns from now on.
   *
   * @param command the command
   * @param array holds the body; not copied
   * @param offset where the body starts, in bytes
   * @param size how long it is, in bytes
   * @return the message
   * @throws IndexOutOfBoundsException if the part does not lie within the array
   */
  public static Message of(String command, byte[] array, int offset, int size) {
    Objects.checkFromIndexSize(offset, size, array.length);
    return new Message(command, array, offset, size);
  }

  /**
   * The command, such as {@code "getdata"}.
   *
   * @return the command, never empty on a message that came over a wire
   */
  public String command() {
    return command;
  }

  /**
   * The length of the body in bytes, the frame around it not counted.
   *
   * @return 0 or more
   */
  public int size() {
    return size;
  }

  /**
   * The array that holds the body, from {@link #offset()} on for {@link #size()} bytes. Shared:
   * never write to it.
   *
   * @return the array itself, not a copy
   */
  public byte[] array() {
    return array;
  }

  /**
   * Where the body starts within {@link #array()}.
   *
   * @return an index, in bytes
   */
  public int offset() {
    return offset;
  }

  /**
   * The body as a new read-only buffer, big endian as every new buffer.
   *
   * @return a buffer whose remaining bytes are the body
   */
  public ByteBuffer body() {
    return ByteBuffer.wrap(array, offset, size).slice().asReadOnlyBuffer();
  }

  /**
   * A copy of the body.
   *
   * @return a new array of {@link #size()} bytes
   */
  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + size);
  }

  /**
   * What a pure function makes of this message, computed on first use and kept with the message.
   *
   * <p>Functions are told apart by identity, so give a constant, not a lambda written at the call.
   * A race may compute the same value twice; all callers then still see one of them. Meant for the
   * few forms that many receivers share; they live as long as the message.
   *
   * @param function a pure function of the message, never returning null
   * @param <T> what it makes
   * @return its value for this message
   */
  @SuppressWarnings("unchecked") // a function's own entry holds what that function returned
  public <T> T derive(Function<? super Message, T> function) {
    for (Derived d = derived; d != Derived.NONE; d = d.next) {
      if (d.function == function) {
        return (T) d.value;
      }
    }
    T value = Objects.requireNonNull(function.apply(this), "derived value");
    derived = new Derived(function, value, derived);
    return value;
  }

  /**
   * Keeps a value that {@link #derive} would otherwise compute, for whoever came by it anyway: a
   * decoder that verified a checksum need not have it hashed again when the message is relayed.
   *
   * <p>The caller vouches that the value is what the function makes of this message. Does nothing
   * if the function's value is already known.
   *
   * @param function the constant that later calls of {@link #derive} will name
   * @param value what it makes of this message
   * @param <T> what it makes
   */
  public <T> void remember(Function<? super Message, T> function, T value) {
    Objects.requireNonNull(value, "value");
    for (Derived d = derived; d != Derived.NONE; d = d.next) {
      if (d.function == function) {
        return;
      }
    }
    derived = new Derived(function, value, derived);
  }

  /** Equal messages have the same command and the same body. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Message that
            && command.equals(that.command)
            && Arrays.equals(
                array, offset, offset + size, that.array, that.offset, that.offset + that.size));
  }

  @Override
  public int hashCode() {
    int hash = command.hashCode();
    for (int i = offset, end = offset + Math.min(size, 64); i < end; i++) {
      hash = 31 * hash + array[i];
    }
    return 31 * hash + size;
  }

  @Override
  public String toString() {
    return command + "(" + size + " bytes)";
  }

  /** One remembered value; a list, because a message rarely has more than three. */
  private static final class Derived {
    static final Derived NONE = new Derived();

    private final Object function;
    private final Object value;
    private final Derived next;

    private Derived() {
      this.function = this;
      this.value = this;
      this.next = this;
    }

    Derived(Object function, Object value, Derived next) {
      this.function = function;
      this.value = value;
      this.next = next;
    }
  }
}
