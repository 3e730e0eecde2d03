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
  private final GroundTruth truth;
  private final FaultLog faults;
  private final Node node;
  private final SimulationParameters parameters;
  private final ForgedAnswers forged;
  private final Deque<Message> inbox = new ArrayDeque<>();
  private final List<Long> pinged = new ArrayList<>();
  private final Set<Hash> told = new HashSet<>();
  private final Set<Hash> announced = new HashSet<>();

  private Pipe pipe;
  private State state = State.NEW;
  private boolean relaysWtxids;
  private boolean offered;
  private boolean busy;
  private boolean mute;
  private boolean owes;
  private boolean deservesIt;
  private final boolean isBeside; // the one that all share, which has more to say
  private Hash shown;
  private GetDataServer server;
  private Echoes echoes;
  private SubmissionOracle intake;
  private UnsolicitedMessages noise;
  private Numbers numbers; // null if it does not know them
  private Message lastHeard;

  NodeLine(
      SimulatedLoop time,
      Draw draw,
      GroundTruth truth,
      FaultLog faults,
      Node node,
      SimulationParameters parameters,
      boolean isBeside) {
    this.time = time;
    this.draw = draw;
    this.truth = truth;
    this.faults = faults;
    this.node = node;
    this.parameters = parameters;
    this.isBeside = isBeside;
    this.deservesIt = isBeside;
    this.forged = new ForgedAnswers(draw, truth);
  }

  void connected(Pipe to) {
    pipe = to;
    server = server(to::say);
    echoes = new Echoes(draw.split(), parameters.disorder(), inbox, to::say);
    intake = new SubmissionOracle(time, draw.split(), truth, node, parameters, forged, to);
    noise =
        new UnsolicitedMessages(
            time, draw.split(), truth, faults, forged, this, to, server, intake);
    if (parameters.numbers()) {
      numbers = new Numbers(time, draw.split(), faults, node, parameters, this, to, this::answer);
    }
  }

  private GetDataServer server(Sender voice) {
    return new GetDataServer(time, draw.split(), truth, faults, node, parameters, forged, voice);
  }

  boolean isReady() {
    return state == State.READY && !mute;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  boolean isIdle() {
    return state == State.READY
        && server.isIdle()
        && inbox.isEmpty()
        && (numbers == null || numbers.open() == 0);
  }

  void hangUp(boolean abruptly) {
    state = State.CLOSED;
    pipe.hangUp(abruptly);
  }

  @Override
  public void onClosed() {
    state = State.CLOSED;
    if (!deservesIt && !echoes.brokeOrder() && !node.isDone()) {
      throw new AssertionError("the engine gives a node up that did nothing to deserve it");
    }
  }

  /** Says nothing any more and looks at nothing, until the engine has had enough. */
  void fallMute() {
    deservesIt = true;
    mute = true;
    owe();
  }

  void speakAgain() {
    mute = false;
    proceed();
  }

  private void owe() {
    if (mute && !owes && inbox.stream().anyMatch(NodeLine::wantsAnswer)) {
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

  private static boolean wantsAnswer(Message message) {
    return message.command().equals(Commands.PING) || message.command().equals(Commands.SEQ);
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
    if (!busy && !mute && state != State.CLOSED && !(server.isIdle() && inbox.isEmpty())) {
      busy = true;
      time.schedule(
          pause(),
          () -> {
            busy = false;
            if (!mute && state != State.CLOSED) {
              step();
              proceed();
            }
          });
    }
  }

  private Duration pause() {
    Message next = server.isIdle() ? inbox.peek() : null;
    if (next != null && intake.isSlowlyRefused(next)) {
      return draw.within(500, 5_000);
    }
    return node.isCalm() || draw.chance(0.995)
        ? draw.within(0, parameters.slowest())
        : draw.within(20, 300);
  }

  private void step() {
    if (!server.isIdle()) {
      server.step();
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
    if (message.command().equals(Commands.GETDATA) && isPoisoned(Inventory.parse(message))) {
      hangUp(draw.chance(0.5));
      return;
    }
    if (numbers != null && numbers.hears(message)) {
      return;
    }
    switch (message.command()) {
      case Commands.PING -> {
        require(message.size() == 8, message, "a ping of another size");
        Message first = echoes.echo(message, node.isCalm() || numbers != null);
        if (first != null) {
          handle(first);
        }
      }
      case Commands.PONG ->
          require(pinged.remove(Ping.nonce(message)), message, "a pong without a ping");
      case Commands.GETHEADERS -> {
        require(numbers == null, message, "a request without a number");
        getHeaders(message, pipe::say);
      }
      case Commands.GETDATA -> {
        require(numbers == null, message, "a request without a number");
        echoes.asked(false);
        server.ask(message);
      }
      case Commands.MEMPOOL -> nameMempool(); // its answer cannot be told from announcements
      default -> {
        boolean isAnswer = Set.of(Commands.HEADERS, Commands.NOTFOUND).contains(message.command());
        require(numbers == null || isAnswer, message, "handed in without a number");
        take(message);
      }
    }
  }

  /** What is handed in. */
  private void take(Message message) {
    switch (message.command()) {
      case Commands.TX -> told.add(intake.transaction(message).tx.wtxid);
      case Commands.BLOCK -> intake.block(message);
      case Commands.INV -> intake.announced(message);
      case Commands.HEADERS -> intake.headers(message);
      case Commands.NOTFOUND -> intake.refused(message);
      default -> throw refuse(message, "nothing the engine should say");
    }
  }

  private boolean isPoisoned(Inventory items) {
    for (int i = 0; i < items.size(); i++) {
      if (faults.isPoison(items.hash(i))) {
        return true;
      }
    }
    return false;
  }

  private void greet(Message message) {
    switch (message.command()) {
      case Commands.VERSION -> {
        require(state == State.NEW, message, "a second version");
        Version said = Version.parse(message);
        long blocks = node.news().serveBlocks() && !isBeside ? Version.NODE_NETWORK : 0;
        require(
            said.services() == (Version.NODE_WITNESS | Version.NODE_SEQUENCE | blocks),
            message,
            "services");
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
                    parameters.picky() ? "/picky:1.0/" : "/Satoshi:31.99.0/",
                    truth.chain.height(),
                    true)
                .toMessage());
        say(Commands.WTXIDRELAY);
        say(Commands.SENDADDRV2);
        if (numbers == null) {
          acknowledge();
        }
      }
      case Commands.WTXIDRELAY -> {
        require(state == State.GREETED, message, "out of order");
        relaysWtxids = true;
      }
      case Commands.SENDSEQ -> {
        require(state == State.GREETED && !offered, message, "out of order");
        offered = true;
        // A node that does not know it ignores it; one that does held its verack back for it.
        if (numbers != null) {
          pipe.say(numbers.offer());
          acknowledge();
        }
      }
      case Commands.VERACK -> {
        require(state == State.GREETED && relaysWtxids, message, "out of order");
        state = State.READY;
        pipe.say(Message.of(Commands.SENDCMPCT, new byte[] {0, 2, 0, 0, 0, 0, 0, 0, 0}));
        ping(draw.nextLong());
        pipe.say(Message.of(Commands.FEEFILTER, new Bytes().i64(1000).toArray()));
        if (node.news().serveBlocks() && !isBeside) {
          intake.askForHeaders(
              BlockLocator.of(Commands.GETHEADERS, 70016, List.of(truth.chain.tip()), Hash.ZERO));
        }
        // A node does not announce what it had before; this one now and then does.
        if (!isBeside && draw.chance(0.5)) {
          announce(node.mempool().stream().limit(50).toList());
        }
      }
      default -> throw refuse(message, "before the handshake is done, where Core ignores it");
    }
  }

  /** Who has a connection is to ask what the chain has become. */
  private void acknowledge() {
    int version = truth.chain.version();
    Message verack = Message.of(Commands.VERACK, new byte[0]);
    if (isBeside) {
      pipe.say(verack);
    } else {
      pipe.say(verack, () -> truth.told(version));
    }
  }

  private void say(String command) {
    pipe.say(Message.of(command, new byte[0]));
  }

  static void require(boolean right, Message message, String reason) {
    if (!right) {
      throw refuse(message, reason);
    }
  }

  // ---- what it answers

  /** A numbered request, which is for one thing. */
  private void answer(Message request, Sender voice) {
    if (request.command().equals(Commands.GETHEADERS)) {
      getHeaders(request, voice);
      return;
    }
    if (!request.command().equals(Commands.GETDATA)) {
      take(request);
      return;
    }
    require(Inventory.parse(request).size() == 1, request, "several things by one number");
    GetDataServer single = server(voice);
    single.ask(request);
    single.step();
  }

  private void getHeaders(Message message, Sender voice) {
    BlockLocator locator = BlockLocator.parse(message);
    require(locator.toMessage().equals(message), message, "not canonical");
    Question.OfHeaders question = Question.of(locator);
    List<Chain.Known> honest = truth.chain.headers(question.locator(), question.stop());
    if (honest == null) {
      echoes.asked(false);
      return;
    }
    if (!node.isCalm() && draw.chance(parameters.silence())) {
      echoes.asked(false);
      keptSilent(question);
      return;
    }
    Message lie =
        !node.isCalm() && draw.chance(parameters.lie()) && !question.locator().isEmpty()
            ? forged.headers(question, honest)
            : null;
    if (lie != null) {
      voice.say(lie, () -> faults.lied(question, time.nanoTime()));
      return;
    }
    if (!honest.isEmpty()) {
      shown = honest.get(honest.size() - 1).hash();
    }
    voice.say(Chain.headersMessage(honest));
  }

  /** The engine asks where the chain ends, and tells of that again once it knows. */
  void keptSilent(Question question) {
    faults.keptSilent(question, time.nanoTime());
    if (question instanceof Question.OfHeaders) {
      truth.chain.tipMayComeAgain();
    }
  }

  /** Whether it told the engine of a transaction, which is to tell everybody. */
  boolean hasAnnounced(GroundTruth.KnownTx known) {
    return announced.contains(known.tx.wtxid);
  }

  // ---- what it says unasked

  /** Core does not tell a peer of a block that this peer brought, or was shown the header of. */
  void announceTip() {
    Hash tip = truth.chain.tip();
    time.schedule(
        draw.within(0, 30),
        () -> {
          if (isReady() && tip.equals(truth.chain.tip()) && !tip.equals(shown)) {
            if (!intake.isGiven(tip)) {
              int version = truth.chain.version();
              pipe.say(
                  Inventory.of(Commands.INV, InventoryVector.BLOCK, tip),
                  () -> truth.told(version));
            }
          }
        });
  }

  void announce(List<GroundTruth.KnownTx> fresh) {
    List<Hash> ids = new ArrayList<>();
    for (GroundTruth.KnownTx known : fresh) {
      if (told.add(known.tx.wtxid)) {
        announced.add(known.tx.wtxid);
        ids.add(known.tx.wtxid);
      }
    }
    if (!ids.isEmpty()) {
      pipe.say(
          Inventory.of(Commands.INV, InventoryVector.WTX, ids),
          () -> fresh.forEach(known -> known.named(time.nanoTime())));
    }
  }

  /** All of it, whatever was told before. */
  private void nameMempool() {
    List<GroundTruth.KnownTx> all = List.copyOf(node.mempool());
    all.forEach(known -> told.remove(known.tx.wtxid));
    announce(all);
  }

  void makeNoise() {
    if (numbers != null && draw.chance(0.01)) {
      deservesIt = true;
      numbers.breakTheRules();
    } else {
      noise.make();
    }
  }

  void ping(long nonce) {
    pinged.add(nonce);
    pipe.say(Ping.ping(nonce));
  }

  Message lastHeard() {
    return lastHeard;
  }
}
