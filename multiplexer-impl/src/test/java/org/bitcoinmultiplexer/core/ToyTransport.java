package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/** The multiplexer's end of a conversation whose other end is the test. */
final class ToyTransport implements Transport {

  private final SimulatedLoop loop;
  private final String remote;
  private final List<String> sent = new ArrayList<>();
  private Listener listener;
  long unread;
  boolean takes = true;
  boolean reading = true;
  boolean closed;

  ToyTransport(SimulatedLoop loop, String remote) {
    this.loop = loop;
    this.remote = remote;
  }

  /** The other end says something. */
  void says(String command, String text) {
    loop.run(() -> listener.onMessage(ToyProtocol.message(command, text)));
  }

  /** The other end says the same several times, and all of it arrives at once. */
  void says(int times, String command, String text) {
    loop.run(
        () -> {
          for (int i = 0; i < times; i++) {
            listener.onMessage(ToyProtocol.message(command, text));
          }
        });
  }

  /** The other end sends a frame that cannot be used. */
  void damages(String reason) {
    loop.run(() -> listener.onRejected(reason));
  }

  /** The other end hangs up. */
  void hangsUp() {
    closed = true;
    loop.run(() -> listener.onClosed("hung up"));
  }

  /** The other end says no more, but reads on. */
  void saysNoMore() {
    loop.run(() -> assertThat(listener.onInputShutdown("no more")).isTrue());
  }

  /** The other end speaks another protocol. */
  void speaksSomethingElse() {
    closed = true;
    loop.run(
        () -> {
          listener.onUnreadable("not a toy");
          listener.onClosed("not a toy");
        });
  }

  void becomesWritable() {
    loop.run(() -> listener.onWritable());
  }

  /** What was sent since the last call, as {@code command text}. */
  List<String> heard() {
    List<String> all = List.copyOf(sent);
    sent.clear();
    return all;
  }

  @Override
  public void start(Listener toStart) {
    listener = toStart;
  }

  @Override
  public void send(Message message) {
    if (!closed) {
      sent.add((message.command() + " " + ToyProtocol.text(message)).strip());
      unread += takes ? 0 : message.size();
    }
  }

  @Override
  public long pendingBytes() {
    return unread;
  }

  @Override
  public void reading(boolean enabled) {
    reading = enabled;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (listener != null) {
        loop.execute(() -> listener.onClosed("closed by us"));
      }
    }
  }

  @Override
  public String remote() {
    return remote;
  }

  /** Gives transports to a test, or refuses. */
  static final class Dials implements Connector {

    private final SimulatedLoop loop;
    private final String target;
    final Deque<ToyTransport> dialled = new ArrayDeque<>();
    boolean refuses;
    int attempts;

    Dials(SimulatedLoop loop, String target) {
      this.loop = loop;
      this.target = target;
    }

    @Override
    public CompletionStage<Transport> connect() {
      attempts++;
      if (refuses) {
        return CompletableFuture.failedFuture(new IllegalStateException("refused"));
      }
      ToyTransport transport = new ToyTransport(loop, target);
      dialled.add(transport);
      return CompletableFuture.completedFuture(transport);
    }

    @Override
    public String target() {
      return target;
    }
  }
}
