package org.bitcoinmultiplexer.examples.proxy;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.charset.StandardCharsets;
import org.bitcoinmultiplexer.transport.EventLoops;

/**
 * Ends the process at once, with exit code 1, when an error came up that no program survives: as a
 * rule memory has run out. A process that goes on would listen and never answer.
 *
 * <p>Takes no memory for that: everything it needs is there from the start.
 */
final class Halting implements UncaughtExceptionHandler {

  private final byte[] lastWords =
      "multiplexer-proxy: no memory is left, or the Java machine is broken: the process ends\n"
          .getBytes(StandardCharsets.US_ASCII);
  private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);

  private Halting() {}

  /** Has it done from now on, whatever thread the error comes up in. */
  static void onFatalErrors() {
    Thread.setDefaultUncaughtExceptionHandler(new Halting());
    // Loads what it needs.
    if (EventLoops.isFatal(new IllegalStateException())) {
      throw new AssertionError("a fault of one task is none of the process");
    }
  }

  @Override
  public void uncaughtException(Thread thread, Throwable thrown) {
    if (EventLoops.isFatal(thrown)) {
      try {
        err.write(lastWords);
      } catch (IOException | RuntimeException | Error e) {
        // Then without a word.
      }
      Runtime.getRuntime().halt(ProxyProgram.FAILURE);
    }
    System.err.print("Exception in thread \"" + thread.getName() + "\" ");
    thrown.printStackTrace();
  }
}
