package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of about 1 MB that are relayed: real ones of mainnet where they are at hand, otherwise
 * made ones of regtest with as many transactions.
 *
 * @param network they are of
 * @param origin in words
 * @param plain has no witness
 * @param committed commits to witnesses, so that every transaction is hashed for two trees
 */
record LargeBlocks(Network network, String origin, Block plain, Block committed) {

  private static final String FOLDER = "shared/vectors";
  private static final String PLAIN = "mainnet-block-413567.raw";
  private static final String COMMITTED = "mainnet-block-481829-coinbase-witness-only.raw";

  static LargeBlocks atHand() throws IOException {
    Path folder = folder();
    if (folder == null) {
      return new LargeBlocks(Network.REGTEST, "made", TestChain.plain(), TestChain.committed());
    }
    return new LargeBlocks(
        Network.MAINNET,
        "real",
        Block.of(Files.readAllBytes(folder.resolve(PLAIN))),
        Block.of(Files.readAllBytes(folder.resolve(COMMITTED))));
  }

  /** Looked for beside the working directory and beside everything above it. */
  private static @Nullable Path folder() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path folder = at.resolve(FOLDER);
      if (Files.exists(folder.resolve(PLAIN)) && Files.exists(folder.resolve(COMMITTED))) {
        return folder;
      }
    }
    return null;
  }
}
