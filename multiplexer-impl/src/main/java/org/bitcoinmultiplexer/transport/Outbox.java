package org.bitcoinmultiplexer.transport;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * What a transport has been given to send and has not written yet.
 *
 * <p>Holds messages, not bytes: a block that waits for a thousand slow peers exists once. Its
 * frames are copied piece by piece into a direct buffer that belongs to the loop, right before the
 * operating system takes them from there. (A gathering write of the arrays themselves would make
 * the JDK and Netty do the same copy behind the scenes, but of a whole body at each attempt.)
 *
 * <p><b>Threading.</b> {@link #add} and {@link #pending} from any thread; everything else in the
 * connection's loop.
 */
public final class Outbox {

  /**
   * The low-water mark in bytes: each time {@link #held} falls from above to this or below, the
   * transport calls {@code onWritable}. A sender that stops at a limit of its own is sure to be
   * woken if that limit is higher.
   */
  public static final int LOW_WATER = 64 * 1024;

  /**
   * What a message that waits holds beside the bytes of its frame: itself, two arrays, what is
   * derived from it, and its place in the queue. Of a {@code pong} that is four times the frame.
   */
  private static final int OVERHEAD = 112;

  private final FrameEncoder encoder;
  private final Queue<Message> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong pending = new AtomicLong();
  private final AtomicLong held = new AtomicLong();
  private int position; // within the frame of the first message
  private int passed; // messages that were passed over and still count as held

  /**
   * An empty outbox.
   *
   * @param network whose frames are written
   */
  public Outbox(Network network) {
    this.encoder = FrameEncoder.of(network);
  }

  /**
   * Puts a message behind the others.
   *
   * @param message shared
   * @throws IllegalArgumentException if its command cannot be framed
   */
  public void add(Message message) {
    encoder.prepare(message); // refuses here, where the caller learns of it, and computes it once
    pending.addAndGet(FrameEncoder.frameSize(message));
    held.addAndGet(footprint(message));
    queue.add(message);
  }

  /**
   * Bytes of frames that were added and neither taken nor dropped.
   *
   * @return 0 or more
   */
  public long pending() {
    return pending.get();
  }

  /**
   * Bytes of memory that what is {@link #pending} takes.
   *
   * @return 0 or more
   */
  public long held() {
    return held.get();
  }

  /**
   * How much memory a message takes while it waits.
   *
   * @param message any message
   * @return in bytes, the size of its frame included
   */
  public static int footprint(Message message) {
    return FrameEncoder.frameSize(message) + OVERHEAD;
  }

  /**
   * Whether every frame has been passed by {@link #advance}.
   *
   * @return true if there is nothing to copy
   */
  public boolean isEmpty() {
    return queue.isEmpty();
  }

  /**
   * Copies the next bytes of the stream, as many as there are and fit. They stay in the outbox
   * until {@link #advance}.
   *
   * @param out where to
   */
  public void copyTo(ByteBuffer out) {
    int skip = position;
    Iterator<Message> messages = queue.iterator();
    while (out.hasRemaining() && messages.hasNext()) {
      Message message = messages.next();
      if (skip == 0 && FrameEncoder.frameSize(message) <= out.remaining()) {
        encoder.write(message, out);
      } else {
        copyPart(message, skip, out);
      }
      skip = 0;
    }
  }

  private void copyPart(Message message, int skip, ByteBuffer out) {
    if (skip < FrameEncoder.HEADER_SIZE) {
      ByteBuffer header = encoder.header(message).position(skip);
      header.limit(skip + Math.min(header.remaining(), out.remaining()));
      out.put(header);
    }
    int from = Math.max(0, skip - FrameEncoder.HEADER_SIZE);
    out.put(
        message.array(), message.offset() + from, Math.min(message.size() - from, out.remaining()));
  }

  /**
   * Passes over bytes that were copied and need not be copied again.
   *
   * @param bytes at most what {@link #copyTo} copied
   */
  public void advance(int bytes) {
    position += bytes;
    for (Message head = queue.peek();
        head != null && position >= FrameEncoder.frameSize(head);
        head = queue.peek()) {
      position -= FrameEncoder.frameSize(head);
      queue.remove();
      passed++;
    }
  }

  /**
   * Counts bytes as taken by the operating system.
   *
   * @param bytes how many of those that were copied
   * @return whether the low-water mark was crossed
   */
  public boolean taken(long bytes) {
    pending.addAndGet(-bytes);
    long freed = bytes + (long) passed * OVERHEAD;
    passed = 0;
    long now = held.addAndGet(-freed);
    return now <= LOW_WATER && now + freed > LOW_WATER;
  }

  /** Drops everything: the connection is gone. */
  public void clear() {
    queue.clear();
    position = 0;
    passed = 0;
    pending.set(0);
    held.set(0);
  }
}
