package org.bitcoinmultiplexer.examples.walletserver;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A file with a secret in its one line, which nobody but its owner may read. */
final class SecretFile {

  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private SecretFile() {}

  /**
   * Reads the secret.
   *
   * @param what it is, for the complaint, which never tells the secret
   */
  static String read(String what, Path file) throws UsageException {
    try {
      if (file.getFileSystem().supportedFileAttributeViews().contains("posix")
          && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
        throw new UsageException(what + " " + file + ": others may read it; chmod 600 it");
      }
      String secret = Files.readString(file).strip();
      if (secret.isEmpty()) {
        throw new UsageException(what + " " + file + ": is empty");
      }
      if (secret.lines().count() > 1) {
        throw new UsageException(what + " " + file + ": has more than one line");
      }
      return secret;
    } catch (IOException e) {
      throw new UsageException(what + " " + file + ": " + reason(e));
    }
  }

  static String reason(Exception e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    return e instanceof AccessDeniedException
        ? "permission denied"
        : String.valueOf(e.getMessage());
  }
}
