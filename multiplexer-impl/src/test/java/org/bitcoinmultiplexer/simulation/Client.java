package org.bitcoinmultiplexer.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * A client and its judge: whatever it is sent must be due to it, by its own requests and by what it
 * said of itself, and by nothing else. What it asks for is {@link ClientBehaviour}'.
 *
 * <pre>
 *   GREETING ──verack──► TALKING ──► GONE
 *       └──────────────────────────────►
 * </pre>
 */
final class Client implements Pipe.Peer {

  /** Who hears of what becomes of a client. */
  interface Host {

    long now();

    void heard(Client client, int number, Message message);

    void gone(Client client, boolean thrownOut);

    /** What the engine is to do with blocks of clients. */
    RelayOptions news();

    /** How much may wait for a client to read it before it may be thrown out for that, in bytes. */
    long clientBuffer();
  }

  private enum State {
    GREETING,
    TALKING,
    GONE
  }

  final int id;
  final Kind kind;
  final DeliveryOracle oracle;
  private final GroundTruth truth;
  final Host host;
  private final Draw draw;
  private final ClientBehaviour behaviour;
  private final Continuation continuation;
  private final int lastOld;
  private final Deque<Expectation> owed = new ArrayDeque<>();
  private final Deque<String> greeting = new ArrayDeque<>();

  private Pipe pipe;
  private Submissions submissions;
  private AnnouncementOracle announced;
  private Wallet wallet;
  private State state = State.GREETING;
  private int heard;
  private boolean inShort;
  private long readySince = Long.MAX_VALUE;
  private String rule;
  private boolean slow;
  private int broken;
  private boolean absolved;

  /**
   * A client that is about to connect.
   *
   * @param lastOld blocks up to this height are announced to nobody
   */
  Client(
      int id,
      Kind kind,
      DeliveryOracle oracle,
      Host host,
      Draw draw,
      ClientBehaviour.Plan plan,
      int lastOld,
      SimulatedLoop time) {
    this.id = id;
    this.kind = kind;
    this.oracle = oracle;
    this.truth = oracle.truth;
    this.host = host;
    this.draw = draw;
    this.lastOld = lastOld;
    this.continuation = new Continuation(truth.chain);
    this.behaviour = new ClientBehaviour(this, truth, draw.split(), plan, time);
  }

  void connected(Pipe to) {
    pipe = to;
    submissions = new Submissions(this, to, draw.split());
    wallet = new Wallet(this, truth, draw.split());
    announced = new AnnouncementOracle(this, truth, submissions, wallet);
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

  /** Says something that cannot be read. */
  void sayBroken(Message message) {
    broken++;
    say(message);
  }

  /** How many messages it has said that cannot be read. */
  int broken() {
    return broken;
  }

  long now() {
    return host.now();
  }

  /** Blocks up to this height were there from the beginning, and so are never announced. */
  int lastOld() {
    return lastOld;
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

  Submissions submissions() {
    return submissions;
  }

  Wallet wallet() {
    return wallet;
  }

  void askForMempool() {
    wallet.askForMempool(announced.transactions());
  }

  /** A block that the engine is known to know; null if there is none. */
  Hash lastTold() {
    return announced.lastBlock();
  }

  Continuation continuation() {
    return continuation;
  }

  /** From now on it deserves to be disconnected for breaking a rule. */
  void misbehaves(String broken) {
    rule = broken;
  }

  /** It cannot be told that it broke a rule after all, and goes. */
  void isAbsolved() {
    rule = null;
    absolved = true;
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
    behaviour.comeToAnEnd();
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
    if (rule == null && owed.stream().anyMatch(expected -> expected.mayFail(now()))) {
      rule = "unanswered";
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
    if (continuation.isDue() && !message.command().equals(Commands.INV)) {
      throw complaint("is not told to go on with getblocks but sent " + message);
    }
    if (!owed.isEmpty() && owed.peek().isTied() && !message.command().equals(Commands.TX)) {
      throw complaint("is sent " + message + " between a merkleblock and its transactions");
    }
    switch (message.command()) {
      case Commands.PING -> say(Ping.pong(Ping.nonce(message)));
      case Commands.INV -> inv(message, Inventory.parse(message));
      case Commands.HEADERS -> headers(message);
      case Commands.GETDATA -> submissions.asked(Inventory.parse(message));
      case Commands.GETHEADERS -> submissions.askedForHeaders();
      case Commands.FEEFILTER -> require(kind.version() >= 70013, message);
      case Commands.SENDCMPCT -> require(kind.version() >= 70014, message);
      case Commands.CMPCTBLOCK -> {
        require(inShort, message);
        announced.block(BlockHeader.of(message).hash());
      }
      case Commands.PONG,
          Commands.BLOCK,
          Commands.TX,
          Commands.NOTFOUND,
          Commands.BLOCKTXN,
          Commands.MERKLEBLOCK ->
          answer(message);
      default -> throw complaint("is sent " + message);
    }
  }

  /** How it says that it wants to be told of blocks. */
  void wantsBlocksInShort(boolean wanted) {
    inShort = wanted;
  }

  private void greet(Message message) {
    String expected = greeting.remove();
    require(message.command().equals(expected), message);
    if (expected.equals(Commands.VERSION)) {
      boolean bloom = (Version.parse(message).services() & Version.NODE_BLOOM) != 0;
      require(bloom == host.news().bloom(), message);
    }
    if (expected.equals(Commands.VERSION) && kind.byWtxid()) {
      say(Message.of(Commands.WTXIDRELAY, new byte[0]));
    }
    if (expected.equals(Commands.VERACK)) {
      say(Message.of(Commands.VERACK, new byte[0]));
      if (kind.byHeaders()) {
        say(Message.of(Commands.SENDHEADERS, new byte[0]));
      }
      state = State.TALKING;
      behaviour.begin();
    }
  }

  private void require(boolean right, Message message) {
    require(right, "is sent " + message);
  }

  void require(boolean right, String complaint) {
    if (!right) {
      throw complaint(complaint);
    }
  }

  AssertionError complaint(String what) {
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
    if (absolved) {
      leave(false);
    } else {
      behaviour.proceed();
    }
  }

  private void settle(Message message) {
    for (Expectation first = owed.peek(); first != null; first = owed.peek()) {
      switch (first.take(message, now())) {
        case LAST -> {
          continuation.answered(first, message);
          owed.remove().forget();
          return;
        }
        case PART -> {
          continuation.answered(first, message);
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

  // ---- news

  private void inv(Message message, Inventory items) {
    require(items.size() > 0, message);
    if (continuation.isDue()) {
      require(continuation.leadsOn(items), message);
    } else if (InventoryVector.isTransaction(items.type(0))) {
      announced.transactions(items);
    } else if (items.size() == 1) {
      require(items.type(0) == InventoryVector.BLOCK, message);
      announced.block(items.hash(0));
    } else {
      answer(message);
    }
  }

  private void headers(Message message) {
    Headers headers = Headers.parse(message);
    if (announced.isNews(headers)) {
      announced.headers(headers);
    } else {
      answer(message);
    }
  }

  // ---- in the end

  /**
   * Looks whether everything has been answered and told.
   *
   * @param settled of what came later than this not everybody needs to know yet
   */
  void check(long settled) {
    if (rule != null) {
      throw complaint("is not disconnected for " + rule);
    }
    if (!owed.isEmpty()) {
      throw complaint("waits forever");
    }
    announced.checkTransactions(oracle, readySince, settled);
  }

  /** Looks whether it was told of the last block, which nobody may have missed. */
  void checkBlock(Hash tip) {
    announced.checkBlock(tip);
  }
}
