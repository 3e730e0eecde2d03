package org.bitcoinmultiplexer.bitcoin.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.headers.GenesisHeaders;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.headers.sync.HeaderSync;
import org.bitcoinmultiplexer.bitcoin.relay.ScriptedEngineContext;
import org.bitcoinmultiplexer.bitcoin.relay.TestChain;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.junit.jupiter.api.Test;

class NodeModelTest {

  private static final Hash GENESIS = Network.REGTEST.genesis();

  private final ScriptedEngineContext engine = new ScriptedEngineContext();
  private final NodeModel node =
      new NodeModel(engine, Network.REGTEST, new Random(1), 100_000, true);
  private final NodeView view = node;

  @Test
  void knowsNothingAtFirst() {
    assertThat(view.info()).isNull();
    assertThat(view.state()).isNull();
    assertThat(view.height()).isZero();
    assertThat(view.reached()).isZero();
    assertThat(view.tip()).isNull();
    assertThat(view.headerChain()).isNull();
    assertThat(view.knownHeaders()).isNull();
    assertThat(view.headers().height()).isZero();
    assertThat(view.offersFilters()).isFalse();
    assertThat(view.isShown(GENESIS)).as("nothing speaks against it").isTrue();
    assertThat(view.transactions()).isEmpty();
    assertThat(view.unconfirmed()).isEmpty();
  }

  @Test
  void saysOfOneConnectionNothingThatWasKnownOfTheLast() {
    in(() -> node.connected(info(100, Version.NODE_COMPACT_FILTERS)));
    shows(TestChain.grow(GENESIS, 5, 0));
    NodeState first = view.state();
    assertThat(view.height()).isEqualTo(5);
    assertThat(view.reached()).isEqualTo(5);
    assertThat(first.isCurrent()).isTrue();
    assertThat(view.offersFilters()).isTrue();

    in(() -> node.connected(info(7, 0)));
    assertThat(view.state()).isNotSameAs(first);
    assertThat(view.height()).as("as it stated").isEqualTo(7);
    assertThat(view.reached()).isZero();
    assertThat(view.state().isCurrent()).isFalse();
    assertThat(view.offersFilters()).isFalse();
    assertThat(view.tip()).as("which clients were told").isNotNull();
    assertThat(first.isFollowed()).isTrue();
  }

  @Test
  void readsTheWholeChainOnlyWhileNothingOfItIsMissing() {
    List<BlockHeader> headers = TestChain.grow(GENESIS, 5, 0);
    HeaderSync sync = new HeaderSync(engine, Network.REGTEST, null, Runnable::run, () -> {});
    node.keepHeaders(sync);
    assertThat(view.knownHeaders()).as("not read").isNull();
    sync.open();
    engine.loop().runTasks();
    in(() -> node.connected(info(5, 0)));
    in(() -> sync.connected(5, reason -> {}));
    assertThat(view.headers()).isSameAs(node.recentHeaders());

    in(() -> sync.add(Headers.parse(TestChain.headers(headers))));
    assertThat(view.knownHeaders().height()).isEqualTo(5);
    assertThat(view.headerChain()).as("not known where it ends").isNull();
    in(() -> sync.found(TestChain.last(headers).hash()));
    assertThat(view.headerChain()).as("not known to everybody").isNull();
    shows(headers);
    assertThat(view.headerChain()).isNotNull().isSameAs(view.headers());
    assertThat(view.headers().depth(headers.get(0).hash())).isEqualTo(4);

    in(() -> node.behind(true));
    assertThat(view.headerChain()).as("it has announced more").isNull();
    assertThat(view.headers().depth(headers.get(0).hash())).isEqualTo(4);
    in(() -> node.behind(false));
    assertThat(view.headerChain()).isNotNull();
    in(() -> sync.disconnected());
    assertThat(view.headerChain()).as("there is no node").isNull();
    assertThat(view.knownHeaders()).isNotNull();
  }

  @Test
  void runsWhatWaitsForTheNodeOnceAndInItsLoop() {
    List<String> ran = new ArrayList<>();
    Runnable gone = () -> ran.add("gone");
    view.whenKnown(engine.loop(), () -> ran.add("waits"));
    view.whenKnown(engine.loop(), gone);
    view.giveUpWaiting(gone);
    engine.loop().runTasks();
    in(() -> node.connected(info(1, 0)));
    engine.loop().runTasks();
    assertThat(ran).isEmpty();

    in(
        () -> {
          node.announceKnown();
          node.announceKnown();
          assertThat(ran).as("never at once").isEmpty();
        });
    engine.loop().runTasks();
    assertThat(ran).containsExactly("waits");
    view.whenKnown(engine.loop(), () -> ran.add("late"));
    assertThat(ran).doesNotContain("late");
    engine.loop().runTasks();
    assertThat(ran).containsExactly("waits", "late");
  }

  @Test
  void tellsOfAFeeFilterThatIsNew() {
    assertThat(feeFilter()).as("no node").isNull();
    in(() -> node.connected(info(1, 0)));
    assertThat(feeFilter()).isNotNull().isSameAs(view.info());
    assertThat(view.info().feeFilter()).isEqualTo(5);
    assertThat(feeFilter()).isNull();
  }

  @Test
  void namesAsUnconfirmedOnlyWhatWaits() {
    PoolEntry entry = new PoolEntry(Transaction.parse(TestChain.tx(1, 1)));
    node.pool().add(entry);
    assertThat(view.unconfirmed()).containsExactly(entry.full());
    assertThat(view.unconfirmedCount()).isOne();
    assertThat(view.waiting(entry.txid(), false)).isSameAs(entry.full());

    node.mempool().clear();
    assertThat(view.unconfirmed()).isEmpty();
    assertThat(view.waiting(entry.txid(), false)).isNull();
    assertThat(view.transaction(entry.wtxid(), true)).as("a body is kept").isSameAs(entry.full());
    assertThat(view.transactions()).containsExactly(entry.full());
  }

  private void in(Runnable task) {
    engine.loop().run(task);
  }

  private NodeInfo feeFilter() {
    NodeInfo[] changed = new NodeInfo[1];
    in(() -> changed[0] = node.feeFilter(5));
    return changed[0];
  }

  private void shows(List<BlockHeader> headers) {
    HeaderWindow recent = node.recentHeaders();
    recent.add(Headers.parse(TestChain.headers(headers)));
    recent.follow(
        TestChain.last(headers).hash(),
        headers.size(),
        hash -> hash.equals(GENESIS) ? GenesisHeaders.of(Network.REGTEST) : recent.header(hash));
    in(node::followed);
  }

  private static NodeInfo info(int height, long services) {
    return new NodeInfo(70016, services, "/Satoshi:31.0.0/", height, true, true, 0, 0, "a node");
  }
}
