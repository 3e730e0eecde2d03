package org.bitcoinmultiplexer.examples.proxy.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bitcoinmultiplexer.testing.ChildProcess;
import org.opentest4j.TestAbortedException;

/**
 * Installs the pinned bcoin from npm into {@code target}, once: later runs find it there. Without a
 * registry in reach the test is skipped, or fails where peers are required.
 */
final class BcoinInstall {
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final List<String> FILES = List.of("package.json", "package-lock.json");

  private BcoinInstall() {}

  /** The directory with {@code node.js} and {@code node_modules}. */
  static synchronized Path directory() {
    Path target = Path.of(System.getProperty("basedir", "."), "target").toAbsolutePath();
    Path directory = target.resolve("bcoin");
    try {
      Files.createDirectories(directory);
      try (FileChannel channel =
              FileChannel.open(
                  target.resolve("bcoin.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        copy("node.js", directory);
        if (!isInstalled(directory)) {
          install(directory);
        }
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot install bcoin into " + directory, e);
    }
  }

  private static boolean isInstalled(Path directory) throws IOException {
    for (String file : FILES) {
      Path done = directory.resolve(file + ".installed");
      if (!Files.exists(done) || Files.mismatch(done, copy(file, directory)) != -1) {
        return false;
      }
    }
    return true;
  }

  private static void install(Path directory) throws IOException {
    for (String file : FILES) {
      copy(file, directory);
    }
    System.out.println("Installing bcoin from npm into " + directory + " (once)");
    // No install scripts: all of bcoin's native parts have a fallback or ship prebuilt.
    ChildProcess npm =
        ChildProcess.start(
            "npm",
            List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),
            directory,
            line -> {});
    int exit;
    try {
      exit = npm.ended().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      exit = -1;
    } catch (Exception e) {
      throw new IOException("npm was not waited for", e);
    } finally {
      npm.close();
    }
    if (exit != 0) {
      String message = "bcoin cannot be installed; " + npm.lastWords();
      if (PeerConditions.peersAreRequired()) {
        throw new IOException(message);
      }
      throw new TestAbortedException(message);
    }
    for (String file : FILES) {
      Files.copy(
          directory.resolve(file),
          directory.resolve(file + ".installed"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Path copy(String file, Path directory) throws IOException {
    Path copy = directory.resolve(file);
    try (InputStream resource = BcoinInstall.class.getResourceAsStream("/bcoin/" + file)) {
      if (resource == null) {
        throw new IOException("no test resource bcoin/" + file);
      }
      Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    return copy;
  }
}
