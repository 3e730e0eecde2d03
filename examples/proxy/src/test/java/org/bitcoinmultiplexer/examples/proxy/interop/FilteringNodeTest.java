package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.BcoinNode;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.NeedsNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A bcoin node without blocks of its own follows what it watches, though the node has no filters.
 */
@NeedsNode
@ParameterizedClass
@EnumSource
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class FilteringNodeTest {

  @Parameter Way way;
  private EmbeddedNode node;
  private KnownChain chain;

  @BeforeAll
  void startNode() {
    node = new EmbeddedNode();
    chain = new KnownChain(node);
  }

  @AfterAll
  void endNode() {
    node.close();
  }

  @Test
  void followsThePaymentsToAnAddress() {
    assumeTrue(way.shares());
    byte[] hash = new byte[20];
    Arrays.fill(hash, (byte) (0x11 * way.ordinal())); // all ways share the chain
    String script = "76a914" + HexFormat.of().formatHex(hash) + "88ac";
    String first = pay(script);
    chain.mine(3);
    int found = chain.height() - 2;
    try (ProxyUnderTest.Running proxy =
            ProxyUnderTest.between(new LibraryProxy(), node.address(), way);
        BcoinNode follower = BcoinNode.watching(hash, proxy.address())) {
      follower.awaitHeight(chain.height());
      assertThat(follower.transactions()).containsExactly(first + " in " + found);

      String second = pay(script);
      Await.until(
          () -> "it is told of " + second + ", has " + follower.transactions(),
          () -> follower.transactions().contains(second));
      chain.mine(1);
      follower.awaitHeight(chain.height());
      Await.until(
          () -> "it finds " + second + " in the block, has " + follower.transactions(),
          () -> follower.transactions().contains(second + " in " + chain.height()));
      assertThat(follower.faults()).isEmpty();
    }
    assertThat(node.faults()).isEmpty();
  }

  private String pay(String script) {
    return node.submit(chain.faucet().pay(HexFormat.of().parseHex(script), 100_000));
  }
}
