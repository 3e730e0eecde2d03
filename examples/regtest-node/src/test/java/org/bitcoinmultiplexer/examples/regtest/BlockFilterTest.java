package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Filters are those of Bitcoin Core. */
class BlockFilterTest {
  private static final Pattern VECTOR =
      Pattern.compile("\\[(\\d+),\"\\w{64}\",\"(\\w+)\",\\[([^]]*)],\"\\w{64}\",\"(\\w+)\"");

  /** Real blocks of testnet3, what they spend, and their filters. */
  @Test
  void knowsTheVectorsOfBip158() throws IOException {
    Path file = find(Path.of("shared", "vectors", "bip158-testnet-19.json"));
    assumeTrue(file != null || System.getenv("CI") != null, "there are no vectors here");
    Matcher vector = VECTOR.matcher(Files.readString(file));
    int count = 0;
    while (vector.find()) {
      BlockBody block = BlockBody.parse(HexFormat.of().parseHex(vector.group(2)));
      List<byte[]> spent = new ArrayList<>();
      for (String script : vector.group(3).split(",")) {
        spent.add(HexFormat.of().parseHex(script.replace("\"", "")));
      }
      assertThat(HexFormat.of().formatHex(BlockFilter.of(block, spent)))
          .as("block %s", vector.group(1))
          .isEqualTo(vector.group(4));
      count++;
    }
    assertThat(count).isEqualTo(10);
  }

  private static Path find(Path file) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve(file))) {
        return at.resolve(file);
      }
    }
    return null;
  }
}
