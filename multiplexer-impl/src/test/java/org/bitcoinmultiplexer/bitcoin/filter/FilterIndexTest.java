package org.bitcoinmultiplexer.bitcoin.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.filter.FilterIndex.Checkpoints;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.CompactFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpoints;
import org.bitcoinmultiplexer.bitcoin.wire.FilterHeaders;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.junit.jupiter.api.Test;

class FilterIndexTest {

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
    int count = 0;
    while (vector.find()) {
      int height = Integer.parseInt(vector.group(1));
      CompactFilter filter = filter(Hash.of(vector.group(2)), hex(vector.group(4)));
      Hash previous = Hash.of(vector.group(3));
      Hash header = Hash.of(vector.group(5));
      assertThat(filter.header(previous)).isEqualTo(header);
      if (height == 0) {
        FilterStretch stretch =
            FilterStretch.begin(0, previous)
                .append(
                    List.of(filter.block()), headers(0, previous, List.of(filter.filterHash())));
        assertThat(stretch.last()).isEqualTo(header);
        assertThat(stretch.filterHash(0)).isEqualTo(filter.filterHash());
      }
      count++;
    }
    assertThat(count).isEqualTo(10);
  }

  @Test
  void chainsWhatItIsGiven() {
    for (int number : new int[] {0, 3}) {
      List<Hash> hashes = hashes(number == 0 ? 1001 : 1000);
      List<Hash> blocks = hashes(hashes.size());
      Hash previous = number == 0 ? Hash.ZERO : STOP;
      List<Hash> headers = chained(previous, hashes);
      FilterStretch stretch = FilterStretch.begin(number, previous);
      int first = FilterStretch.first(number);
      assertThat(stretch.end()).isEqualTo(first);
      for (int from = 0; from < hashes.size(); ) {
        assertThat(stretch.isWhole()).isFalse();
        int to = Math.min(hashes.size(), from + 1 + random.nextInt(300));
        stretch =
            stretch.append(
                blocks.subList(from, to), headers(0, stretch.last(), hashes.subList(from, to)));
        from = to;
        assertThat(stretch.end()).isEqualTo(first + to);
        assertThat(stretch.last()).isEqualTo(headers.get(to - 1));
      }
      assertThat(stretch.isWhole()).isTrue();
      assertThat(stretch.number()).isEqualTo(number);
      assertThat(stretch.end() - 1).isEqualTo(FilterStretch.last(number));
      assertThat(stretch.header(first - 1)).isEqualTo(previous);
      for (int i = 0; i < hashes.size(); i++) {
        assertThat(FilterStretch.number(first + i)).isEqualTo(number);
        assertThat(stretch.has(first + i, blocks.get(i))).isTrue();
        assertThat(stretch.has(first + i, hashes.get(i))).isFalse();
        assertThat(stretch.filterHash(first + i)).isEqualTo(hashes.get(i));
        assertThat(stretch.header(first + i)).isEqualTo(headers.get(i));
      }
      FilterStretch whole = stretch;
      assertThat(whole.has(first - 1, blocks.get(0))).isFalse();
      assertThat(whole.has(whole.end(), blocks.get(0))).isFalse();
      assertThatThrownBy(() -> whole.filterHash(whole.end()))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> whole.append(List.of(STOP), headers(0, whole.last(), List.of(STOP))))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aCutStretchIsTheSameUpToThere() {
    List<Hash> hashes = hashes(1001);
    List<Hash> headers = chained(Hash.ZERO, hashes);
    FilterStretch whole =
        FilterStretch.begin(0, Hash.ZERO).append(hashes, headers(0, Hash.ZERO, hashes));
    for (int end : new int[] {0, 1, 99, 100, 101, 500, 1000, 1001}) {
      FilterStretch cut = whole.cut(end);
      assertThat(cut.end()).isEqualTo(end);
      assertThat(cut.last()).isEqualTo(end == 0 ? Hash.ZERO : headers.get(end - 1));
      List<Hash> rest = hashes.subList(end, 1001);
      FilterStretch again = cut.append(rest, headers(0, cut.last(), rest));
      assertThat(again.last()).isEqualTo(whole.last());
      assertThat(again.header(777)).isEqualTo(headers.get(777));
    }
  }

  @Test
  void refusesWhatGoesOnFromElsewhereOrIsNotAsLong() {
    List<Hash> three = hashes(3);
    FilterStretch stretch =
        FilterStretch.begin(0, Hash.ZERO).append(three, headers(0, Hash.ZERO, three));
    List<Hash> two = hashes(2);
    assertThatThrownBy(() -> stretch.append(two, headers(0, STOP, two)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("filter header " + STOP + " instead of " + stretch.last());
    assertThatThrownBy(() -> stretch.append(two, headers(1, stretch.last(), two)))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> stretch.append(two, headers(0, stretch.last(), three)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void answersAreWhatANodeWouldSend() {
    List<Hash> hashes = hashes(3205);
    List<Hash> headers = chained(Hash.ZERO, hashes);
    List<FilterStretch> parts = stretches(hashes, headers);
    for (FilterSpan span :
        List.of(
            new FilterSpan(0, 1999),
            new FilterSpan(1, 1),
            new FilterSpan(1000, 1001),
            new FilterSpan(1001, 3000),
            new FilterSpan(1201, 3200))) {
      int from = FilterStretch.number(span.first());
      FilterHeaders sent =
          FilterHeaders.parse(
              FilterIndex.cfheaders(
                  span, STOP, parts.subList(from, FilterStretch.number(span.last()) + 1)));
      assertThat(sent.type()).isZero();
      assertThat(sent.stop()).isEqualTo(STOP);
      assertThat(sent.previous())
          .isEqualTo(span.first() == 0 ? Hash.ZERO : headers.get(span.first() - 1));
      assertThat(sent.size()).isEqualTo(span.size());
      for (int i = 0; i < sent.size(); i++) {
        assertThat(sent.filterHash(i)).isEqualTo(hashes.get(span.first() + i));
      }
    }
    Checkpoints checkpoints = checkpoints(headers);
    for (int height : new int[] {0, 999, 1000, 1999, 3000, 3204}) {
      FilterCheckpoints sent =
          FilterCheckpoints.parse(FilterIndex.cfcheckpt(height, STOP, checkpoints));
      assertThat(sent.size()).isEqualTo(height / 1000);
      assertThat(sent.stop()).isEqualTo(STOP);
      for (int i = 0; i < sent.size(); i++) {
        assertThat(sent.header(i)).isEqualTo(headers.get(1000 * (i + 1)));
      }
    }
  }

  @Test
  void aStretchFitsBetweenItsOwnCheckpointsOnly() {
    List<Hash> hashes = hashes(2500);
    List<Hash> headers = chained(Hash.ZERO, hashes);
    Checkpoints between = checkpoints(headers);
    hashes.set(1500, STOP);
    List<FilterStretch> truth = stretches(hashes, headers);
    List<Hash> otherHeaders = chained(Hash.ZERO, hashes);
    List<FilterStretch> other = stretches(hashes, otherHeaders);
    assertThat(FilterIndex.fits(other.get(0), between)).isTrue();
    assertThat(FilterIndex.fits(other.get(1), between)).as("its end").isFalse();
    assertThat(FilterIndex.fits(other.get(1).cut(2000), between)).as("not whole").isTrue();
    assertThat(FilterIndex.fits(other.get(2), between)).as("its beginning").isFalse();
    assertThat(FilterIndex.fits(truth.get(2), between)).isTrue();
  }

  @Test
  void branchesAreKeptNextToEachOther() {
    FilterIndex index = new FilterIndex();
    List<Hash> hashes = hashes(900);
    FilterStretch trunk =
        FilterStretch.begin(0, Hash.ZERO).append(hashes, headers(0, Hash.ZERO, hashes));
    index.add(trunk);
    List<List<Hash>> branches = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      List<Hash> branch = new ArrayList<>(hashes.subList(0, 850 + i));
      branch.addAll(hashes(100));
      branches.add(branch);
      IntFunction<Hash> at = height -> height < branch.size() ? branch.get(height) : null;
      FilterStretch known = index.longest(0, index.checkpoints(), at);
      assertThat(known.end()).isEqualTo(850 + i);
      List<Hash> rest = branch.subList(known.end(), branch.size());
      index.add(known.append(rest, headers(0, known.last(), rest)));
      assertThat(index.longest(0, index.checkpoints(), at).end()).isEqualTo(branch.size());
    }
    for (List<Hash> branch : branches) {
      for (int height = 0; height < branch.size(); height++) {
        assertThat(index.filterHash(height, branch.get(height))).isEqualTo(branch.get(height));
      }
    }
    assertThat(index.filterHash(899, hashes.get(899))).isEqualTo(hashes.get(899));
    assertThat(index.filterHash(899, STOP)).isNull();
    assertThat(index.filterHash(1001, hashes.get(0))).isNull();
    index.clear();
    assertThat(index.find(1, hashes.get(1))).isNull();
  }

  @Test
  void aLongerStretchReplacesItsBeginning() {
    FilterIndex index = new FilterIndex();
    List<Hash> hashes = hashes(20);
    FilterStretch stretch = FilterStretch.begin(0, Hash.ZERO);
    for (Hash hash : hashes) { // more than there may be branches
      stretch = stretch.append(List.of(hash), headers(0, stretch.last(), List.of(hash)));
      index.add(stretch);
    }
    assertThat(index.find(0, hashes.get(0))).isSameAs(stretch);
    assertThat(
            index.longest(
                0, index.checkpoints(), height -> height < 20 ? hashes.get(height) : null))
        .isSameAs(stretch);
  }

  /** Stretches of blocks that have the same hashes as their filters. */
  private List<FilterStretch> stretches(List<Hash> hashes, List<Hash> headers) {
    List<FilterStretch> parts = new ArrayList<>();
    for (int number = 0; FilterStretch.first(number) < hashes.size(); number++) {
      int first = FilterStretch.first(number);
      int end = Math.min(hashes.size(), FilterStretch.last(number) + 1);
      Hash previous = number == 0 ? Hash.ZERO : headers.get(first - 1);
      List<Hash> part = hashes.subList(first, end);
      parts.add(FilterStretch.begin(number, previous).append(part, headers(0, previous, part)));
    }
    return parts;
  }

  private static Checkpoints checkpoints(List<Hash> headers) {
    List<Hash> every = new ArrayList<>();
    for (int height = 1000; height < headers.size(); height += 1000) {
      every.add(headers.get(height));
    }
    return new Checkpoints(STOP, every);
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

  private static List<Hash> chained(Hash before, List<Hash> hashes) {
    List<Hash> headers = new ArrayList<>();
    Hash previous = before;
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
