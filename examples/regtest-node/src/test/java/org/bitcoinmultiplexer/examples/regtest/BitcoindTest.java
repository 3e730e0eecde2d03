package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinmultiplexer.testing.BitcoindProcess;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The node and a real bitcoind agree on what is valid. */
@Timeout(120)
@NeedsBitcoind
class BitcoindTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void followsTheSameChainInBothDirections() throws Exception {
    ECKey key = new ECKey();
    Address legacy = key.toAddress(ScriptType.P2PKH, BitcoinNetwork.REGTEST);
    try (RegtestNode node = RegtestNode.start(0)) {
      node.mine(1, legacy);
      node.mine(700);
      node.pay(legacy, Coin.COIN);
      node.submit(Spends.coinbase(node, 1, key, legacy));
      Sha256Hash fork = node.mine(1).get(0);
      try (BitcoindProcess bitcoind =
          BitcoindProcess.regtest(folder, "-connect=127.0.0.1:" + node.port(), "-v2transport=0")) {
        awaitBlock(bitcoind, fork);

        Transaction payment = node.pay(legacy, Coin.COIN);
        String mempool;
        do {
          mempool = bitcoind.call("getrawmempool", "");
        } while (!mempool.contains(payment.getTxId().toString()));
        bitcoind.call("generatetodescriptor", "2,\"raw(51)\"");
        node.await(() -> node.height() == 704 && node.mempool().isEmpty(), PATIENCE);
        assertThat(bitcoind.call("getbestblockhash", "")).contains(node.tip().toString());

        List<Sha256Hash> branch = node.mineOn(fork, 3);
        awaitBlock(bitcoind, branch.get(2));
        bitcoind.call("generatetodescriptor", "1,\"raw(51)\"");
        node.await(() -> node.height() == 706 && node.mempool().isEmpty(), PATIENCE);
        awaitBlock(bitcoind, node.mine(1).get(0));
      }
      assertThat(node.violations()).isEmpty();
      assertThat(node.ignored()).extracting(PeerFault::command).containsOnly("getaddr");
    }
  }

  private static void awaitBlock(BitcoindProcess bitcoind, Sha256Hash block) {
    String answer = bitcoind.call("waitforblock", "\"" + block + "\"," + PATIENCE.toMillis());
    assertThat(answer).contains(block.toString());
  }
}
