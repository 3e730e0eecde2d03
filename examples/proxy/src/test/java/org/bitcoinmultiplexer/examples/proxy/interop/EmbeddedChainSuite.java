package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.Parameter;

/** An embedded node with a chain for all tests of a class, and a fresh proxy for each of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EmbeddedChainSuite {

  @Parameter Way way;
  EmbeddedNode node;
  KnownChain chain;
  ProxyUnderTest.Running proxy;

  /** A node that has nothing yet. */
  EmbeddedNode startNode() {
    return new EmbeddedNode();
  }

  /** The least height of its chain. */
  int height() {
    return 0;
  }

  @BeforeAll
  void mine() {
    node = startNode();
    chain = new KnownChain(node);
    if (chain.height() < height()) {
      chain.mine(height() - chain.height());
    }
  }

  @AfterAll
  void endNode() {
    node.close();
  }

  @BeforeEach
  void startProxy() {
    proxy = ProxyUnderTest.between(new LibraryProxy(), node.address(), way);
  }

  @AfterEach
  void endProxy() {
    proxy.close();
    Await.until(() -> "nobody is connected any more", () -> node.inboundPeers().isEmpty());
    assertThat(node.faults()).isEmpty();
  }
}
