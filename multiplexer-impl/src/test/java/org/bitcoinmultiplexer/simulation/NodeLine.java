package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * The node's side of one connection: Bitcoin Core's order and silence, and no patience at all.
 * Whatever would cost a peer its connection to Core, or is merely not what the engine is meant to
 * say, fails the run.
 *
 * <pre>
 *   GREETING ──verack──► READY ◄──► MUTE
 *       └───────────────────┴─────────┴──► CLOSED
 * </pre>
 */
final class NodeLine implements Pipe.Peer {

  /** How much longer than a minute a node may be mute that owes an answer. */
  private static final Duration MUTE_AT_MOST = Duration.ofSeconds(75);

  private enum State {
    NEW,
    GREETED,
    READY,
    CLOSED
  }

  private final SimulatedLoop time;
  private final Draw draw;
  private final Truth truth;
  private final Troubles troubles;
  private final Node node;
  private final Manners manners;
  private final Tales tales;
  private final Deque<Message> inbox = new ArrayDeque<>();
  private final List<Long> pinged = new ArrayList<>();
  private final Set<Hash> told = new HashSet<>();
  private final Set<Hash> announced = new HashSet<>();
  private final Set<InventoryVector> wanted = new HashSet<>();

  private Pipe pipe;
  private State state = State.NEW;
  private boolean relaysWtxids;
  private boolean busy;
  private boolean mute;
  private boolean owes;
  private Inventory data;
  private int nextItem;
  private int shown;
  private Message lastHeard;

  NodeLine(
      SimulatedLoop time, Draw draw, Truth truth, Troubles troubles, Node node, Manners manners) {
    this.time = time;
    this.draw = draw;
    this.truth = truth;
    this.troubles = troubles;
    this.node = node;
    this.manners = manners;
    this.tales = new Tales(draw, truth);
  }

  void connected(Pipe to) {
    pipe = to;
  }

  boolean isReady() {
    return state == State.READY && !mute;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Whether everything was answered. */
  boolean isIdle() {
    return state == State.READY && data == null && inbox.isEmpty();
  }

  void hangUp(boolean abruptly) {
    state = State.CLOSED;
    pipe.hangUp(abruptly);
  }

  @Override
  public void onClosed() {
    state = State.CLOSED;
  }

  /** Says nothing any more and looks at nothing, until the engine has had enough. */
  void fallMute() {
    mute = true;
    owe();
  }

  void speakAgain() {
    mute = false;
    proceed();
  }

  private void owe() {
    if (mute && !owes && inbox.stream().anyMatch(m -> m.command().equals(Commands.PING))) {
      owes = true;
      time.schedule(
          MUTE_AT_MOST,
          () -> {
            if (mute && !pipe.isClosed()) {
              throw new AssertionError("the engine holds on to a node that is mute");
            }
          });
    }
  }

  // ---- what it hears

  @Override
  public void onMessage(Message message) {
    if (state == State.CLOSED) {
      return;
    }
    inbox.add(message);
    owe();
    proceed();
  }

  private void proceed() {
    if (!busy && !mute && state != State.CLOSED && (data != null || !inbox.isEmpty())) {
      busy = true;
      Duration pause =
          node.isCalm() || draw.chance(0.995)
              ? draw.within(0, manners.slowest())
              : draw.within(20, 300);
      time.schedule(
          pause,
          () -> {
            busy = false;
            if (!mute && state != State.CLOSED) {
              step();
              proceed();
            }
          });
    }
  }

  private void step() {
    if (data != null) {
      dataStep();
      return;
    }
    Message message = inbox.remove();
    try {
      handle(message);
    } catch (MalformedMessageException e) {
      throw refuse(message, e.getMessage());
    }
    lastHeard = message;
  }

  private static AssertionError refuse(Message message, String reason) {
    return new AssertionError("the node is sent " + message + ": " + reason);
  }

  private void handle(Message message) {
    if (state != State.READY) {
      greet(message);
      return;
    }
    switch (message.command()) {
      case Commands.PING -> {
        require(message.size() == 8, message, "a ping of another size");
        pipe.say(Ping.pong(Ping.nonce(message)));
      }
      case Commands.PONG ->
          require(pinged.remove(Ping.nonce(message)), message, "a pong without a ping");
      case Commands.GETHEADERS -> getHeaders(message);
      case Commands.GETDATA -> getData(message);
      case Commands.TX -> transaction(message);
      case Commands.HEADERS ->
          require(Headers.parse(message).size() == 0, message, "headers of nobody");
      case Commands.NOTFOUND -> {
        Inventory items = Inventory.parse(message);
        for (int i = 0; i < items.size(); i++) {
          require(wanted.contains(items.get(i)), message, "refuses what was not asked");
        }
      }
      default -> throw refuse(message, "nothing the engine should say");
    }
  }

  private void greet(Message message) {
    switch (message.command()) {
      case Commands.VERSION -> {
        require(state == State.NEW, message, "a second version");
        Version said = Version.parse(message);
        require(
            said.services() == (Version.NODE_WITNESS | Version.NODE_SEQUENCE), message, "services");
        require(said.relay() && said.protocol() == 70016, message, "odd");
        state = State.GREETED;
        pipe.say(
            new Version(
                    70016,
                    Version.NODE_NETWORK | Version.NODE_WITNESS,
                    1_700_000_000L,
                    NetworkAddress.UNSPECIFIED,
                    NetworkAddress.UNSPECIFIED,
                    draw.nextLong(),
                    "/Satoshi:31.99.0/",
                    truth.height(),
                    true)
                .toMessage());
        say(Commands.WTXIDRELAY);
        say(Commands.SENDADDRV2);
        say(Commands.VERACK);
      }
      case Commands.WTXIDRELAY -> {
        require(state == State.GREETED, message, "out of order");
        relaysWtxids = true;
      }
      case Commands.SENDSEQ ->
          // Offered to everybody; a node that does not know it ignores it.
          require(state == State.GREETED, message, "out of order");
      case Commands.VERACK -> {
        require(state == State.GREETED && relaysWtxids, message, "out of order");
        state = State.READY;
        pipe.say(Message.of(Commands.SENDCMPCT, new byte[] {0, 2, 0, 0, 0, 0, 0, 0, 0}));
        ping(draw.nextLong());
        pipe.say(Message.of(Commands.FEEFILTER, new Bytes().i64(1000).toArray()));
        // A node does not announce what it had before; this one now and then does.
        if (draw.chance(0.5)) {
          announce(node.mempool().stream().limit(50).toList());
        }
      }
      default -> throw refuse(message, "before the handshake is done, where Core ignores it");
    }
  }

  private void say(String command) {
    pipe.say(Message.of(command, new byte[0]));
  }

  private void ping(long nonce) {
    pinged.add(nonce);
    pipe.say(Ping.ping(nonce));
  }

  private static void require(boolean right, Message message, String reason) {
    if (!right) {
      throw refuse(message, reason);
    }
  }

  // ---- what it answers

  private void getHeaders(Message message) {
    BlockLocator locator = BlockLocator.parse(message);
    require(locator.toMessage().equals(message), message, "not canonical");
    Question.OfHeaders question = Question.of(locator);
    Truth.Range honest = truth.headers(question.locator(), question.stop(), truth.height());
    if (honest == null) {
      return;
    }
    if (!node.isCalm() && draw.chance(manners.silence())) {
      troubles.keptSilent(question, time.nanoTime());
      return;
    }
    Message lie =
        !node.isCalm() && draw.chance(manners.lie()) && !question.locator().isEmpty()
            ? tales.headers(question, honest)
            : null;
    if (lie != null) {
      pipe.say(lie, () -> troubles.lied(question, time.nanoTime()));
      return;
    }
    if (honest.size() > 0) {
      shown = honest.last();
    }
    pipe.say(truth.headersMessage(honest));
  }

  private void getData(Message message) {
    data = Inventory.parse(message);
    nextItem = 0;
    require(data.size() > 0 && data.toMessage().equals(message), message, "not canonical");
    for (int i = 0; i < data.size(); i++) {
      int type = data.type(i);
      require(
          type == InventoryVector.WITNESS_BLOCK
              || type == InventoryVector.WITNESS_TX
              || type == InventoryVector.WTX,
          message,
          "asks for type " + type);
    }
  }

  /** One call of Core's ProcessGetData: a run of transactions, one block, then what is missing. */
  private void dataStep() {
    List<InventoryVector> missing = new ArrayList<>();
    while (nextItem < data.size() && InventoryVector.isTransaction(data.type(nextItem))) {
      InventoryVector item = data.get(nextItem++);
      if (!serveTransaction(item)) {
        missing.add(item);
      }
    }
    if (nextItem < data.size()) {
      serveBlock(data.get(nextItem++));
    }
    if (!missing.isEmpty()) {
      pipe.say(Inventory.of(Commands.NOTFOUND, missing));
    }
    if (nextItem == data.size()) {
      data = null;
    }
  }

  private boolean serveTransaction(InventoryVector item) {
    boolean isWtxid = item.type() == InventoryVector.WTX;
    Truth.KnownTx known = truth.transaction(item.hash(), isWtxid);
    if (known == null || !known.isThere()) {
      return false;
    }
    Question question = Question.of(item);
    if (!node.isCalm() && draw.chance(manners.silence())) {
      troubles.keptSilent(question, time.nanoTime());
      return false;
    }
    if (!node.isCalm() && known.tx.hasWitness() && draw.chance(manners.lie())) {
      if (isWtxid) { // then it is no answer at all
        troubles.keptSilent(question, time.nanoTime());
      }
      pipe.say(tales.foreignWitness(known));
      return true;
    }
    show(known, isWtxid && announced.contains(known.tx.wtxid));
    return true;
  }

  private void show(Truth.KnownTx known, boolean isNews) {
    pipe.say(known.tx.full, () -> known.heard(time.nanoTime(), isNews));
  }

  private void serveBlock(InventoryVector item) {
    Truth.KnownBlock known = truth.block(item.hash());
    if (known == null || !known.hasBody) {
      return;
    }
    Question question = Question.of(item);
    if (!node.isCalm() && draw.chance(manners.silence())) {
      troubles.keptSilent(question, time.nanoTime());
      return;
    }
    double lie = node.cursed.contains(item.hash()) ? 0.6 : manners.lie();
    if (!node.isCalm() && draw.chance(lie)) {
      pipe.say(tales.block(known.block), () -> troubles.lied(question, time.nanoTime()));
    } else {
      pipe.say(known.block.full);
    }
  }

  private void transaction(Message message) {
    Truth.KnownTx known = tales.byBody(message, wanted);
    require(known != null, message, "a transaction that nobody made, or not in the form asked for");
    told.add(known.tx.wtxid);
    node.accept(known);
  }

  // ---- what it says unasked

  void announceTip() {
    int height = truth.height();
    time.schedule(
        draw.within(0, 30),
        () -> {
          if (isReady() && shown < height) {
            pipe.say(
                Inventory.of(Commands.INV, InventoryVector.BLOCK, truth.hashAt(truth.height())));
          }
        });
  }

  void announce(List<Truth.KnownTx> fresh) {
    List<Hash> ids = new ArrayList<>();
    for (Truth.KnownTx known : fresh) {
      if (told.add(known.tx.wtxid)) {
        announced.add(known.tx.wtxid);
        ids.add(known.tx.wtxid);
      }
    }
    if (!ids.isEmpty()) {
      pipe.say(Inventory.of(Commands.INV, InventoryVector.WTX, ids));
    }
  }

  /** Says something that nobody asked for. */
  void makeNoise() {
    switch (draw.below(13)) {
      case 0 -> {
        Truth.KnownBlock known = truth.at(1 + draw.below(truth.height()));
        if (known.hasBody) { // else it could be the answer that nobody may have
          pipe.say(known.block.full);
        }
      }
      case 1 -> pipe.say(Mint.block(draw.hash(), 7, List.of(), draw).full);
      case 2 -> pipe.say(Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, draw.hash()));
      case 3 -> refuseUnasked();
      case 4 -> pipe.say(Ping.pong(draw.nextLong()));
      case 5 -> pipe.say(Message.of("x" + draw.below(100), draw.bytes(draw.below(50))));
      case 6 ->
          pipe.say(
              Message.of(
                  Commands.FEEFILTER, new Bytes().i64(draw.between(1000, 100_000)).toArray()));
      case 7 ->
          pipe.say(
              Inventory.of(
                  Commands.INV,
                  draw.chance(0.5) ? InventoryVector.BLOCK : InventoryVector.WTX,
                  draw.hash()));
      case 8, 9 -> echo();
      case 10 -> ask();
      case 11 -> {
        Truth.KnownTx known = tales.anyTransaction();
        if (known != null) {
          if (known.tx.hasWitness() && draw.chance(0.3)) {
            pipe.say(tales.foreignWitness(known));
          } else {
            show(known, false);
          }
        }
      }
      default -> ping(draw.nextLong());
    }
  }

  private void refuseUnasked() {
    Truth.KnownTx known = tales.anyTransaction();
    if (known != null) {
      InventoryVector item =
          draw.chance(0.5)
              ? new InventoryVector(InventoryVector.WTX, known.tx.wtxid)
              : new InventoryVector(InventoryVector.WITNESS_TX, known.tx.txid);
      pipe.say(
          Inventory.of(Commands.NOTFOUND, List.of(item)),
          () -> troubles.keptSilent(Question.of(item), time.nanoTime()));
    }
  }

  /** Says what it was told last, unless that would be an answer. */
  private void echo() {
    Message message = lastHeard;
    if (message == null) {
      return;
    }
    switch (message.command()) {
      case Commands.PING -> ping(Ping.nonce(message));
      case Commands.GETDATA -> {
        Inventory items = Inventory.parse(message);
        for (int i = 0; i < items.size(); i++) {
          wanted.add(items.get(i));
        }
        pipe.say(message);
      }
      case Commands.PONG, Commands.GETHEADERS -> pipe.say(message);
      default -> {}
    }
  }

  private void ask() {
    Truth.KnownTx known = draw.chance(0.8) ? tales.anyTransaction() : null;
    int type =
        draw.of(List.of(InventoryVector.WTX, InventoryVector.WITNESS_TX, InventoryVector.TX));
    Hash id = draw.hash();
    if (known != null) {
      id = type == InventoryVector.WTX ? known.tx.wtxid : known.tx.txid;
    }
    InventoryVector item = new InventoryVector(type, id);
    wanted.add(item);
    pipe.say(Inventory.of(Commands.GETDATA, List.of(item)));
  }
}
