package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The multiplexer's side of the conversation with one client.
 *
 * <pre>
 *   GREETING ──handshake──► READY ──► CLOSED
 *       └──────────────────────────────►
 * </pre>
 *
 * <p>A slow reader meets, in this order: its budget (nothing more is asked for it), a pause of
 * reading, and the end of the session. It never slows anybody else. Whatever its conversation
 * throws ends this session and no other.
 *
 * <p>Confined to its loop.
 */
final class Session implements ClientContext, Transport.Listener, DeliveryQueue.Host {

  private enum State {
    GREETING,
    READY,
    CLOSED
  }

  private static final Logger log = LoggerFactory.getLogger(Session.class);

  /** More requests than this waiting for one client, and nothing more is read from it. */
  private static final int MOST_WAITING = 256;

  /**
   * More bytes of requests than this, and the same: one list of 50,000 items has 1,800,003, and a
   * client may wait for that and go on talking.
   */
  private static final long MOST_HELD = 2_000_000;

  /**
   * So many frames with a wrong checksum or command are passed over, as Core does without end. More
   * of them are no accident, and each costs us a hash.
   */
  static final int MOST_REJECTED = 100;

  /** More bytes than this brought by the client and on their way upstream, and the same. */
  static final long MOST_HANDED_IN = 1_000_000;

  private static final int UNSENT_FACTOR = 4;

  private final SessionHost home;
  private final Transport transport;
  private final EventLoop loop;
  private final HostBudget budget;
  private final RequestQueue.Source source;
  private final InboundGate inflow;
  private final SliceQueue slices;
  private final DeliveryQueue queue;
  private final ClientConversation conversation;

  private State state = State.GREETING;
  private EventLoop.@Nullable Timer watch;
  private @Nullable Drain drain;
  private final HostAccount account;
  private final Traffic traffic;
  private boolean reading = true;
  private long heard;
  private int hearing; // bytes of the message that is being heard
  private long handedIn; // and not dealt with
  private int rejected;
  private int mostRejected = MOST_REJECTED;
  private boolean asked;
  private long unsentAtLastLook;
  private long sentSinceLastLook;

  Session(SessionHost home, Transport transport, EventLoop loop, Traffic traffic) {
    this.home = home;
    this.transport = transport;
    this.loop = loop;
    this.traffic = traffic;
    this.inflow = new InboundGate(transport, loop, this::hear);
    this.slices = home.slices(loop);
    this.queue = new DeliveryQueue(this, home.settings().clientBuffer());
    this.budget = home.budgets().open(transport.remote());
    this.source = new RequestQueue.Source(budget);
    this.account = new HostAccount(budget, loop, transport, () -> stepNow(queue::advance));
    this.conversation = home.welcome(this);
  }

  private void run(Runnable task) {
    Confined.run(loop, task);
  }

  /** Runs a step of a living session in its loop; what it changes may let us read on, or not. */
  private void step(Runnable task) {
    if (loop.inEventLoop()) {
      stepNow(task);
    } else {
      loop.execute(() -> stepNow(task));
    }
  }

  private void stepNow(Runnable task) {
    assert Confined.to(loop);
    if (state != State.CLOSED) {
      guarded(task);
      regulateReading();
    }
  }

  void open() {
    heard = loop.nanoTime();
    watch = loop.schedule(home.settings().handshakeTimeout(), this::look);
    transport.start(this);
  }

  // ---- what the client does

  @Override
  public void onMessage(Message message) {
    inflow.accept(message);
  }

  private void hear(Message message) {
    assert Confined.to(loop);
    if (state == State.CLOSED) {
      return;
    }
    heard = loop.nanoTime();
    asked = false;
    hearing = message.size();
    traffic.received(hearing);
    account.heard(hearing);
    try {
      conversation.onMessage(message);
    } catch (RuntimeException e) {
      failed(e);
    }
    hearing = 0;
    regulateReading();
  }

  void news(Notification news) {
    run(
        () -> {
          if (state == State.READY) {
            guarded(() -> conversation.onNews(news));
          }
        });
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException e) {
    log.error("the session of {} failed", remote(), e);
    disconnect(Counter.CLOSED_INTERNAL_ERROR, "internal error: " + e);
  }

  @Override
  public void onRejected(String reason) {
    home.engine().counters().count(Counter.CLIENT_REJECTED);
    run(
        () -> {
          if (++rejected > mostRejected) {
            disconnect(
                Counter.CLOSED_REJECTED, rejected + " frames were rejected, lastly " + reason);
          }
        });
  }

  @Override
  public void onUnreadable(String reason) {
    home.engine().counters().count(Counter.CLOSED_UNREADABLE);
  }

  @Override
  public void onWritable() {
    step(queue::advance);
  }

  @Override
  public boolean onInputShutdown(String cause) {
    run(
        () -> {
          if (state != State.CLOSED) {
            home.ending(this, source);
            drain = Drain.begin(loop, this::isDrained, () -> end("closed: " + cause));
          }
        });
    return true;
  }

  private boolean isDrained() {
    return queue.size() == 0 && !conversation.isWaiting() && transport.pendingBytes() == 0;
  }

  @Override
  public void onClosed(String cause) {
    close("closed: " + cause);
  }

  // ---- what the conversation does

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public String remote() {
    return transport.remote();
  }

  @Override
  public HostBudget budget() {
    return budget;
  }

  @Override
  public EngineContext engine() {
    return home.engine();
  }

  @Override
  public void reply(Message message) {
    assert Confined.to(loop);
    if (state != State.CLOSED) {
      queue.reply(message);
    }
  }

  @Override
  public void ask(Batch batch) {
    assert Confined.to(loop);
    if (state != State.CLOSED) {
      queue.ask(batch, hearing);
    }
  }

  @Override
  public void askUnordered(Batch batch) {
    assert Confined.to(loop);
    if (state != State.CLOSED) {
      queue.askUnordered(batch, hearing);
    }
  }

  @Override
  public void needsEveryFrame() {
    assert Confined.to(loop);
    mostRejected = 0;
  }

  @Override
  public void rest() {
    assert Confined.to(loop);
    queue.rest();
  }

  @Override
  public void resume() {
    stepNow(queue::resume);
  }

  @Override
  public void push(Message message) {
    assert Confined.to(loop);
    if (state == State.CLOSED) {
      return;
    }
    long unsent = transport.pendingBytes() + queue.heldBack();
    long buffer = home.settings().clientBuffer();
    if (unsent > UNSENT_FACTOR * buffer || (unsent > buffer && !account.mayBeOwedMore())) {
      disconnect(Counter.CLOSED_SLOW_READER, unsent + " bytes are waiting for it to read");
    } else {
      queue.push(message);
    }
  }

  @Override
  public void handsIn(int cost) {
    assert Confined.to(loop);
    handedIn += cost;
  }

  @Override
  public void dealtWith(int cost) {
    assert Confined.to(loop);
    handedIn -= cost;
    regulateReading();
  }

  @Override
  public void ready(String description) {
    assert Confined.to(loop);
    if (state == State.GREETING) {
      state = State.READY;
      restartWatch();
      home.ready(this, description);
    }
  }

  @Override
  public void disconnect(Counter rule, String reason) {
    assert Confined.to(loop);
    if (state != State.CLOSED) {
      home.engine().counters().count(rule);
      end(reason);
    }
  }

  private void end(String reason) {
    assert Confined.to(loop);
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    if (watch != null) {
      watch.cancel();
    }
    if (drain != null) {
      drain.cancel();
    }
    queue.close();
    home.leave(source);
    transport.close();
    home.gone(this, reason);
    guarded(conversation::onClosed);
    account.close();
    budget.close();
  }

  /** Ends the session for somebody else, who needs its place now. Any thread. */
  void evict(String reason) {
    transport.abort();
    if (!Confined.offer(loop, () -> disconnect(Counter.CLOSED_EVICTED, reason))) {
      home.gone(this, reason); // as below
    }
  }

  /** Ends the session from outside. Any thread. */
  void close(String reason) {
    if (!Confined.offer(loop, () -> end(reason))) {
      transport.close();
      home.gone(this, reason); // its loop has been closed, which nobody told it
    }
  }

  // ---- what the queue does

  @Override
  public void asked() {
    traffic.asked();
  }

  @Override
  public RequestIntake requests() {
    return home.requests();
  }

  @Override
  public RequestSource source() {
    return source;
  }

  @Override
  public void settled(DeliverySlot slot, Outcome outcome) {
    if (loop.inEventLoop()) {
      settledHere(slot, outcome);
    } else {
      loop.execute(() -> settledHere(slot, outcome));
    }
  }

  private void settledHere(DeliverySlot slot, Outcome outcome) {
    assert Confined.to(loop);
    if (state == State.CLOSED) {
      return;
    }
    try {
      queue.settle(slot, outcome);
    } catch (RuntimeException e) {
      failed(e);
    }
    regulateReading();
  }

  @Override
  public void awaitSlice() {
    assert Confined.to(loop);
    slices.await(this::resume);
  }

  @Override
  public long pendingBytes() {
    return transport.pendingBytes();
  }

  @Override
  public void send(Message message) {
    assert Confined.to(loop);
    sentSinceLastLook += message.size();
    traffic.sent(message.size());
    transport.send(message);
  }

  @Override
  public void owes(long bytes) {
    account.owes(bytes);
  }

  @Override
  public boolean mayBeOwedMore() {
    return account.mayBeOwedMore();
  }

  @Override
  public void failed(String reason) {
    disconnect(Counter.CLOSED_UNANSWERED, "what it asked cannot be answered: " + reason);
  }

  // ---- patience

  private void regulateReading() {
    if (state == State.CLOSED) {
      return;
    }
    account.holds(queue.held());
    boolean crowded =
        !account.mayBeHeard()
            || queue.size() > (reading ? MOST_WAITING : MOST_WAITING / 2)
            || queue.held() > (reading ? MOST_HELD : MOST_HELD / 2)
            || handedIn > (reading ? MOST_HANDED_IN : MOST_HANDED_IN / 2)
            || transport.pendingBytes() > home.settings().clientBuffer();
    if (crowded == reading) {
      reading = !crowded;
      inflow.reading(reading);
    }
  }

  private void restartWatch() {
    if (watch != null) {
      watch.cancel();
    }
    watch = loop.schedule(home.settings().idleInterval(), this::look);
  }

  private void look() {
    assert Confined.to(loop);
    if (state == State.CLOSED) {
      return;
    }
    Settings settings = home.settings();
    long silence = loop.nanoTime() - heard;
    long unsent = transport.pendingBytes();
    if (state == State.GREETING) {
      disconnect(
          Counter.CLOSED_HANDSHAKE_TIMEOUT,
          "its handshake is not done after " + settings.handshakeTimeout().toSeconds() + " s");
    } else if (unsent > settings.clientBuffer() && unsent - unsentAtLastLook >= sentSinceLastLook) {
      disconnect(
          Counter.CLOSED_SLOW_READER,
          unsent
              + " bytes wait for it to read since "
              + settings.idleInterval().toSeconds()
              + " s");
    } else if (reading && silence > settings.idleTimeout().toNanos()) {
      disconnect(
          Counter.CLOSED_IDLE, "it is silent since " + settings.idleTimeout().toSeconds() + " s");
    } else {
      unsentAtLastLook = unsent;
      sentSinceLastLook = 0;
      if (!asked && silence > settings.idleInterval().toNanos()) {
        asked = true;
        guarded(conversation::onIdle);
      }
      regulateReading();
      restartWatch();
    }
  }
}
