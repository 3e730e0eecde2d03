package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_MONEY;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.junit.jupiter.api.Test;

class TransactionRulesTest {

  private static final long ALL = MAX_MONEY;

  @Test
  void findsNothingWrongWithOrdinaryTransactions() {
    assertThat(flaw(new int[] {0}, 0)).isNull();
    assertThat(flaw(new int[] {0, 1, 7}, 5, ALL - 5)).isNull();
    assertThat(flaw(new int[] {-1}, 5)).as("index 2^32 - 1 of a real transaction").isNull();
  }

  @Test
  void namesWhatIsInvalidWhateverIsSpent() {
    assertThat(flaw(new int[] {}, 5)).isEqualTo("no inputs");
    assertThat(flaw(new int[] {0})).isEqualTo("no outputs");
    assertThat(flaw(new int[] {0, 3, 0}, 5)).startsWith("input 2 spends");
    assertThat(flaw(new int[] {0}, -1)).startsWith("output 0 of -1");
    assertThat(flaw(new int[] {0}, 5, ALL + 1)).startsWith("output 1");
    assertThat(flaw(new int[] {0}, ALL, 1)).startsWith("output 1 of 1 ");
    assertThat(TransactionRules.flaw(Message.of("tx", TestChain.coinbase(1))))
        .isEqualTo("input 0 is that of a coinbase");
    assertThat(TransactionRules.flaw(Message.of("tx", new byte[1_000_001]))).contains("1000001");
  }

  private static String flaw(int[] spent, long... values) {
    ByteWriter out = new ByteWriter(4 + 1 + 41 * spent.length + 1 + 9 * values.length + 4);
    out.i32(2).u8(spent.length);
    for (int index : spent) {
      out.hash(Hash.of("%064x".formatted(3))).i32(index).u8(0).i32(-1);
    }
    out.u8(values.length);
    for (long value : values) {
      out.i64(value).u8(0);
    }
    return TransactionRules.flaw(out.i32(0).toMessage("tx"));
  }
}
