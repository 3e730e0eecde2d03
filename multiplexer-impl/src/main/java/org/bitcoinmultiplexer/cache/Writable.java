package org.bitcoinmultiplexer.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Finds out whether something can be kept in a place by trying it, before anything relies on it:
 * later nobody is left to be told.
 */
public final class Writable {

  private Writable() {}

  /**
   * Makes sure that files can be made in a directory, which is made if it is not there.
   *
   * @param directory where
   * @throws IllegalArgumentException saying in words why not
   */
  public static void directory(Path directory) {
    try {
      Files.createDirectories(directory);
      Path probe = Files.createTempFile(directory, "probe", ".tmp");
      try {
        Files.write(probe, new byte[1]); // a full disk has room for a name
      } finally {
        Files.delete(probe);
      }
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException("'" + directory + "' is no directory but a file", e);
    } catch (IOException e) {
      throw refused(directory, e);
    }
  }

  /**
   * Makes sure that a file can be written, which is made if it is not there.
   *
   * @param file where
   * @throws IllegalArgumentException saying in words why not
   */
  public static void file(Path file) {
    try {
      FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  private static IllegalArgumentException refused(Path path, IOException e) {
    return new IllegalArgumentException("'" + path + "' cannot be written to: " + reason(e), e);
  }

  /** What went wrong, without the name of an exception or of the file where words are known. */
  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no file can be made there";
    }
    String reason = e instanceof FileSystemException at ? at.getReason() : e.getMessage();
    return reason == null ? e.toString() : reason;
  }
}
