package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Starts an HAProxy in TCP mode, with one thread and a connection to the node for each client. */
final class Haproxy {

  private static final String CONFIGURATION =
      """
      global
        nbthread 1
        maxconn 8000
      defaults
        mode tcp
        timeout connect 10s
        timeout client 1h
        timeout server 1h
      listen node
        bind 127.0.0.1:%d
        server node 127.0.0.1:%d
      """;

  private Haproxy() {}

  static Optional<Path> executable() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .map(folder -> Path.of(folder, "haproxy"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Child start(Path executable, Path directory, int port, int node) throws IOException {
    Path file = directory.resolve("haproxy-" + port + ".cfg");
    Files.writeString(file, CONFIGURATION.formatted(port, node));
    return Child.start(
        "haproxy-" + port,
        directory,
        List.of(executable.toString(), "-db", "-q", "-f", file.toString()));
  }
}
