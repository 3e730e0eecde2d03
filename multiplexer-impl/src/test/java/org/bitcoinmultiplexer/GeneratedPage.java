package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of the repository that is made from the code, and is compared with it by a test. With
 * {@code -Dpages.write=true} the test writes it.
 *
 * @param path in the repository
 * @param text what it is to say
 */
public record GeneratedPage(Path path, String text) {

  /**
   * A page.
   *
   * @param path from the repository's root
   * @param text all of it
   */
  public static GeneratedPage of(String path, String text) {
    return new GeneratedPage(Path.of("..").resolve(path), text);
  }

  /** Fails if the file says something else. */
  public void assertUpToDate() {
    try {
      if (Boolean.getBoolean("pages.write")) {
        Files.writeString(path, text);
      }
      assertThat(path).as("run this test with -Dpages.write=true").exists();
      assertThat(Files.readString(path).replace("\r\n", "\n"))
          .as("run this test with -Dpages.write=true")
          .isEqualTo(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
