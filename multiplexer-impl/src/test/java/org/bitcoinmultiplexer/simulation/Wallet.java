package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;

/** What one client does with bloom filters, and which transactions it may be told of by that. */
final class Wallet {

  private final Client client;
  private final GroundTruth truth;
  private final Draw draw;
  private final Set<TestFilter> had = new HashSet<>();
  private TestFilter sieve;
  private boolean heardOfAll;
  private boolean wasChoosy;
  private int mempools;
  private final List<Set<Hash>> open = new ArrayList<>(); // what it is told of before each pong

  Wallet(Client client, GroundTruth truth, Draw draw) {
    this.client = client;
    this.truth = truth;
    this.draw = draw;
    this.heardOfAll = client.kind.relay();
  }

  /**
   * Through what the engine is to look at a request that is made now; null if no filter is there.
   */
  TestFilter sieve() {
    return sieve;
  }

  /** Says something of its filter. */
  void change() {
    int what = draw.below(10);
    if (sieve == null || what < 3) {
      TestFilter next = draw.chance(0.4) ? TestFilter.OPEN : TestFilter.CLOSED;
      client.say(next.load(draw));
      has(next);
    } else if (what < 4) {
      client.say(Message.of(Commands.FILTERCLEAR, new byte[0]));
      sieve = null;
      heardOfAll = true;
    } else {
      Hash txid = someTxid();
      client.say(TestFilter.add(txid));
      has(sieve.with(txid));
    }
  }

  private void has(TestFilter next) {
    sieve = next;
    had.add(next);
    heardOfAll |= next == TestFilter.OPEN;
    wasChoosy |= next != TestFilter.OPEN;
  }

  /** Of a young block or of one that waits to be mined, so that it has a chance to match. */
  private Hash someTxid() {
    if (draw.chance(0.6) || truth.transactions.isEmpty()) {
      Chain.Known known = truth.chain.recent(draw.below(12));
      return draw.of(known.block.transactions).txid;
    }
    int size = truth.transactions.size();
    return truth.transactions.get(Math.max(0, size - 1 - draw.below(20))).tx.txid;
  }

  /**
   * Asks for what waits to be mined: before the pong it has to be told of whatever it was told of
   * before, if that still waits and passes.
   */
  void askForMempool(Set<Hash> announced) {
    TestFilter through = sieve;
    heardOfAll |= through == null;
    mempools++;
    Set<Hash> heard = new HashSet<>();
    open.add(heard);
    Set<Hash> before = Set.copyOf(announced);
    client.say(Message.of(Commands.MEMPOOL, new byte[0]));
    long nonce = draw.nextLong();
    client.ask(
        Ping.ping(nonce),
        new Expectations.ThenPong(
            new Expectations.Pong(nonce), () -> requireTold(before, heard, through)));
  }

  private void requireTold(Set<Hash> before, Set<Hash> heard, TestFilter through) {
    open.remove(0);
    for (Hash wtxid : before) {
      GroundTruth.KnownTx known = truth.transaction(wtxid, true);
      client.require(
          !known.isThere()
              || known.isMined
              || heard.contains(wtxid)
              || client.oracle.mayBeForgotten(known, client.now())
              || (through != null && !through.passes(known.tx)),
          "is not told that this waits to be mined: " + known);
    }
  }

  /** It is told of a transaction. */
  void hears(GroundTruth.KnownTx known) {
    open.forEach(heard -> heard.add(known.tx.wtxid));
  }

  /** How often it may have been told of each transaction on account of this. */
  int mempools() {
    return mempools;
  }

  /** Whether it may be told of a transaction that others brought. */
  boolean mayHear(BlockFactory.Tx tx) {
    return heardOfAll || had.stream().anyMatch(some -> some.passes(tx));
  }

  /** Whether it wanted to be told of everything, from the beginning. */
  boolean wantedAll() {
    return client.kind.relay() && !wasChoosy;
  }
}
