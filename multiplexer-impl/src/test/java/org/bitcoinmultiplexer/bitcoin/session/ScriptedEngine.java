package org.bitcoinmultiplexer.bitcoin.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.core.Notification;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/** An engine and its node, of which the test is the hands: records what it is told. */
final class ScriptedEngine implements EngineContext, NodeContext {

  /** A request on the protocol's own behalf. */
  record Asked(Message request, Consumer<? super Outcome> then) {}

  final SimulatedLoop loop = new SimulatedLoop();
  final List<Message> toNode = new ArrayList<>();
  final List<Asked> asked = new ArrayList<>();
  final List<ScriptedClient> clients = new ArrayList<>();
  final Counters counters = new Counters();
  final HostBudgets budgets = new HostBudgets(loop::nanoTime, 1 << 30, counters::counter);
  private final HostBudget own = budgets.open("own");
  boolean nodeReady;

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public void ask(Message request, Consumer<? super Outcome> then) {
    asked.add(new Asked(request, then));
  }

  @Override
  public Source source() {
    return new Source() {
      @Override
      public void ask(Message request, Consumer<? super Outcome> then) {
        ScriptedEngine.this.ask(request, then);
      }

      @Override
      public void submit(Message submission, Receipt receipt) {
        toNode.add(submission);
        loop.execute(() -> receipt.processed(0));
      }
    };
  }

  @Override
  public Source source(HostBudget host) {
    return source();
  }

  @Override
  public HostBudget budget() {
    return own;
  }

  @Override
  public void publish(Notification news) {
    for (ScriptedClient client : clients) {
      client.hear(news);
    }
  }

  @Override
  public void inform(Consumer<? super MultiplexerListener> event) {
    // Nobody listens.
  }

  @Override
  public Counters counters() {
    return counters;
  }

  @Override
  public String target() {
    return "node";
  }

  @Override
  public void send(Message message) {
    toNode.add(message);
  }

  @Override
  public void ready(NodeDescription node) {
    nodeReady = true;
  }

  @Override
  public void distrust(String reason) {
    throw new AssertionError("the node is distrusted: " + reason);
  }

  @Override
  public void fail(String reason) {
    throw new AssertionError("the conversation gave the node up: " + reason);
  }
}
