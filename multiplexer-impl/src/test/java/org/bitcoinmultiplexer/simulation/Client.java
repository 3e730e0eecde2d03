package org.bitcoinmultiplexer.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * A client and its judge: whatever it is sent must be due to it, by its own requests and by what it
 * said of itself, and by nothing else. What it asks for is {@link Habits}'.
 *
 * <pre>
 *   GREETING ──verack──► TALKING ──► GONE
 *       └──────────────────────────────►
 * </pre>
 */
final class Client implements Pipe.Peer {

  /**
   * What software it is.
   *
   * @param byWtxid whether it says wtxidrelay
   * @param byHeaders whether it says sendheaders
   * @param relay whether it wants to hear of transactions
   */
  record Kind(int version, boolean byWtxid, boolean byHeaders, boolean relay) {
    static final List<Kind> ALL =
        List.of(
            new Kind(70016, true, true, true),
            new Kind(70016, true, false, true),
            new Kind(70016, true, true, false),
            new Kind(70015, false, true, true),
            new Kind(70013, false, false, true),
            new Kind(70013, false, false, true),
            new Kind(70001, false, false, false));
  }

  /** Who hears of what becomes of a client. */
  interface Host {

    long now();

    void heard(Client client, int number, Message message);

    void gone(Client client, boolean thrownOut);

    /** How much may wait for a client to read it before it may be thrown out for that, in bytes. */
    long clientBuffer();
  }

  private enum State {
    GREETING,
    TALKING,
    GONE
  }

  /** By headers no more blocks than this are announced. */
  private static final int MOST_ANNOUNCED = 8;

  final int id;
  final Kind kind;
  final Court court;
  private final Truth truth;
  private final Host host;
  private final Draw draw;
  private final Habits habits;
  private final int firstNews;
  private final Deque<Expectation> owed = new ArrayDeque<>();
  private final Deque<String> greeting = new ArrayDeque<>();
  private final Set<Hash> blocksTold = new HashSet<>();
  private final Set<Hash> transactionsTold = new HashSet<>();
  private final Set<Hash> own = new HashSet<>();
  private final Map<Hash, Truth.KnownTx> offered = new HashMap<>();

  private Pipe pipe;
  private State state = State.GREETING;
  private int heard;
  private long readySince = Long.MAX_VALUE;
  private Hash continuation;
  private boolean continuationDue;
  private String rule;
  private boolean slow;

  /**
   * A client that is about to connect.
   *
   * @param firstNews lower blocks are announced to nobody
   */
  Client(
      int id,
      Kind kind,
      Court court,
      Host host,
      Draw draw,
      Habits.Plan plan,
      int firstNews,
      SimulatedLoop time) {
    this.id = id;
    this.kind = kind;
    this.court = court;
    this.truth = court.truth;
    this.host = host;
    this.draw = draw;
    this.firstNews = firstNews;
    this.habits = new Habits(this, truth, draw.split(), plan, time);
  }

  void connected(Pipe to) {
    pipe = to;
    greeting.add(Commands.VERSION);
    if (kind.version() >= 70016) {
      greeting.add(Commands.WTXIDRELAY);
      greeting.add(Commands.SENDADDRV2);
    }
    greeting.add(Commands.VERACK);
    say(
        new Version(
                kind.version(),
                0,
                1_700_000_000L,
                NetworkAddress.UNSPECIFIED,
                NetworkAddress.UNSPECIFIED,
                draw.nextLong(),
                "/client:" + id + "/",
                0,
                kind.relay())
            .toMessage());
  }

  // ---- what habits need

  void say(Message message) {
    pipe.say(message);
  }

  long now() {
    return host.now();
  }

  /** Blocks from this height on may be announced; older ones never. */
  int firstNews() {
    return firstNews;
  }

  int owed() {
    return owed.size();
  }

  boolean isTalking() {
    return state == State.TALKING;
  }

  boolean isGone() {
    return state == State.GONE;
  }

  /** Asks for something. */
  void ask(Message request, Expectation expectation) {
    owed.add(expectation);
    say(request);
  }

  /** Brings a transaction, by itself or by an announcement. */
  void offer(Truth.KnownTx known, boolean announce) {
    known.isShared |= known.origin != id;
    own.add(known.tx.wtxid);
    Hash id = kind.byWtxid() ? known.tx.wtxid : known.tx.txid;
    if (announce) {
      offered.put(id, known);
      int type = kind.byWtxid() ? InventoryVector.WTX : InventoryVector.TX;
      say(Inventory.of(Commands.INV, type, id));
    } else {
      give(known);
    }
  }

  private void give(Truth.KnownTx known) {
    pipe.say(known.tx.full, () -> known.heard(now(), known.seen == Long.MAX_VALUE));
  }

  /** From now on it deserves to be disconnected for breaking a rule. */
  void misbehaves(String broken) {
    rule = broken;
  }

  void pause(boolean toPause) {
    slow |= toPause;
    if (!isGone()) {
      pipe.pause(toPause);
    }
  }

  void leave(boolean abruptly) {
    if (!isGone()) {
      pipe.hangUp(abruptly);
      end(false);
    }
  }

  private void end(boolean thrownOut) {
    state = State.GONE;
    owed.forEach(Expectation::forget);
    owed.clear();
    host.gone(this, thrownOut);
  }

  /** Asks nothing more but a last pong. */
  void comeToAnEnd() {
    habits.comeToAnEnd();
  }

  // ---- what it hears

  @Override
  public void onClosed() {
    if (isGone()) {
      return;
    }
    if (rule == null && slow && pipe.pendingWhenClosed() > host.clientBuffer()) {
      rule = "slow-reader";
    }
    if (rule == null) {
      throw complaint("is disconnected and has done nothing wrong");
    }
    end(true);
  }

  String rule() {
    return rule;
  }

  @Override
  public void onMessage(Message message) {
    if (isGone()) {
      return;
    }
    host.heard(this, heard++, message);
    if (!greeting.isEmpty()) {
      greet(message);
      return;
    }
    if (continuationDue && !message.command().equals(Commands.INV)) {
      throw complaint("is not told to go on with getblocks but sent " + message);
    }
    switch (message.command()) {
      case Commands.PING -> say(Ping.pong(Ping.nonce(message)));
      case Commands.INV -> inv(message, Inventory.parse(message));
      case Commands.HEADERS -> headers(message);
      case Commands.GETDATA -> asked(Inventory.parse(message));
      case Commands.FEEFILTER -> require(kind.version() >= 70013, message);
      case Commands.PONG, Commands.BLOCK, Commands.TX, Commands.NOTFOUND, Commands.BLOCKTXN ->
          answer(message);
      default -> throw complaint("is sent " + message);
    }
  }

  private void greet(Message message) {
    String expected = greeting.remove();
    require(message.command().equals(expected), message);
    if (expected.equals(Commands.VERSION) && kind.byWtxid()) {
      say(Message.of(Commands.WTXIDRELAY, new byte[0]));
    }
    if (expected.equals(Commands.VERACK)) {
      say(Message.of(Commands.VERACK, new byte[0]));
      if (kind.byHeaders()) {
        say(Message.of(Commands.SENDHEADERS, new byte[0]));
      }
      state = State.TALKING;
      habits.begin();
    }
  }

  private void require(boolean right, Message message) {
    if (!right) {
      throw complaint("is sent " + message);
    }
  }

  private AssertionError complaint(String what) {
    return new AssertionError(
        "at %d client %d %s %s; it is owed %s".formatted(now(), id, kind, what, owed));
  }

  private void answer(Message message) {
    try {
      settle(message);
    } catch (AssertionError e) {
      throw new AssertionError(
          complaint("is sent " + message).getMessage() + ": " + e.getMessage(), e);
    }
    if (readySince == Long.MAX_VALUE) {
      readySince = now();
    }
    habits.proceed();
  }

  private void settle(Message message) {
    for (Expectation first = owed.peek(); first != null; first = owed.peek()) {
      switch (first.take(message, now())) {
        case LAST -> {
          remember(first, message);
          owed.remove().forget();
          return;
        }
        case PART -> {
          remember(first, message);
          return;
        }
        case FOREIGN -> {
          String missing = first.endsHere(now());
          if (missing != null) {
            throw new AssertionError("before " + missing + " for " + first);
          }
          owed.remove().forget();
        }
      }
    }
    throw new AssertionError("unasked");
  }

  private void remember(Expectation answered, Message message) {
    if (answered instanceof Expectations.OfInventory) {
      Inventory items = Inventory.parse(message);
      if (items.size() == 500) {
        continuation = items.hash(499);
      }
    } else if (answered instanceof DataExpectation data
        && data.delivered() != null
        && data.delivered().equals(continuation)) {
      continuation = null;
      continuationDue = true;
    }
  }

  // ---- news

  private void inv(Message message, Inventory items) {
    require(items.size() > 0, message);
    if (continuationDue) {
      continuationDue = false;
      require(items.size() == 1 && truth.block(items.hash(0)) != null, message);
    } else if (InventoryVector.isTransaction(items.type(0))) {
      transactionNews(message, items);
    } else if (items.size() == 1) {
      require(items.type(0) == InventoryVector.BLOCK, message);
      blockNews(items.hash(0));
    } else {
      answer(message);
    }
  }

  private void blockNews(Hash hash) {
    Truth.KnownBlock known = truth.block(hash);
    if (known == null || known.block.height < firstNews) {
      throw complaint("is told of block " + hash + ", which is no news");
    }
    if (!blocksTold.add(hash)) {
      throw complaint("is told again of block " + hash);
    }
  }

  private void headers(Message message) {
    Headers headers = Headers.parse(message);
    boolean isNews = kind.byHeaders() && headers.size() > 0 && headers.size() <= MOST_ANNOUNCED;
    if (isNews) {
      Truth.KnownBlock first = truth.block(headers.hash(0));
      isNews = first != null && first.block.height >= firstNews;
    }
    if (!isNews) {
      answer(message);
      return;
    }
    int height = truth.block(headers.hash(0)).block.height;
    require(
        truth.isHeaders(message, new Truth.Range(height, height + headers.size() - 1)), message);
    for (int i = 0; i < headers.size(); i++) {
      blockNews(headers.hash(i));
    }
  }

  private void transactionNews(Message message, Inventory items) {
    require(kind.relay(), message);
    for (int i = 0; i < items.size(); i++) {
      require(
          items.type(i) == (kind.byWtxid() ? InventoryVector.WTX : InventoryVector.TX), message);
      Truth.KnownTx known = truth.transaction(items.hash(i), kind.byWtxid());
      if (known == null || known.seen > now() || isItsOwn(known)) {
        throw complaint("is told of transaction " + items.get(i) + ", which is no news");
      }
      if (!transactionsTold.add(known.tx.wtxid)) {
        throw complaint("is told again of transaction " + items.get(i));
      }
    }
  }

  private boolean isItsOwn(Truth.KnownTx known) {
    return known.origin == id && !known.isShared;
  }

  private void asked(Inventory items) {
    List<InventoryVector> missing = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      int type = kind.byWtxid() ? InventoryVector.WTX : InventoryVector.WITNESS_TX;
      Truth.KnownTx known = offered.get(items.hash(i));
      if (known == null || items.type(i) != type) {
        throw complaint("is asked for " + items.get(i) + ", which it has not offered");
      }
      if (draw.chance(0.8)) {
        give(known);
      } else if (draw.chance(0.5)) {
        missing.add(items.get(i));
      }
    }
    if (!missing.isEmpty()) {
      say(Inventory.of(Commands.NOTFOUND, missing));
    }
  }

  // ---- in the end

  /**
   * Looks whether everything has been answered and told.
   *
   * @param tip the last block, which nobody may have missed
   * @param settled of what came later than this not everybody needs to know yet
   */
  void check(Hash tip, long settled) {
    if (rule != null) {
      throw complaint("is not disconnected for " + rule);
    }
    if (!owed.isEmpty()) {
      throw complaint("waits forever");
    }
    if (!tip.equals(Network.REGTEST.genesis()) && !blocksTold.contains(tip)) {
      throw complaint("was not told of the last block " + tip);
    }
    if (kind.relay()) {
      for (Truth.KnownTx known : truth.transactions) {
        if (known.seen > readySince
            && known.news < settled
            && !own.contains(known.tx.wtxid)
            && !transactionsTold.contains(known.tx.wtxid)
            && !court.mayHaveMissed(known)) {
          throw complaint("was not told of transaction " + known);
        }
      }
    }
  }
}
