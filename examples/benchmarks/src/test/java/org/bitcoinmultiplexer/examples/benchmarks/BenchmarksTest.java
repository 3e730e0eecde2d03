package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarksTest {

  @Test
  void measuresTheMultiplexerAndWritesWhatItFound(@TempDir Path directory) throws Exception {
    Benchmarks.main(
        new String[] {
          "--quick", "--only", "small", "--ways", "key", "--out", directory.toString()
        });

    List<String> rows = Files.readAllLines(directory.resolve("results.csv"));
    assertThat(rows).anyMatch(row -> row.startsWith("small,bare node,direct,1,p50,"));
    assertThat(rows).anyMatch(row -> row.startsWith("small,bare node,key,100,rate,"));
    assertThat(directory.resolve("results.md")).content().contains("| key ");
    assertThat(directory.resolve("latency-bare-node.svg")).content().contains("p99");
  }

  @Test
  void synchronisesAChainAndFindsItAgain(@TempDir Path directory) throws Exception {
    Benchmarks.main(
        new String[] {
          "--quick", "--only", "chain", "--ways", "cache", "--out", directory.toString()
        });

    List<String> rows = Files.readAllLines(directory.resolve("results.csv"));
    assertThat(rows).anyMatch(row -> row.startsWith("chain,bare node,direct,100,rate,"));
    assertThat(rows).anyMatch(row -> row.startsWith("chain,bare node,cache,100,cpu-proxy,"));
    assertThat(rows)
        .anyMatch(row -> row.startsWith("chain,bare node,cache,0,complete after start"));
  }

  @Test
  void measuresWhatGoodClientsFeelOfAttackers(@TempDir Path directory) throws Exception {
    Benchmarks.main(
        new String[] {
          "--quick", "--only", "attack", "--ways", "key", "--out", directory.toString()
        });

    List<String> rows = Files.readAllLines(directory.resolve("results.csv"));
    assertThat(rows).anyMatch(row -> row.startsWith("attack,bare node,key,20,none ping p99,"));
    assertThat(rows).anyMatch(row -> row.startsWith("attack,bare node,key,20,all block p99,"));
  }

  @Test
  void measuresGroupsOfBitcoinjWallets(@TempDir Path directory) throws Exception {
    Benchmarks.main(new String[] {"--quick", "--only", "bitcoinj", "--out", directory.toString()});

    List<String> rows = Files.readAllLines(directory.resolve("results.csv"));
    assertThat(rows).anyMatch(row -> row.startsWith("bitcoinj,none,in memory,20,threads,"));
    assertThat(directory.resolve("results.md")).content().contains("over loopback");
  }
}
