package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SlowTransactionTest {

  private static byte[] tagged(String tag, byte[] bytes) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    byte[] hashed = sha.digest(tag.getBytes(StandardCharsets.US_ASCII));
    sha.update(hashed);
    sha.update(hashed);
    return sha.digest(bytes);
  }

  @Test
  void theScriptIsTheOneThatTheOutputCommitsTo() throws Exception {
    byte[] script = SlowTransaction.script();
    byte[] prefix = new byte[5];
    Wire.putCompactSize(Wire.little(prefix), script.length);
    ByteArrayOutputStream leaf = new ByteArrayOutputStream();
    leaf.write(0xc0);
    leaf.writeBytes(prefix);
    leaf.writeBytes(script);
    assertThat(HexFormat.of().formatHex(tagged("TapLeaf", leaf.toByteArray())))
        .as("the leaf by which the key of the output was tweaked")
        .isEqualTo("18d98892fddbdef469639a4b006804204a2bbaef17678ec5b11274940ebfc23a");
  }

  @Test
  void noTwoAreTheSameAndEachIsStandardInSize() {
    SlowTransaction.Variants variants = new SlowTransaction.Variants(TestChain.coin(), 7);
    byte[] first = variants.next().clone();
    assertThat(variants.next()).isNotEqualTo(first).hasSizeBetween(385_000, 399_000);
  }
}
