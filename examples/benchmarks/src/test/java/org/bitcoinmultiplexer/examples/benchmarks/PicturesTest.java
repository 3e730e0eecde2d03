package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pictures of the README, as far as a program can look at them. */
class PicturesTest {

  private static final Path IMAGES = Path.of("..", "..", ".github", "images");
  private static final Pattern BOX =
      Pattern.compile(
          "<rect class=\"(?:box|ours)\" x=\"(\\d+)\" y=\"(\\d+)\" width=\"(\\d+)\""
              + " height=\"(\\d+)\"");
  private static final Pattern TEXT =
      Pattern.compile("<text( class=\"small\")? x=\"(\\d+)\" y=\"(\\d+)\">([^<]*)<");
  private static final double WIDTH_OF_A_LETTER = 0.6; // in a wide font, of its size
  private static final int MARGIN = 4;

  @ParameterizedTest
  @ValueSource(strings = {"architecture", "latency-bitcoind", "new-block", "node-and-fleet"})
  void areReadableInDarkModeAndNameUnitsAsTheyAreWritten(String name) throws IOException {
    assertThat(read(name))
        .contains("@media (prefers-color-scheme: dark)")
        .contains("class=\"paper\"")
        .doesNotContain("(us)");
  }

  @ParameterizedTest
  @ValueSource(strings = "architecture")
  void keepTextInsideItsBox(String name) throws IOException {
    String svg = read(name);
    List<MatchResult> boxes = BOX.matcher(svg).results().toList();
    assertThat(boxes).isNotEmpty();
    TEXT.matcher(svg)
        .results()
        .forEach(text -> boxes.forEach(box -> assertThat(overflows(text, box)).isFalse()));
  }

  private static boolean overflows(MatchResult text, MatchResult box) {
    int x = number(text, 2) - number(box, 1);
    int y = number(text, 3) - number(box, 2);
    boolean inside = x >= 0 && x <= number(box, 3) && y >= 0 && y <= number(box, 4);
    double half =
        text.group(4).length() * WIDTH_OF_A_LETTER * (text.group(1) == null ? 14 : 12) / 2;
    return inside && (x - half < MARGIN || x + half > number(box, 3) - MARGIN);
  }

  private static int number(MatchResult match, int group) {
    return Integer.parseInt(match.group(group));
  }

  private static String read(String name) throws IOException {
    return Files.readString(IMAGES.resolve(name + ".svg"));
  }
}
