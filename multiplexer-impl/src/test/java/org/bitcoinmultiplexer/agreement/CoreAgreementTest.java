package org.bitcoinmultiplexer.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.CFCHECKPT_INTERVAL;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatcher;
import org.bitcoinmultiplexer.bitcoin.bloom.BloomFilter;
import org.bitcoinmultiplexer.bitcoin.bloom.FilteredBlock;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.compact.CompactBlock;
import org.bitcoinmultiplexer.bitcoin.filter.FilterIndex;
import org.bitcoinmultiplexer.bitcoin.filter.FilterSpan;
import org.bitcoinmultiplexer.bitcoin.filter.FilterStretch;
import org.bitcoinmultiplexer.bitcoin.headers.BlockList;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderChain;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.CompactFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterAdd;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterHeaders;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is answered here is, byte for byte, what a real bitcoind answers. */
@Timeout(240)
@NeedsBitcoind
class CoreAgreementTest {

  @TempDir Path folder;

  private final Random random = new Random();

  @BeforeEach
  void seed() {
    long seed = System.nanoTime();
    System.out.println("CoreAgreementTest: seed " + seed);
    random.setSeed(seed);
  }

  @Test
  void agreesOnChainsThroughReorganisations() throws Exception {
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    Set<Hash> met = new LinkedHashSet<>();
    try (CoreNode node = start(Network.REGTEST)) {
      node.call("generatetodescriptor", "600, \"raw(51)\"");
      for (int round = 0; round < 6; round++) {
        sync(chain, node);
        ChainView view = chain.view();
        for (int height = 0; height <= view.height(); height++) {
          met.add(view.hash(height));
        }
        assertSameLists(view, List.copyOf(met), node, 60);
        assertSameCompactBlock(view.hash(view.height() - random.nextInt(5)), node);

        int back = 1 + random.nextInt(20);
        String left = "\"" + view.hash(view.height() - back + 1) + "\"";
        String script = "raw(51%02x)".formatted(0x52 + round); // so that these blocks are others
        node.call("invalidateblock", left);
        node.call("generatetodescriptor", (back + 1 + random.nextInt(3)) + ", \"" + script + "\"");
        node.call("reconsiderblock", left); // its branch is valid, but no longer the best
      }
    }
  }

  @Test
  void agreesOnFiltersAndOnRealBlocks() throws Exception {
    List<Message> blocks = Vectors.firstBlocks();
    HeaderChain chain = new HeaderChain(Network.MAINNET);
    try (CoreNode node = start(Network.MAINNET)) {
      for (Message block : blocks.subList(1, blocks.size())) {
        node.send(block);
      }
      sync(chain, node);
      ChainView view = chain.view();
      assertThat(view.height()).isEqualTo(438);
      assertSameLists(view, hashes(view), node, 60);
      List<byte[]> elements = elements(blocks);
      for (int round = 0; round < 40; round++) {
        assertSameFilteredBlocks(blocks, elements, node);
      }
      assertSameCompactFilters(view, node);
    }
  }

  private CoreNode start(Network network) throws IOException {
    return CoreNode.start(network, folder);
  }

  private static void sync(HeaderChain chain, CoreNode node) throws IOException {
    Headers headers;
    do {
      List<Hash> locator = chain.view().locator();
      Message request = BlockLocator.of(Commands.GETHEADERS, 70016, locator, Hash.ZERO);
      List<Message> answers = node.ask(request);
      assertThat(answers).hasSize(1);
      headers = Headers.parse(answers.get(0));
      assertThat(chain.add(headers).flaw()).isEmpty();
    } while (headers.size() == MAX_HEADERS_RESULTS);
  }

  private void assertSameLists(ChainView view, List<Hash> met, CoreNode node, int rounds)
      throws IOException {
    for (int round = 0; round < rounds; round++) {
      List<Hash> locator = new ArrayList<>();
      for (int i = random.nextInt(5); i > 0; i--) {
        locator.add(random.nextInt(6) == 0 ? unknown() : pick(met));
      }
      Hash stop =
          switch (random.nextInt(8)) {
            case 0, 1, 2 -> Hash.ZERO;
            case 3 -> unknown();
            default -> pick(met);
          };
      Message getheaders = BlockLocator.of(Commands.GETHEADERS, 70016, locator, stop);
      Optional<Message> headers = view.headers(BlockLocator.parse(getheaders));
      assertThat(node.ask(getheaders))
          .as("getheaders %s to %s", locator, stop)
          .isEqualTo(headers.map(List::of).orElse(List.of()));
      Message getblocks = BlockLocator.of(Commands.GETBLOCKS, 70016, locator, stop);
      Optional<Message> inv = view.blocks(BlockLocator.parse(getblocks)).map(BlockList::inv);
      assertThat(node.ask(getblocks))
          .as("getblocks %s to %s", locator, stop)
          .isEqualTo(inv.map(List::of).orElse(List.of()));
    }
  }

  private static void assertSameCompactBlock(Hash hash, CoreNode node) throws IOException {
    Message block = only(node, InventoryVector.WITNESS_BLOCK, hash);
    Message sent = only(node, InventoryVector.CMPCT_BLOCK, hash);
    ByteReader in = new ByteReader(sent);
    in.skip(BlockHeader.SIZE, "header");
    assertThat(CompactBlock.of(block, in.i64("nonce"))).isEqualTo(sent);
  }

  private static Message only(CoreNode node, int type, Hash hash) throws IOException {
    List<Message> answers = node.ask(Inventory.of(Commands.GETDATA, type, hash));
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  private void assertSameFilteredBlocks(List<Message> blocks, List<byte[]> elements, CoreNode node)
      throws IOException {
    byte[] bits = new byte[random.nextInt(10) == 0 ? random.nextInt(3) : 20 + random.nextInt(1500)];
    if (bits.length > 0 && random.nextInt(3) == 0) { // some rubbish, for false positives
      for (int i = 0; i < 2 * bits.length; i++) {
        bits[random.nextInt(bits.length)] |= (byte) (1 << random.nextInt(8));
      }
    }
    Message load =
        new ByteWriter(ByteWriter.sizeOfVarBytes(bits.length) + 9)
            .varBytes(bits)
            .u32(random.nextInt(12))
            .i32(random.nextInt())
            .u8(random.nextInt(4))
            .toMessage(Commands.FILTERLOAD);
    BloomFilter filter = BloomFilter.of(FilterLoad.parse(load));
    node.send(load);
    for (int i = random.nextInt(12); i > 0; i--) {
      byte[] element = elements.get(random.nextInt(elements.size()));
      node.send(FilterAdd.toMessage(element));
      filter.insert(element);
    }
    List<Message> expected = new ArrayList<>();
    for (Message block : blocks) {
      FilteredBlock filtered = BlockMatcher.of(block).match(filter);
      expected.add(filtered.merkleblock());
      for (int i = 0; i < filtered.size(); i++) {
        expected.add(filtered.transaction(i));
      }
    }
    List<Hash> hashes = blocks.stream().map(block -> BlockHeader.of(block).hash()).toList();
    Message getdata = Inventory.of(Commands.GETDATA, InventoryVector.FILTERED_BLOCK, hashes);
    assertThat(node.ask(getdata)).isEqualTo(expected);
  }

  /** What wallets of that time would look for: transactions, their first outputs, and keys. */
  private static List<byte[]> elements(List<Message> blocks) {
    List<byte[]> elements = new ArrayList<>();
    for (Message message : blocks) {
      Block block = Block.parse(message);
      for (int i = 0; i < block.size(); i++) {
        Hash txid = block.txid(i);
        elements.add(txid.toByteArray());
        elements.add(new ByteWriter(36).hash(txid).i32(0).toMessage("outpoint").array());
        byte[] bytes = block.transaction(i).toByteArray();
        for (int at = 0; at + 67 <= bytes.length; at++) { // push of 65 bytes, OP_CHECKSIG
          if (bytes[at] == 65 && bytes[at + 1] == 4 && bytes[at + 66] == (byte) 0xac) {
            elements.add(Arrays.copyOfRange(bytes, at + 1, at + 66));
          }
        }
      }
    }
    return elements;
  }

  private void assertSameCompactFilters(ChainView view, CoreNode node) throws IOException {
    FilterRange all = new FilterRange(FilterSpan.BASIC, 0, view.tip());
    List<Message> whole;
    do { // silent until its index is there
      whole = node.ask(all.toMessage(Commands.GETCFHEADERS));
    } while (whole.isEmpty());
    List<Hash> blocks = hashes(view);
    FilterStretch filters =
        FilterStretch.begin(0, Hash.ZERO).append(blocks, FilterHeaders.parse(whole.get(0)));
    for (int i = 0; i < 40; i++) {
      int first = random.nextInt(filters.end());
      int last = first + random.nextInt(filters.end() - first);
      FilterRange range = new FilterRange(FilterSpan.BASIC, first, view.hash(last));
      assertThat(node.ask(range.toMessage(Commands.GETCFHEADERS)))
          .containsExactly(
              FilterIndex.cfheaders(
                  new FilterSpan(first, last), view.hash(last), List.of(filters)));
    }
    List<Message> sent = node.ask(all.toMessage(Commands.GETCFILTERS));
    assertThat(sent).hasSize(filters.end());
    for (int i = 0; i < sent.size(); i++) {
      assertThat(CompactFilter.parse(sent.get(i)).filterHash()).isEqualTo(filters.filterHash(i));
    }
    FilterCheckpointsRequest request = new FilterCheckpointsRequest(FilterSpan.BASIC, view.tip());
    assertThat(view.height()).isLessThan(CFCHECKPT_INTERVAL);
    assertThat(node.ask(request.toMessage()))
        .containsExactly(
            FilterIndex.cfcheckpt(
                view.height(), view.tip(), new FilterIndex.Checkpoints(Hash.ZERO, List.of())));
  }

  private static List<Hash> hashes(ChainView view) {
    List<Hash> hashes = new ArrayList<>();
    for (int height = 0; height <= view.height(); height++) {
      hashes.add(view.hash(height));
    }
    return hashes;
  }

  private Hash pick(List<Hash> hashes) {
    return hashes.get(random.nextInt(hashes.size()));
  }

  private Hash unknown() {
    byte[] bytes = new byte[Hash.SIZE];
    random.nextBytes(bytes);
    return Hash.read(bytes, 0);
  }
}
