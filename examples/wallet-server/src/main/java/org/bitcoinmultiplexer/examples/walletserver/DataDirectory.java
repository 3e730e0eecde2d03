package org.bitcoinmultiplexer.examples.walletserver;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The directory of one server: of one process at a time, and of one network for ever. */
final class DataDirectory implements AutoCloseable {

  private final Path path;
  private final FileChannel lockFile;

  private DataDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Takes the directory, which is made if it is not there.
   *
   * @param chain which its wallets are on
   * @throws IOException saying in a line why it cannot be had
   */
  static DataDirectory take(Path path, String chain) throws IOException {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new IOException("data-dir " + path + " cannot be made: " + e, e);
    }
    FileChannel lockFile;
    try {
      lockFile =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException("data-dir " + path + " cannot be written to: " + e, e);
    }
    DataDirectory taken = new DataDirectory(path, lockFile);
    try {
      taken.lock();
      taken.requireChain(chain);
      return taken;
    } catch (IOException e) {
      taken.close();
      throw e;
    }
  }

  private void lock() throws IOException {
    FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException("data-dir " + path + " is in use by another wallet server");
    }
  }

  private void requireChain(String chain) throws IOException {
    Path file = path.resolve("chain");
    String line = chain + "\n";
    if (Files.notExists(file)) {
      Files.writeString(file, line);
    }
    String there = Files.readString(file).strip();
    if (!there.equals(chain)) {
      throw new IOException("data-dir " + path + " has wallets of " + there + ", not of " + chain);
    }
  }

  Path wallets() {
    return path.resolve("wallets");
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  @Override
  public void close() throws IOException {
    lockFile.close(); // and the lock with it
  }
}
