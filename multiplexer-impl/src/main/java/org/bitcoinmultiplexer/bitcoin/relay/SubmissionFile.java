package org.bitcoinmultiplexer.bitcoin.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.zip.CRC32C;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link UnconfirmedSubmissions} in a file, so that a restart of ours loses none: what came and
 * what went, in that order, which is written anew once most of it is gone.
 *
 * <pre>
 *   record: length u32 | CRC-32C of what follows u32 | kind u8 | ...
 *     kind 0  a transaction came:  seconds since 1970 i64 | the transaction
 *     kind 1  it went:             wtxid
 * </pre>
 *
 * <p>All numbers are big endian. Where a record is not what was written, or was cut off by the end
 * of a process, the file is set aside and all before it kept.
 *
 * <p>Opened in one thread, then confined to its executor.
 */
final class SubmissionFile implements UnconfirmedSubmissions.Journal {

  private static final Logger log = LoggerFactory.getLogger(SubmissionFile.class);

  private static final byte CAME = 0;
  private static final byte WENT = 1;
  private static final int HEAD = 2 * Integer.BYTES;
  private static final int LEAST = 1 + Hash.SIZE;

  /** The file is written anew when it has so much more than twice of what is in it. */
  private static final long SLACK = 1_000_000;

  /** One transaction as it is in the file. */
  record Saved(Message tx, Instant since) {

    private int size() {
      return HEAD + 1 + Long.BYTES + tx.size();
    }
  }

  private final Path path;
  private final Executor io;
  private final Map<Hash, Saved> live = new LinkedHashMap<>();
  private @Nullable FileChannel file; // null once it is closed or cannot be written
  private long liveBytes;
  private long fileBytes;

  private SubmissionFile(Path path, Executor io) {
    this.path = path;
    this.io = io;
  }

  /**
   * Opens a file, which is made if it is not there.
   *
   * @param io runs one task after the other
   * @throws UncheckedIOException if it cannot be read or written
   */
  static SubmissionFile open(Path path, Executor io) {
    SubmissionFile result = new SubmissionFile(path, io);
    try {
      if (Files.exists(path)) {
        result.read();
      }
      result.rewrite();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return result;
  }

  /** What was in the file when it was opened, the oldest first. Before anything else is called. */
  List<Saved> saved() {
    return new ArrayList<>(live.values());
  }

  private void read() throws IOException {
    byte[] all = Files.readAllBytes(path);
    ByteBuffer numbers = ByteBuffer.wrap(all);
    int at = 0;
    while (at < all.length) {
      int left = all.length - at - HEAD;
      int length = left < LEAST ? 0 : numbers.getInt(at);
      if (length < LEAST
          || length > left
          || numbers.getInt(at + Integer.BYTES) != sum(all, at + HEAD, length)
          || !replay(all, at + HEAD, length)) {
        setAside(at);
        return;
      }
      at += HEAD + length;
    }
  }

  private boolean replay(byte[] all, int at, int length) {
    if (all[at] == WENT) {
      forget(Hash.read(all, at + 1));
      return true;
    }
    ByteBuffer record = ByteBuffer.wrap(all, at + 1, length - 1);
    try {
      Instant since = Instant.ofEpochSecond(record.getLong());
      byte[] body = new byte[record.remaining()];
      record.get(body);
      Message tx = Message.of(Commands.TX, body);
      remember(Transaction.parse(tx).wtxid(), new Saved(tx, since));
      return true;
    } catch (MalformedMessageException | DateTimeException | BufferUnderflowException e) {
      return false;
    }
  }

  private void setAside(int at) throws IOException {
    Path aside = path.resolveSibling(path.getFileName() + ".damaged");
    Files.copy(path, aside, StandardCopyOption.REPLACE_EXISTING);
    log.warn(
        "{} is damaged at byte {} and copied to {}; {} transactions before that are kept",
        path,
        at,
        aside,
        live.size());
  }

  private void remember(Hash wtxid, Saved saved) {
    if (live.putIfAbsent(wtxid, saved) == null) {
      liveBytes += saved.size();
    }
  }

  private void forget(Hash wtxid) {
    Saved gone = live.remove(wtxid);
    liveBytes -= gone == null ? 0 : gone.size();
  }

  // ---- in the executor

  @Override
  public void add(Message tx, Instant since) {
    run(
        () -> {
          Saved saved = new Saved(tx, since);
          remember(Transaction.parse(tx).wtxid(), saved);
          append(record(saved));
        });
  }

  @Override
  public void remove(Hash wtxid) {
    run(
        () -> {
          forget(wtxid);
          append(record(WENT, wtxid.toByteArray()));
          if (fileBytes > 2 * liveBytes + SLACK) {
            rewrite();
          }
        });
  }

  /** What was added and removed is in the file once this has run. */
  void close() {
    run(
        () -> {
          if (file != null) {
            file.close();
            file = null;
          }
        });
  }

  private interface Step {
    void run() throws IOException;
  }

  private void run(Step step) {
    try {
      io.execute(() -> runNow(step));
    } catch (RejectedExecutionException e) {
      log.debug("{} is closed", path);
    }
  }

  private void runNow(Step step) {
    if (file == null) {
      return;
    }
    try {
      step.run();
    } catch (IOException e) {
      file = null;
      log.warn("{} cannot be written and is used no more: {}", path, e.toString());
    }
  }

  private void append(ByteBuffer record) throws IOException {
    FileChannel to = file;
    if (to != null) {
      fileBytes += record.remaining();
      while (record.hasRemaining()) {
        to.write(record);
      }
    }
  }

  /** Writes what is left into a new file, which takes the place of the old one. */
  private void rewrite() throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    if (file != null) {
      file.close();
    }
    file =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    fileBytes = 0;
    for (Saved saved : live.values()) {
      append(record(saved));
    }
    file.force(true);
    Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING);
  }

  private static ByteBuffer record(Saved saved) {
    Message tx = saved.tx;
    byte[] content = new byte[Long.BYTES + tx.size()];
    ByteBuffer.wrap(content)
        .putLong(saved.since.getEpochSecond())
        .put(tx.array(), tx.offset(), tx.size());
    return record(CAME, content);
  }

  private static ByteBuffer record(byte kind, byte[] content) {
    byte[] record = new byte[HEAD + 1 + content.length];
    ByteBuffer into = ByteBuffer.wrap(record);
    into.position(HEAD).put(kind).put(content);
    into.putInt(0, 1 + content.length);
    into.putInt(Integer.BYTES, sum(record, HEAD, 1 + content.length));
    return into.rewind();
  }

  private static int sum(byte[] array, int offset, int length) {
    CRC32C sum = new CRC32C();
    sum.update(array, offset, length);
    return (int) sum.getValue();
  }
}
