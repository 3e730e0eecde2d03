package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A bitcoind that had a life before the proxy was started: what is asked first is answered as by
 * itself.
 */
@NeedsBitcoind
@ParameterizedClass
@EnumSource(names = {"SERIAL", "KEY", "SEQUENCE", "CACHE"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class LateStartTest {

  private static final int HEIGHT = 2_315;
  private static final int FORK = 2_308;

  @Parameter Way way;
  private Bitcoind node;
  private String stale;

  /** Its chain, the last blocks of which have replaced others. */
  @BeforeAll
  void startNode(@TempDir Path directory) {
    node = Bitcoind.start(directory, "-blockfilterindex=1", "-peerblockfilters=1");
    node.mine(2_310, new byte[] {0x51});
    stale = node.tip();
    String left = node.rpc("getblockhash", FORK + 1).getAsString();
    node.rpc("invalidateblock", left);
    node.mine(HEIGHT - FORK, new byte[] {0x52});
    node.rpc("reconsiderblock", left);
    assertThat(node.height()).isEqualTo(HEIGHT);
    Await.until(
        () -> "its filters are there",
        () -> node.rpc("getindexinfo").toString().contains("\"best_block_height\":" + HEIGHT));
  }

  @AfterAll
  void endNode() {
    node.close();
  }

  private ProxyUnderTest.Running start() {
    return ProxyUnderTest.between(new LibraryProxy(), node.address(), way);
  }

  private List<Received> directly(String command, byte[] payload) {
    try (RawClient direct = RawClient.to(node.address()).connect()) {
      direct.fence();
      return direct.ask(command, payload);
    }
  }

  @Test
  void aBranchThatWasLeftIsServedAsByTheNode() {
    byte[] filters = new Payload().u8(0).u32(FORK - 5).hash(stale).toBytes();
    for (List<Object> asked :
        List.<List<Object>>of(
            List.of("getcfilters", filters),
            List.of("getcfheaders", filters),
            List.of("getcfcheckpt", new Payload().u8(0).hash(stale).toBytes()),
            List.of("getheaders", Wire.locator(List.of(), stale)))) {
      String command = (String) asked.get(0);
      byte[] payload = (byte[]) asked.get(1);
      List<Received> expected = directly(command, payload);
      assertThat(expected).as(command).isNotEmpty();
      try (ProxyUnderTest.Running proxy = start();
          RawClient client = RawClient.to(proxy.address()).connect()) {
        client.expect("sendcmpct");
        assertThat(client.ask(command, payload)).as(command).containsAll(expected);
      }
    }
  }

  @Test
  void theLastSixBlocksComeInShortFromTheFirstRequestOn() {
    for (int depth : List.of(0, 1, 5, 6)) {
      String block = node.rpc("getblockhash", HEIGHT - depth).getAsString();
      byte[] request = Wire.items(List.of(new Item(Item.COMPACT_BLOCK, block)));
      try (ProxyUnderTest.Running proxy = start();
          RawClient client = RawClient.to(proxy.address()).connect()) {
        assertThat(client.ask("getdata", request))
            .as("depth %d", depth)
            .extracting(Received::command)
            .contains(depth <= 5 ? "cmpctblock" : "block");
      }
    }
  }
}
