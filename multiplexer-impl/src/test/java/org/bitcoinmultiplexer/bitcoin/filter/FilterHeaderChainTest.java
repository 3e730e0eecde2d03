package org.bitcoinmultiplexer.bitcoin.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.CompactFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpoints;
import org.bitcoinmultiplexer.bitcoin.wire.FilterHeaders;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.junit.jupiter.api.Test;

class FilterHeaderChainTest {

  private static final Pattern VECTOR =
      Pattern.compile(
          "\\[(\\d+),\"(\\w{64})\",\"\\w+\",\\[[^]]*],\"(\\w{64})\",\"(\\w+)\",\"(\\w{64})\"");
  private static final Hash STOP = Hash.of("ab".repeat(32));

  private final Random random = new Random(157);

  /** Height, block, filter and filter header of real blocks of testnet3. */
  @Test
  void knowsTheVectorsOfBip158() {
    String file = new String(Vectors.read("bip158-testnet-19.json"), StandardCharsets.UTF_8);
    Matcher vector = VECTOR.matcher(file);
    FilterHeaderChain chain = FilterHeaderChain.EMPTY;
    int count = 0;
    while (vector.find()) {
      CompactFilter filter = filter(Hash.of(vector.group(2)), hex(vector.group(4)));
      Hash previous = Hash.of(vector.group(3));
      Hash header = Hash.of(vector.group(5));
      assertThat(filter.header(previous)).isEqualTo(header);
      if (vector.group(1).equals("0")) {
        chain = chain.append(headers(0, previous, List.of(filter.filterHash())));
        assertThat(chain.last()).isEqualTo(header);
        assertThat(chain.matches(filter, 0)).isTrue();
        byte[] other = hex(vector.group(4));
        other[1] ^= 1;
        assertThat(chain.matches(filter(filter.block(), other), 0)).isFalse();
      }
      count++;
    }
    assertThat(count).isEqualTo(10);
    assertThat(chain.size()).isEqualTo(1);
  }

  @Test
  void chainsWhatItIsGiven() {
    List<Hash> hashes = hashes(3205);
    List<Hash> headers = chained(hashes);
    FilterHeaderChain chain = FilterHeaderChain.EMPTY;
    for (int from = 0; from < hashes.size(); ) {
      int to = Math.min(hashes.size(), from + 1 + random.nextInt(700));
      chain = chain.append(headers(0, chain.last(), hashes.subList(from, to)));
      from = to;
      assertThat(chain.size()).isEqualTo(to);
      assertThat(chain.last()).isEqualTo(headers.get(to - 1));
    }
    assertThat(chain.header(-1)).isEqualTo(Hash.ZERO);
    for (int i = 0; i < hashes.size(); i++) {
      assertThat(chain.filterHash(i)).isEqualTo(hashes.get(i));
      assertThat(chain.header(i)).isEqualTo(headers.get(i));
    }
    FilterHeaderChain whole = chain;
    assertThatThrownBy(() -> whole.header(3205)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> whole.filterHash(3205)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void answersAreWhatANodeWouldSend() {
    List<Hash> hashes = hashes(3205);
    List<Hash> headers = chained(hashes);
    FilterHeaderChain chain = FilterHeaderChain.EMPTY.append(headers(0, Hash.ZERO, hashes));
    for (FilterSpan span :
        List.of(new FilterSpan(0, 1999), new FilterSpan(1, 1), new FilterSpan(1201, 3200))) {
      FilterHeaders sent = FilterHeaders.parse(chain.cfheaders(span, STOP));
      assertThat(sent.type()).isZero();
      assertThat(sent.stop()).isEqualTo(STOP);
      assertThat(sent.previous())
          .isEqualTo(span.first() == 0 ? Hash.ZERO : headers.get(span.first() - 1));
      assertThat(sent.size()).isEqualTo(span.size());
      for (int i = 0; i < sent.size(); i++) {
        assertThat(sent.filterHash(i)).isEqualTo(hashes.get(span.first() + i));
      }
    }
    for (int height : new int[] {0, 999, 1000, 1999, 3000, 3204}) {
      FilterCheckpoints sent = FilterCheckpoints.parse(chain.cfcheckpt(height, STOP));
      assertThat(sent.size()).isEqualTo(height / 1000);
      assertThat(sent.stop()).isEqualTo(STOP);
      for (int i = 0; i < sent.size(); i++) {
        assertThat(sent.header(i)).isEqualTo(headers.get(1000 * (i + 1)));
      }
      assertThat(chain.matches(sent)).isTrue();
      assertThat(chain.cut(1500).matches(sent)).isTrue(); // as far as it goes
    }
    assertThatThrownBy(() -> chain.cfcheckpt(3205, STOP))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> chain.cfheaders(new FilterSpan(3205, 3205), STOP))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void toldApartFromAnotherChain() {
    List<Hash> hashes = hashes(2500);
    FilterHeaderChain chain = FilterHeaderChain.EMPTY.append(headers(0, Hash.ZERO, hashes));
    hashes.set(1500, STOP);
    FilterHeaderChain other = FilterHeaderChain.EMPTY.append(headers(0, Hash.ZERO, hashes));
    assertThat(chain.matches(FilterCheckpoints.parse(other.cfcheckpt(1999, STOP)))).isTrue();
    assertThat(chain.matches(FilterCheckpoints.parse(other.cfcheckpt(2000, STOP)))).isFalse();
    assertThat(chain.cut(2000).matches(FilterCheckpoints.parse(other.cfcheckpt(2000, STOP))))
        .isTrue();
  }

  @Test
  void refusesAStretchThatGoesOnFromElsewhere() {
    FilterHeaderChain chain = FilterHeaderChain.EMPTY.append(headers(0, Hash.ZERO, hashes(3)));
    assertThatThrownBy(() -> chain.append(headers(0, STOP, hashes(2))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("previous filter header " + STOP + " instead of " + chain.last());
    assertThatThrownBy(() -> chain.append(headers(1, chain.last(), hashes(2))))
        .isInstanceOf(MalformedMessageException.class);
    assertThat(chain.append(headers(0, chain.last(), List.of())).last()).isEqualTo(chain.last());
  }

  @Test
  void branchesDoNotDisturbEachOther() {
    List<Hash> trunk = hashes(1450);
    FilterHeaderChain old = FilterHeaderChain.EMPTY.append(headers(0, Hash.ZERO, trunk));
    List<FilterHeaderChain> chains = new ArrayList<>(List.of(old));
    List<List<Hash>> expected = new ArrayList<>(List.of(trunk));
    for (int i = 0; i < 60; i++) { // from any of them, cut at any place
      int which = random.nextInt(chains.size());
      int kept = expected.get(which).size() - random.nextInt(600);
      List<Hash> more = hashes(random.nextInt(700));
      FilterHeaderChain cut = chains.get(which).cut(kept);
      assertThat(cut.size()).isEqualTo(kept);
      chains.add(cut.append(headers(0, cut.last(), more)));
      List<Hash> all = new ArrayList<>(expected.get(which).subList(0, kept));
      all.addAll(more);
      expected.add(all);
    }
    for (int i = 0; i < chains.size(); i++) {
      FilterHeaderChain chain = chains.get(i);
      List<Hash> headers = chained(expected.get(i));
      assertThat(chain.size()).isEqualTo(headers.size());
      for (int height = 0; height < chain.size(); height += 7) {
        assertThat(chain.filterHash(height)).isEqualTo(expected.get(i).get(height));
        assertThat(chain.header(height)).isEqualTo(headers.get(height));
      }
      assertThat(chain.last()).isEqualTo(headers.get(headers.size() - 1));
    }
  }

  private List<Hash> hashes(int count) {
    List<Hash> hashes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[32];
      random.nextBytes(bytes);
      hashes.add(Hash.read(bytes, 0));
    }
    return hashes;
  }

  private static List<Hash> chained(List<Hash> hashes) {
    List<Hash> headers = new ArrayList<>();
    Hash previous = Hash.ZERO;
    for (Hash hash : hashes) {
      byte[] both = new ByteWriter(64).hash(hash).hash(previous).toMessage("x").array();
      previous = Sha256d.hash(both, 0, 64);
      headers.add(previous);
    }
    return headers;
  }

  private static FilterHeaders headers(int type, Hash previous, List<Hash> hashes) {
    int size = 65 + ByteWriter.sizeOfCompactSize(hashes.size()) + 32 * hashes.size();
    ByteWriter out = new ByteWriter(size).u8(type).hash(STOP).hash(previous);
    out.compactSize(hashes.size());
    hashes.forEach(out::hash);
    return FilterHeaders.parse(out.toMessage("cfheaders"));
  }

  private static CompactFilter filter(Hash block, byte[] filter) {
    return CompactFilter.parse(
        new ByteWriter(33 + ByteWriter.sizeOfVarBytes(filter.length))
            .u8(0)
            .hash(block)
            .varBytes(filter)
            .toMessage("cfilter"));
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
