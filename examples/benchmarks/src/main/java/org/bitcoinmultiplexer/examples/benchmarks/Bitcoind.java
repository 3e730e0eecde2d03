package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** Starts a bitcoind on regtest and gives it the test chain, as a peer would. */
final class Bitcoind {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Bitcoind() {}

  static Child start(Path executable, Path directory, int port, TestChain chain, String... options)
      throws IOException {
    Path data = Files.createTempDirectory(directory, "bitcoind");
    List<String> command =
        new ArrayList<>(
            List.of(
                executable.toString(),
                "-regtest",
                "-datadir=" + data,
                "-port=" + port,
                "-bind=127.0.0.1:" + port,
                "-listen=1",
                "-connect=0",
                "-dnsseed=0",
                "-listenonion=0",
                "-server=0",
                "-disablewallet",
                "-printtoconsole=0",
                "-maxconnections=8000",
                // The blocks of the test chain are old.
                "-maxtipage=1000000000"));
    command.addAll(List.of(options));
    Child child = Child.start("bitcoind", directory, command);
    try (Conversation conversation = awaitOpen(child, port)) {
      for (Block block : chain.all()) {
        conversation.write(ByteBuffer.wrap(Wire.frame(Network.REGTEST, "block", block.bytes())));
      }
      conversation.pingPong();
    }
    return child;
  }

  private static Conversation awaitOpen(Child child, int port) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return Conversation.open(port, Network.REGTEST);
      } catch (IOException e) {
        if (!child.isAlive() || System.nanoTime() > deadline) {
          child.close();
          throw new IOException("bitcoind does not listen: " + child.logged(), e);
        }
        Pause.millis(100);
      }
    }
  }
}
