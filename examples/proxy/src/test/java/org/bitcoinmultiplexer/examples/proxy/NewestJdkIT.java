package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The project builds, passes tests and runs on the newest JDK of this machine. */
@Timeout(600)
class NewestJdkIT {

  private static final Path PROJECT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Set<String> NO_SOURCES = Set.of("target", ".git", "node_modules");

  /** From the engine, the transports and the program; the rest takes minutes. */
  private static final String TESTS = "EngineTest,TcpTransportTest,ProxySettingsTest";

  private record Jdk(Path home, int version) {}

  @TempDir Path directory;

  @Test
  void buildsAndRuns() throws Exception {
    Optional<Jdk> newest = newestJdk();
    assumeThat(newest).as("no JDK newer than " + Runtime.version().feature()).isPresent();
    Path copy = directory.resolve("project");
    copySources(copy);
    Path jdk = newest.orElseThrow().home();

    run(
        copy,
        jdk,
        Path.of(System.getProperty("maven.home"), "bin", "mvn").toString(),
        "-B",
        "-o",
        "-Dmaven.repo.local=" + System.getProperty("maven.repo.local"),
        "-Dtest=" + TESTS,
        "-Dsurefire.failIfNoSpecifiedTests=false",
        "-pl",
        "examples/proxy",
        "-am",
        "package");
    run(
        copy,
        jdk,
        jdk.resolve("bin/java").toString(),
        "-jar",
        "examples/proxy/target/multiplexer-proxy.jar",
        "--demo",
        "--demo-seconds=3");
  }

  private void run(Path where, Path jdk, String... command) throws Exception {
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", jdk.toString());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(9, TimeUnit.MINUTES)).as(command[0] + " ends").isTrue();
      assertThat(process.exitValue()).as(() -> tail(output)).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String tail(Path output) {
    try {
      List<String> lines = Files.readAllLines(output);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Beside the one that runs this, where systems and their users put them. */
  private static Optional<Jdk> newestJdk() throws IOException {
    List<Jdk> found = new ArrayList<>();
    Path own = Path.of(System.getProperty("java.home"));
    for (Path parent :
        List.of(
            own.getParent(),
            Path.of("/usr/lib/jvm"),
            Path.of(System.getProperty("user.home"), ".sdkman", "candidates", "java"),
            Path.of(System.getProperty("user.home"), ".jdks"))) {
      if (Files.isDirectory(parent)) {
        try (Stream<Path> homes = Files.list(parent)) {
          homes.map(NewestJdkIT::jdk).flatMap(Optional::stream).forEach(found::add);
        }
      }
    }
    return found.stream()
        .filter(jdk -> jdk.version() > Runtime.version().feature())
        .max(Comparator.comparingInt(Jdk::version));
  }

  private static Optional<Jdk> jdk(Path home) {
    Path release = home.resolve("release");
    if (!Files.isExecutable(home.resolve("bin/javac")) || !Files.isReadable(release)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (var in = Files.newInputStream(release)) {
      properties.load(in);
      String version = properties.getProperty("JAVA_VERSION", "\"0\"").replace("\"", "");
      return Optional.of(new Jdk(home, Runtime.Version.parse(version).feature()));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty(); // not one of those that say what they are
    }
  }

  private static void copySources(Path to) throws IOException {
    Files.walkFileTree(
        PROJECT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes)
              throws IOException {
            if (NO_SOURCES.contains(from.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(PROJECT.relativize(from)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path from, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              Files.copy(from, to.resolve(PROJECT.relativize(from)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
