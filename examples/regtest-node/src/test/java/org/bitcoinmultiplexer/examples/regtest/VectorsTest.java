package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real blocks are parsed, stripped and found intact. */
class VectorsTest {
  @ParameterizedTest
  @CsvSource({
    "mainnet-block-482683-segwit.raw, 8809, 482683",
    "mainnet-block-540107-segwit.raw, 577962, 540107",
    "mainnet-block-481829-coinbase-witness-only.raw, 998282, 481829",
  })
  void knowsTheTwoFormsOfARealBlock(String file, int strippedSize, int height) throws Exception {
    byte[] bytes = read(file);
    BlockBody block = BlockBody.parse(bytes);
    assertThat(block.full()).isEqualTo(bytes);
    assertThat(block.stripped()).hasSize(strippedSize);
    BlockRules.requireBody(block, height);
  }

  @Test
  void noticesAMissingWitness() throws Exception {
    BlockBody block = BlockBody.parse(read("mainnet-block-482683-segwit.raw"));
    assertThatThrownBy(() -> BlockRules.requireBody(BlockBody.parse(block.stripped()), 482683))
        .isInstanceOf(InvalidBlockException.class)
        .hasMessageContaining("coinbase witness missing");
  }

  private static byte[] read(String name) throws Exception {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path file = folder.resolve("shared").resolve("vectors").resolve(name);
      if (Files.exists(file)) {
        return Files.readAllBytes(file);
      }
    }
    assertThat(System.getenv("CI")).as("CI without shared/vectors/" + name).isNotEqualTo("true");
    assumeTrue(false, "no shared/vectors/" + name + " beside the repository");
    throw new AssertionError();
  }
}
