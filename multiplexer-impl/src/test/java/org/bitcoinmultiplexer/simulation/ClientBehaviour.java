package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/** What one client asks for, and when. */
final class ClientBehaviour {

  /**
   * What a client is up to.
   *
   * @param requests so many, and it leaves
   * @param depth how many it has open at most; 1 to wait for each answer
   * @param thinking between two requests on average, in milliseconds
   * @param misbehaves whether it breaks a rule instead of leaving
   */
  record Plan(int requests, int depth, double thinking, boolean misbehaves) {}

  private static final List<Integer> TRANSACTION_TYPES =
      List.of(InventoryVector.TX, InventoryVector.WITNESS_TX, InventoryVector.WTX);
  private static final List<Integer> BLOCK_TYPES =
      List.of(InventoryVector.BLOCK, InventoryVector.WITNESS_BLOCK, InventoryVector.CMPCT_BLOCK);
  private static final List<Integer> OTHER_TYPES =
      List.of(0, 6, 7, 0x40000003, 0x40000004, 0x40000005, -1);

  private final Client client;
  private final GroundTruth truth;
  private final Chain chain;
  private final Draw draw;
  private final Plan plan;
  private final SimulatedLoop time;
  private final UnpromptedMessages offerings;
  private final boolean hasWallet;
  private final Set<Object> unproven = new HashSet<>();
  private int requests;
  private boolean thinking;
  private boolean paused;
  private boolean ending;
  private boolean done;

  ClientBehaviour(Client client, GroundTruth truth, Draw draw, Plan plan, SimulatedLoop time) {
    this.client = client;
    this.truth = truth;
    this.chain = truth.chain;
    this.draw = draw;
    this.plan = plan;
    this.time = time;
    this.offerings = new UnpromptedMessages(client, truth, draw.split());
    this.hasWallet = client.host.news().bloom() && draw.chance(0.4);
  }

  void begin() {
    if (ending) {
      ping();
      return;
    }
    if (draw.chance(0.2)) {
      boolean inShort = draw.chance(0.5);
      client.wantsBlocksInShort(inShort);
      client.say(new SendCompact(inShort, 2).toMessage());
    }
    think();
  }

  void comeToAnEnd() {
    ending = true;
    if (client.isTalking() && !done) {
      ping();
    }
  }

  /** Something was answered. */
  void proceed() {
    if (!thinking && !done && !ending && client.owed() < plan.depth()) {
      think();
    }
  }

  private void think() {
    thinking = true;
    time.schedule(
        draw.about(plan.thinking()),
        () -> {
          thinking = false;
          if (client.isTalking() && !ending && !done) {
            act();
          }
        });
  }

  private void act() {
    if (requests++ >= plan.requests()) {
      finish();
      return;
    }
    request();
    if (plan.depth() == 1 || draw.chance(0.3) || client.owed() >= plan.depth()) {
      ping();
    }
    if (!paused && draw.chance(0.01)) {
      pause();
    }
    if (client.owed() < plan.depth()) {
      think();
    }
  }

  private void finish() {
    done = true;
    if (plan.misbehaves()) {
      ClientMisbehaviour.commit(client, truth, draw);
      // Whoever is not thrown out for it within a minute complains.
    } else {
      if (draw.chance(0.3)) {
        askAndLeave();
      }
      client.leave(draw.chance(0.5));
    }
  }

  /** Leaves behind what waits for its turn, or for a node. */
  private void askAndLeave() {
    for (int i = 0; i < plan.depth(); i++) {
      request();
    }
  }

  private void pause() {
    paused = true;
    client.pause(true);
    Duration duration = draw.chance(0.9) ? draw.within(100, 8_000) : draw.within(60_000, 300_000);
    time.schedule(
        duration,
        () -> {
          paused = false;
          client.pause(false);
        });
  }

  // ---- requests

  private void ping() {
    unproven.clear();
    long nonce = draw.nextLong();
    client.ask(Ping.ping(nonce), new Expectations.Pong(nonce));
  }

  /**
   * Whatever may meet silence is not asked for again before a pong has proven it: which of the two
   * was answered could not be told.
   */
  private void once(Object... things) {
    if (!Collections.disjoint(unproven, List.of(things))) {
      ping();
    }
    unproven.addAll(List.of(things));
  }

  private void request() {
    int what = draw.below(100);
    if (hasWallet && draw.chance(0.15)) {
      client.wallet().change();
    } else if (hasWallet && draw.chance(0.04)) {
      client.askForMempool();
    } else if (client.continuation().last() != null && draw.chance(0.3)) {
      goOn(client.continuation().last());
    } else if (what < 22) {
      getData(List.of(block()));
    } else if (what < 36) {
      getData(list(draw.between(2, 12), this::block));
    } else if (what < 50) {
      getData(list(draw.between(1, 8), this::transaction));
    } else if (what < 66) {
      getData(list(draw.between(2, 14), this::anything));
    } else if (what < 67) {
      getData(list(draw.between(50, 150), this::anything));
    } else if (what < 79) {
      getHeaders();
    } else if (what < 84) {
      getBlocks();
    } else if (what < 90) {
      getBlockTransactions();
    } else {
      offerings.make();
    }
  }

  private <T> List<T> list(int size, Supplier<T> each) {
    List<T> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(!list.isEmpty() && draw.chance(0.03) ? draw.of(list) : each.get());
    }
    return list;
  }

  private void getData(List<InventoryVector> wanted) {
    List<InventoryVector> items = distinct(wanted);
    once(items.stream().map(this::name).toArray());
    client.ask(
        Inventory.of(Commands.GETDATA, items),
        new DataExpectation(client.oracle, items, client.wallet().sieve(), client.now()));
  }

  /** One name for all forms of a transaction or block. */
  private Hash name(InventoryVector item) {
    GroundTruth.KnownTx known =
        item.type() == InventoryVector.WTX ? truth.transaction(item.hash(), true) : null;
    return known == null ? item.hash() : known.tx.txid;
  }

  /** Of one transaction only one form: which of two was answered could not be told. */
  private List<InventoryVector> distinct(List<InventoryVector> items) {
    Map<BlockFactory.Tx, Integer> types = new HashMap<>();
    List<InventoryVector> distinct = new ArrayList<>();
    for (InventoryVector item : items) {
      GroundTruth.KnownTx known =
          truth.transaction(item.hash(), item.type() == InventoryVector.WTX);
      if (known == null
          || !InventoryVector.isTransaction(item.type())
          || types.computeIfAbsent(known.tx, tx -> item.type()) == item.type()) {
        distinct.add(item);
      }
    }
    return distinct;
  }

  private InventoryVector anything() {
    return draw.chance(0.1)
        ? new InventoryVector(draw.of(OTHER_TYPES), blockHash())
        : draw.chance(0.5) ? block() : transaction();
  }

  private InventoryVector block() {
    return new InventoryVector(blockType(), blockHash());
  }

  private int blockType() {
    return hasWallet && draw.chance(0.5) ? InventoryVector.FILTERED_BLOCK : draw.of(BLOCK_TYPES);
  }

  private Hash blockHash() {
    if (truth.rumour() != null && draw.chance(0.2)) {
      return truth.rumour();
    }
    if (draw.chance(0.1)) {
      return chain.recent(draw.below(60)).hash(); // perhaps of a branch that was left
    }
    return draw.chance(0.03) ? draw.hash() : chain.hashAt(height());
  }

  private int height() {
    int tip = chain.height();
    return draw.chance(0.6) ? Math.max(0, tip - draw.below(10)) : draw.below(tip + 1);
  }

  private InventoryVector transaction() {
    int type = draw.of(TRANSACTION_TYPES);
    int count = truth.transactions.size();
    if (count == 0 || draw.chance(0.05)) {
      return new InventoryVector(type, draw.hash());
    }
    int back = draw.chance(0.7) ? draw.below(20) : draw.below(400);
    GroundTruth.KnownTx known = truth.transactions.get(Math.max(0, count - 1 - back));
    return new InventoryVector(type, type == InventoryVector.WTX ? known.tx.wtxid : known.tx.txid);
  }

  /** Whoever is told of blocks by headers asks so that the answer cannot be mistaken for that. */
  private void getHeaders() {
    boolean distinct = client.kind.byHeaders();
    List<Hash> locator = List.of();
    Hash stop = Hash.ZERO;
    if (draw.chance(0.08)) {
      stop = draw.chance(0.3) ? draw.hash() : chain.hashAt(draw.between(1, client.lastOld()));
    } else {
      int from = draw.chance(0.9) ? chain.height() - draw.below(40) : draw.below(chain.height());
      int above = 9 + client.oracle.lag();
      int most = Math.min(chain.height() - above, client.oracle.floor());
      from = Math.max(0, distinct ? Math.min(from, most) : from);
      locator = locator(from);
      if (draw.chance(0.3)) {
        int least = from + (distinct ? 9 : -5);
        stop =
            draw.chance(0.2)
                ? draw.hash()
                : chain.hashAt(Math.min(chain.height(), Math.max(0, least + draw.below(30))));
      }
    }
    ask(locator, stop);
  }

  private void ask(List<Hash> locator, Hash stop) {
    once(Commands.GETHEADERS + stop);
    client.ask(
        BlockLocator.of(Commands.GETHEADERS, client.kind.version(), locator, stop),
        new Expectations.OfHeaders(
            client.oracle, locator, stop, client.now(), client.oracle.version()));
  }

  private List<Hash> locator(int from) {
    List<Hash> locator = new ArrayList<>();
    if (draw.chance(0.15)) {
      locator.add(draw.hash());
    }
    int step = 1;
    int most = draw.between(1, 30);
    for (int height = from; height >= 0 && locator.size() < most; height -= step) {
      locator.add(chain.hashAt(height));
      step = locator.size() > 10 ? 2 * step : 1;
    }
    if (draw.chance(0.1)) {
      locator.add(draw.hash());
    }
    if (locator.isEmpty() || draw.chance(0.3)) {
      locator.add(Network.REGTEST.genesis());
    }
    return locator;
  }

  /** Answers have two blocks at least, or none: one alone would look like news. */
  private void getBlocks() {
    Hash passed = client.continuation().passed();
    Chain.Known end = passed == null ? null : chain.find(passed);
    int tip = chain.height() - client.oracle.lag();
    if (end != null
        && end.height() < Math.min(tip - 1, client.oracle.floor())
        && draw.chance(0.5)) {
      getBlocks(List.of(end.hash()), Hash.ZERO);
      return;
    }
    int from = draw.chance(0.7) ? tip - 2 - draw.below(60) : draw.below(tip - 2);
    from = Math.min(from, client.oracle.floor());
    List<Hash> locator = draw.chance(0.1) ? List.of() : locator(from);
    int fork = locator.isEmpty() || !known(locator) ? 0 : from;
    Hash stop = Hash.ZERO;
    if (draw.chance(0.3)) {
      stop =
          switch (draw.below(3)) {
            case 0 -> draw.hash();
            case 1 -> chain.hashAt(fork + 1);
            default -> chain.hashAt(Math.min(chain.height(), fork + 3 + draw.below(20)));
          };
      if (chain.find(stop) != null && chain.find(stop).height() == fork + 2) {
        stop = Hash.ZERO;
      }
    }
    getBlocks(locator, stop);
  }

  private void getBlocks(List<Hash> locator, Hash stop) {
    once(Commands.GETBLOCKS);
    List<Hash> asAsked = locator.isEmpty() ? List.of(Network.REGTEST.genesis()) : locator;
    client.ask(
        BlockLocator.of(Commands.GETBLOCKS, client.kind.version(), locator, stop),
        new Expectations.OfInventory(
            client.oracle, locator, asAsked, stop, client.now(), client.oracle.version()));
  }

  /**
   * Fetches the last block of a full list, as bitcoinj does, to be told of a later one behind it.
   */
  private void goOn(Hash continuation) {
    List<InventoryVector> items = list(draw.between(1, 6), this::block);
    InventoryVector last = new InventoryVector(blockType(), continuation);
    items.removeIf(item -> item.hash().equals(continuation));
    items.add(draw.below(items.size() + 1), last);
    getData(items);
  }

  private boolean known(List<Hash> locator) {
    return locator.stream().anyMatch(hash -> chain.find(hash) != null);
  }

  private void getBlockTransactions() {
    Hash hash = blockHash();
    Chain.Known known = chain.find(hash);
    int count = known == null ? 1 : known.block.transactions.size();
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (draw.chance(0.6)) {
        indexes.add(i);
      }
    }
    if (indexes.isEmpty()) {
      indexes.add(draw.below(count));
    }
    int[] wanted = indexes.stream().mapToInt(Integer::intValue).toArray();
    once(hash); // which may be answered by the whole block, as if that had been asked for
    client.ask(
        BlockTransactionsRequest.of(hash, wanted).toMessage(),
        Expectations.OfBlockTransactions.of(client.oracle, hash, wanted, client.now()));
  }
}
