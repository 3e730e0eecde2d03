package org.bitcoinmultiplexer.cache.disk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/**
 * Answers on a disk: the oldest go first, but for those that were asked for since they came or were
 * last spared.
 *
 * <p>Three maps. {@code index}: a name to the number of its answer, its turn to go, its size and
 * its command. {@code order}: a turn to name and size. {@code parts}: number and part to bytes. The
 * bodies are cut into parts because the store writes a page again when its neighbour changes, and
 * kept apart from the index so that a name that is not there is found missing without reading any.
 *
 * <p>Reading takes no lock; writing does, and each answer is committed as a whole. Any thread.
 */
final class DiskAnswers {

  private static final int PART = 128 * 1024;
  private static final int PART_BITS = 16;
  private static final int TURN_AT = Long.BYTES;
  private static final int SIZE_AT = 2 * Long.BYTES;
  private static final int COMMAND_AT = SIZE_AT + Integer.BYTES;

  /** What an entry takes in the maps besides its body. */
  private static final int OVERHEAD = 200;

  /** Names of what was read are remembered only so far; beyond that what is old simply goes. */
  private static final int MOST_READ = 100_000;

  /** After so many bytes of what was written the store is asked to tidy up. */
  static final int TIDY_AFTER = 16_000_000;

  /** What the file of even the smallest store may have besides. */
  private static final long SLACK = 64_000_000;

  private static final int LEAST_FILL_PERCENT = 80;

  private final MVStore store;
  private final long capacity;
  private final MVMap<byte[], byte[]> index;
  private final MVMap<Long, byte[]> order;
  private final MVMap<Long, byte[]> parts;
  private final Set<Key> read = ConcurrentHashMap.newKeySet();

  // Guarded by the store, which is locked for whatever is committed together:
  private long next;
  private long bytes;
  private long untidy;
  private volatile boolean closed;

  DiskAnswers(MVStore store, long capacity) {
    this.store = store;
    this.capacity = capacity;
    MVMap.Builder<byte[], byte[]> byName =
        new MVMap.Builder<byte[], byte[]>()
            .keyType(ByteArrayDataType.INSTANCE)
            .valueType(ByteArrayDataType.INSTANCE);
    index = store.openMap("index", byName);
    order = store.openMap("order", byNumber());
    parts = store.openMap("parts", byNumber());
    Long last = order.lastKey();
    next = last == null ? 0 : last + 1;
    for (var all = order.cursor(null); all.hasNext(); ) {
      all.next();
      bytes += sizeIn(all.getValue());
    }
  }

  private static MVMap.Builder<Long, byte[]> byNumber() {
    return new MVMap.Builder<Long, byte[]>()
        .keyType(LongDataType.INSTANCE)
        .valueType(ByteArrayDataType.INSTANCE);
  }

  private static byte[] bytes(Key name) {
    byte[] value = name.value();
    byte[] bytes = new byte[1 + value.length];
    bytes[0] = (byte) name.kind();
    System.arraycopy(value, 0, bytes, 1, value.length);
    return bytes;
  }

  private static long sizeIn(byte[] inOrder) {
    long size = ByteBuffer.wrap(inOrder).getLong();
    if (size < OVERHEAD) {
      throw new IllegalStateException("nothing that was put took " + size + " bytes");
    }
    return size;
  }

  private static long partKey(long number, int part) {
    return number << PART_BITS | part;
  }

  Optional<Message> get(Key name) {
    if (closed) {
      return Optional.empty();
    }
    byte[] found = index.get(bytes(name));
    if (found == null) {
      return Optional.empty();
    }
    ByteBuffer entry = ByteBuffer.wrap(found);
    byte[] body = body(entry.getLong(0), entry.getInt(SIZE_AT));
    if (body == null) {
      return Optional.empty(); // removed a moment ago
    }
    if (read.size() < MOST_READ) {
      read.add(name);
    }
    String command =
        new String(found, COMMAND_AT, found.length - COMMAND_AT, StandardCharsets.US_ASCII);
    return Optional.of(Message.of(command, body));
  }

  private byte @Nullable [] body(long number, int size) {
    if (size < 0 || size > capacity / 2) {
      throw new IllegalStateException("an answer of " + size + " bytes was never put");
    }
    byte[] body = new byte[size];
    int part = 0;
    for (int at = 0; at < size; at += PART) {
      byte[] bytes = parts.get(partKey(number, part++));
      if (bytes == null || bytes.length != Math.min(PART, size - at)) {
        return null;
      }
      System.arraycopy(bytes, 0, body, at, bytes.length);
    }
    return body;
  }

  /** As in general; what is larger than half of the capacity is not kept. */
  void put(Key name, Message answer) {
    long size = (long) answer.size() + OVERHEAD;
    if (size > capacity / 2) {
      return;
    }
    byte[] key = bytes(name);
    byte[] command = answer.command().getBytes(StandardCharsets.US_ASCII);
    synchronized (store) {
      if (closed || index.containsKey(key) || isFileFull()) {
        return;
      }
      long number = next++;
      index.put(
          key,
          ByteBuffer.allocate(COMMAND_AT + command.length)
              .putLong(number)
              .putLong(number)
              .putInt(answer.size())
              .put(command)
              .array());
      order.put(
          number, ByteBuffer.allocate(Long.BYTES + key.length).putLong(size).put(key).array());
      int part = 0;
      for (int at = 0; at < answer.size(); at += PART) {
        byte[] bytes = new byte[Math.min(PART, answer.size() - at)];
        System.arraycopy(answer.array(), answer.offset() + at, bytes, 0, bytes.length);
        parts.put(partKey(number, part++), bytes);
      }
      bytes += size;
      makeRoom();
      store.commit();
      tidyUp(size);
    }
  }

  /** As long as the room of what was forgotten is not free, nothing more is kept. */
  private boolean isFileFull() {
    return store.getFileStore().size() > mostInFile(capacity);
  }

  /** How large the file may be when an answer is written, and what the tidying writes, to it. */
  static long mostInFile(long capacity) {
    return capacity + capacity / 2 + SLACK;
  }

  private void makeRoom() {
    while (bytes > capacity) {
      Long oldest = order.firstKey();
      byte[] entry = oldest == null ? null : order.remove(oldest);
      if (oldest == null || entry == null) {
        return;
      }
      byte[] key = Arrays.copyOfRange(entry, Long.BYTES, entry.length);
      byte[] found = index.get(key);
      if (found != null && read.remove(Key.of(key[0], key, 1, key.length - 1))) {
        long turn = next++;
        index.put(key, ByteBuffer.wrap(found.clone()).putLong(TURN_AT, turn).array());
        order.put(turn, entry);
        continue;
      }
      bytes -= sizeIn(entry);
      index.remove(key);
      if (found != null) {
        removeParts(ByteBuffer.wrap(found));
      }
    }
  }

  private void removeParts(ByteBuffer entry) {
    long number = entry.getLong(0);
    int size = entry.getInt(SIZE_AT);
    int part = 0;
    for (int at = 0; at < size; at += PART) {
      parts.remove(partKey(number, part++));
    }
  }

  /**
   * Has the store write what is left of old chunks behind the others, so that their room is free.
   */
  private void tidyUp(long written) {
    untidy += written;
    if (untidy >= TIDY_AFTER) {
      untidy = 0;
      store.compact(LEAST_FILL_PERCENT, TIDY_AFTER);
    }
  }

  void remove(Key name) {
    synchronized (store) {
      byte[] found = closed ? null : index.remove(bytes(name));
      if (found != null) {
        ByteBuffer entry = ByteBuffer.wrap(found);
        byte[] inOrder = order.remove(entry.getLong(TURN_AT));
        if (inOrder != null) {
          bytes -= sizeIn(inOrder);
        }
        removeParts(entry);
        store.commit();
      }
    }
  }

  /** Waits for what is being written. */
  void close() {
    synchronized (store) {
      closed = true;
    }
  }
}
