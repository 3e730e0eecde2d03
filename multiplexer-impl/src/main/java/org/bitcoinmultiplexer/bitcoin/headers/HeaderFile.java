package org.bitcoinmultiplexer.bitcoin.headers;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The headers of a chain in a file, so that a restart does not have to ask for them: 80 bytes each,
 * in the order in which they came, from the genesis block on, and nothing else.
 *
 * <p>It is only ever appended to, and every header is checked again when it is read. So whatever
 * end a process finds, what was written before is there or is cut off at the first header that is
 * not what it was, and what was behind it set aside in another file; it can be had from the node
 * again. That is also why nothing is forced to the disk.
 *
 * <p>One thread at a time. Owns the file until it is closed; another process that opens it is
 * refused.
 */
public final class HeaderFile implements Closeable {

  /** How many headers are read or written at a time. */
  private static final int BATCH = 2000;

  /** More than any network has; a file that is longer may be anything. */
  private static final int MOST_RESERVED = 5_000_000;

  private static final Logger log = LoggerFactory.getLogger(HeaderFile.class);

  /** What is added to a file's name for what was cut off from it. */
  static final String SET_ASIDE = ".damaged";

  private final FileChannel file;
  private int size;

  private HeaderFile(FileChannel file) {
    this.file = file;
  }

  /**
   * Opens a file, which is made if it is not there, and reads it into a chain.
   *
   * @param path where
   * @param chain a new chain of the same network
   * @return the file, open
   * @throws IOException if it cannot be read or written
   * @throws IllegalArgumentException saying in words why it cannot be used: it is of another
   *     network, or in use
   */
  public static HeaderFile open(Path path, HeaderChain chain) throws IOException {
    if (chain.view().size() != 1) {
      throw new IllegalArgumentException("headers are read into a new chain only");
    }
    FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(file, path);
      HeaderFile result = new HeaderFile(file);
      result.readGenesis(chain.view(), path);
      if (result.size > 0) {
        result.readInto(chain);
      }
      result.cutOff(path);
      result.save(chain.view());
      return result;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static void lock(FileChannel file, Path path) throws IOException {
    try {
      if (file.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // by this very process
    }
    throw new IllegalArgumentException("'" + path + "' is in use by another multiplexer");
  }

  /** Tells the network: the start of another one is no accident, whatever else is damage. */
  private void readGenesis(ChainView view, Path path) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BlockHeader.SIZE);
    if (read(buffer) < BlockHeader.SIZE) {
      return;
    }
    Hash first = BlockHeader.at(buffer.array(), 0).hash();
    if (first.equals(view.hash(0))) {
      size = 1;
    } else if (Network.known().stream().anyMatch(other -> other.genesis().equals(first))) {
      throw new IllegalArgumentException(
          "'" + path + "' begins with block " + first + " instead of " + view.hash(0));
    }
  }

  /** Cuts off what was not read; of more than an unfinished header a copy is left beside it. */
  private void cutOff(Path path) throws IOException {
    long end = (long) size * BlockHeader.SIZE;
    long rest = file.size() - end;
    if (rest >= BlockHeader.SIZE) {
      Path aside = path.resolveSibling(path.getFileName() + SET_ASIDE);
      log.warn(
          "{} is damaged from header {} on; {} bytes are in {} now, to be had again from the node",
          path,
          size,
          rest,
          aside);
      copy(end, rest, aside);
    }
    file.truncate(end);
  }

  private void copy(long from, long count, Path to) {
    try {
      Files.deleteIfExists(to);
      try (FileChannel copy =
          FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (long done = 0; done < count; ) {
          done += file.transferTo(from + done, count - done, copy);
        }
      }
    } catch (IOException e) {
      log.warn("{} could not be written: {}", to, e.toString());
    }
  }

  private void readInto(HeaderChain chain) throws IOException {
    chain.reserve((int) Math.min(file.size() / BlockHeader.SIZE, MOST_RESERVED));
    ByteBuffer buffer = ByteBuffer.allocate(BATCH * BlockHeader.SIZE);
    int fresh;
    do {
      int count = read(buffer.clear()) / BlockHeader.SIZE;
      fresh = chain.add(buffer.array(), 0, count).fresh();
      size += fresh;
    } while (fresh == BATCH);
  }

  /**
   * Reads from the first header that was not read yet, until the buffer is full or nothing left.
   */
  private int read(ByteBuffer buffer) throws IOException {
    long at = (long) size * BlockHeader.SIZE;
    while (buffer.hasRemaining()) {
      int got = file.read(buffer, at + buffer.position());
      if (got < 0) {
        break;
      }
    }
    return buffer.position();
  }

  /**
   * How many headers the file has.
   *
   * @return 1 or more
   */
  public int size() {
    return size;
  }

  /**
   * Appends the headers that are not in the file yet.
   *
   * @param view of the chain that the file was read into
   * @throws IOException if it cannot be written; then the next call tries the same again
   */
  public void save(ChainView view) throws IOException {
    while (size < view.size()) {
      int count = Math.min(BATCH, view.size() - size);
      ByteBuffer buffer = ByteBuffer.allocate(count * BlockHeader.SIZE);
      for (int i = 0; i < count; i++) {
        view.numbered(size + i).write(buffer.array(), i * BlockHeader.SIZE);
      }
      long at = (long) size * BlockHeader.SIZE;
      while (buffer.hasRemaining()) {
        file.write(buffer, at + buffer.position());
      }
      size += count;
    }
  }

  /** Closes the file; it has what was saved. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
