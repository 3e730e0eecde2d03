package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.junit.jupiter.api.Test;

class KnownHeadersTest {

  private final List<BlockHeader> chain = Chain.headers(20);
  private final Map<Hash, BlockHeader> headers = new HashMap<>();
  private final KnownHeaders known = new KnownHeaders(headers::get);

  KnownHeadersTest() {
    chain.forEach(header -> headers.put(header.hash(), header));
  }

  @Test
  void atFirstNothingIsKnown() {
    assertThat(known.has(hash(0))).isFalse();
  }

  @Test
  void whoHasABlockHasItsAncestorsAndNoneThatFollow() {
    known.sent(hash(10));

    assertThat(known.has(hash(10))).isTrue();
    assertThat(known.has(hash(9))).isTrue();
    assertThat(known.has(hash(11))).isFalse();
  }

  @Test
  void ancestorsCountSoFarBackAndNoFurther() {
    known.announced(hash(19));

    assertThat(known.has(hash(19 - KnownHeaders.DEPTH + 1))).isTrue();
    assertThat(known.has(hash(19 - KnownHeaders.DEPTH))).isFalse();
  }

  @Test
  void whatWasSentLastCountsEvenIfItIsLower() {
    known.sent(hash(10));
    known.sent(hash(5));

    assertThat(known.has(hash(10))).isFalse();
    assertThat(known.has(hash(5))).isTrue();
  }

  @Test
  void announcedAndSentBothCount() {
    known.sent(hash(3));
    known.announced(hash(7));

    assertThat(known.has(hash(7))).isTrue();
    known.announced(Hash.ZERO);
    assertThat(known.has(hash(7))).isFalse();
    assertThat(known.has(hash(3))).isTrue();
  }

  @Test
  void anUnknownBlockIsOnlyItself() {
    Hash stranger = Hash.of("%064x".formatted(1));
    known.announced(stranger);

    assertThat(known.has(stranger)).isTrue();
    assertThat(known.has(hash(19))).isFalse();
  }

  private Hash hash(int height) {
    return chain.get(height).hash();
  }
}
