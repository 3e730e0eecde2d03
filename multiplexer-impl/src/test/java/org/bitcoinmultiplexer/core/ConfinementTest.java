package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever says that it is confined to a loop asserts so, if it knows the loop. */
class ConfinementTest {

  private static final Path SOURCES = Path.of("src/main/java/org/bitcoinmultiplexer");

  @ParameterizedTest
  @ValueSource(strings = {"core", "stage"})
  void whatIsConfinedToALoopThatItKnowsAssertsSo(String folder) throws IOException {
    try (Stream<Path> files = Files.list(SOURCES.resolve(folder))) {
      List<Path> confined = files.filter(ConfinementTest::isConfined).toList();
      assertThat(confined).hasSizeGreaterThan(1).allMatch(ConfinementTest::assertsSo);
    }
  }

  private static boolean isConfined(Path file) {
    String text = read(file);
    return text.contains("onfined to") && text.contains("private final EventLoop loop;");
  }

  private static boolean assertsSo(Path file) {
    String text = read(file);
    return text.contains("assert Confined.to(loop);")
        || text.contains("assert loop.inEventLoop();");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anAssertionHoldsInTheLoopAlone() {
    SimulatedLoop loop = new SimulatedLoop();
    assertThat(Confined.to(loop)).isFalse();
    loop.run(() -> assertThat(Confined.to(loop)).isTrue());
  }
}
