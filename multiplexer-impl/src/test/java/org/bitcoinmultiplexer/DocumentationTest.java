package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be checked of the pages for people: that they can be finished, and lead somewhere. */
final class DocumentationTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int MOST_WORDS = 1_500;
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)");

  static List<Path> pages() throws IOException {
    try (Stream<Path> pages = Files.list(ROOT.resolve(".github"))) {
      return Stream.concat(Stream.of(ROOT.resolve("README.md")), pages)
          .filter(page -> page.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  @Test
  void theReadmeCanBeReadInOneSitting() throws IOException {
    String[] words = Files.readString(ROOT.resolve("README.md")).strip().split("\\s+");
    assertThat(words.length).isLessThanOrEqualTo(MOST_WORDS);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsToAFile(Path page) throws IOException {
    List<String> missing =
        LINK.matcher(Files.readString(page))
            .results()
            .map(link -> link.group(1))
            .filter(link -> !Files.exists(page.resolveSibling(link)))
            .toList();
    assertThat(missing).isEmpty();
  }
}
