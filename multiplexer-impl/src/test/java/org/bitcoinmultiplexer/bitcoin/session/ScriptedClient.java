package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.core.Batch;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.core.ClientConversation;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.Notification;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * A client and the engine's side of its session, of which the test is the hands: what upstream is
 * asked waits until it is settled, and answers leave in order as the contract wants.
 */
final class ScriptedClient implements ClientContext {

  /** A reply, or a batch that is being asked item by item. */
  private static final class Entry {
    @Nullable Message reply;
    @Nullable Batch batch;
    int next;
  }

  private final ScriptedEngine engine;
  private final String remote;
  private final HostBudget budget;
  private final ClientConversation conversation;
  private final Deque<Entry> queue = new ArrayDeque<>();
  private @Nullable Message pending;
  private boolean delivering;

  /** What was asked without order and has not been settled in full. */
  private final List<Entry> unordered = new ArrayList<>();

  boolean needsEveryFrame;

  /** What it brought and is not dealt with. */
  long handedIn;

  /** Everything the client was sent, in order. */
  final List<Message> received = new ArrayList<>();

  /** How often it was to rest. */
  int rests;

  private boolean resting;
  private @Nullable Runnable rest; // of an item that was delivered in part

  /** What was asked upstream for it. */
  final List<Message> asked = new ArrayList<>();

  @Nullable String description;
  @Nullable String rule;
  @Nullable String reason;

  ScriptedClient(
      ScriptedEngine engine, String remote, Function<ClientContext, ClientConversation> protocol) {
    this.engine = engine;
    this.remote = remote;
    this.budget = engine.budgets.open(remote);
    this.conversation = protocol.apply(this);
    engine.clients.add(this);
  }

  /** The client says something. */
  void says(Message message) {
    if (rule == null) {
      engine.loop.run(() -> conversation.onMessage(message));
    }
  }

  void says(String command, byte... body) {
    says(Message.of(command, body));
  }

  void hear(Notification news) {
    if (description != null && rule == null) {
      engine.loop.run(() -> conversation.onNews(news));
    }
  }

  void idles() {
    engine.loop.run(conversation::onIdle);
  }

  void leaves() {
    rule = "left";
    engine.loop.run(conversation::onClosed);
    budget.close();
  }

  /** What the client was sent since this was last asked. */
  List<Message> heard() {
    List<Message> heard = List.copyOf(received);
    received.clear();
    return heard;
  }

  /** What is waiting to be settled. */
  @Nullable Message pending() {
    return pending;
  }

  /** Upstream answers what was asked last for this client. */
  void upstream(Message... answer) {
    settle(new Outcome.Answered(List.of(answer)));
  }

  void upstreamHasNothing() {
    settle(Outcome.Absent.INSTANCE);
  }

  void settle(Outcome outcome) {
    assertThat(pending).as("a request that waits for upstream").isNotNull();
    pending = null;
    Entry entry = queue.element();
    engine.loop.run(
        () -> {
          deliver(entry, outcome);
          advance();
        });
  }

  private void deliver(Entry entry, Outcome outcome) {
    Batch batch = entry.batch;
    assertThat(batch).isNotNull();
    delivering = true; // a batch that asks for more from within is heard when it is done
    if (!batch.deliverPart(entry.next, outcome, received::add)) {
      rest = () -> deliver(entry, outcome);
    } else if (++entry.next == batch.size() && rule == null) {
      batch.end(received::add);
      queue.remove();
    }
    delivering = false;
  }

  private void advance() {
    while (!queue.isEmpty() && pending == null && rule == null && !delivering && !resting) {
      Entry entry = queue.element();
      if (entry.reply != null) {
        received.add(entry.reply);
        queue.remove();
        continue;
      }
      Outcome local = entry.batch.local(entry.next);
      if (local != null) {
        deliver(entry, local);
      } else {
        pending = entry.batch.request(entry.next);
        asked.add(pending);
      }
    }
  }

  @Override
  public EventLoop loop() {
    return engine.loop;
  }

  @Override
  public String remote() {
    return remote;
  }

  @Override
  public HostBudget budget() {
    return budget;
  }

  @Override
  public EngineContext engine() {
    return engine;
  }

  @Override
  public void reply(Message message) {
    Entry entry = new Entry();
    entry.reply = message;
    queue.add(entry);
    advance();
  }

  @Override
  public void ask(Batch batch) {
    Entry entry = new Entry();
    entry.batch = batch;
    queue.add(entry);
    advance();
  }

  /** Each is asked by itself; {@link #unordered} has what waits, in the order it was asked. */
  @Override
  public void askUnordered(Batch batch) {
    Entry entry = new Entry();
    entry.batch = batch;
    unordered.add(entry);
    advance(entry);
  }

  /** Upstream settles an item of the unordered batch in this place of those that wait. */
  void settleUnordered(int place, Outcome outcome) {
    Entry entry = unordered.get(place);
    engine.loop.run(
        () -> {
          deliverUnordered(entry, outcome);
          advance(entry);
        });
  }

  private void deliverUnordered(Entry entry, Outcome outcome) {
    assertThat(entry.batch.deliverPart(entry.next++, outcome, received::add)).isTrue();
  }

  private void advance(Entry entry) {
    Batch batch = entry.batch;
    while (rule == null && entry.next < batch.size()) {
      Outcome local = batch.local(entry.next);
      if (local == null) {
        asked.add(batch.request(entry.next));
        return;
      }
      deliverUnordered(entry, local);
    }
    if (rule == null) {
      batch.end(received::add);
      unordered.remove(entry);
    }
  }

  @Override
  public void handsIn(int cost) {
    handedIn += cost;
  }

  @Override
  public void dealtWith(int cost) {
    handedIn -= cost;
  }

  @Override
  public void needsEveryFrame() {
    needsEveryFrame = true;
  }

  @Override
  public void rest() {
    rests++;
    resting = true;
  }

  @Override
  public void resume() {
    resting = false;
    Runnable more = rest;
    rest = null;
    if (more != null) {
      more.run();
    }
    advance();
  }

  @Override
  public void push(Message message) {
    if (rule == null) {
      received.add(message);
    }
  }

  @Override
  public void ready(String words) {
    description = words;
  }

  @Override
  public void disconnect(Counter violated, String why) {
    if (rule == null) {
      rule = violated.rule();
      reason = why;
      engine.counters.count(violated);
      conversation.onClosed();
    }
  }
}
