package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;

/**
 * A listener that remembers what it heard, and watches that the rules for callbacks are kept: none
 * overlaps another, {@code onClosed} comes once, and nothing comes after it.
 */
final class TransportKitListener implements Transport.Listener {

  private final List<Message> messages = new ArrayList<>(); // guarded by this
  private final List<String> rejections = new ArrayList<>(); // guarded by this
  private final List<Waiting> waiting = new ArrayList<>(); // guarded by this
  private final AtomicBoolean inside = new AtomicBoolean();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final Queue<CompletableFuture<Void>> untilWritable = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<String> firstRejection = new CompletableFuture<>();
  private volatile Consumer<Message> reaction = message -> {};

  private record Waiting(int count, CompletableFuture<List<Message>> future) {}

  /** What to do, within the callback, when a message comes. */
  TransportKitListener reacting(Consumer<Message> reaction) {
    this.reaction = reaction;
    return this;
  }

  /** Completed with the first so many messages, once they have come. */
  synchronized CompletableFuture<List<Message>> received(int count) {
    Waiting wanted = new Waiting(count, new CompletableFuture<>());
    waiting.add(wanted);
    settle();
    return wanted.future;
  }

  synchronized List<Message> messages() {
    return List.copyOf(messages);
  }

  synchronized List<String> rejections() {
    return List.copyOf(rejections);
  }

  CompletableFuture<String> closed() {
    return closed;
  }

  /** Completed by the next {@code onWritable}. */
  CompletableFuture<Void> nextWritable() {
    CompletableFuture<Void> next = new CompletableFuture<>();
    untilWritable.add(next);
    return next;
  }

  CompletableFuture<String> rejected() {
    return firstRejection;
  }

  /** To be asked when nothing can come any more. */
  void assertRulesWereKept() {
    assertThat(violations).as("violations of the rules for callbacks").isEmpty();
  }

  @Override
  public void onMessage(Message message) {
    enter("onMessage");
    synchronized (this) {
      messages.add(message);
      settle();
    }
    try {
      reaction.accept(message);
    } finally {
      leave();
    }
  }

  @Override
  public void onRejected(String reason) {
    enter("onRejected");
    synchronized (this) {
      rejections.add(reason);
    }
    firstRejection.complete(reason);
    leave();
  }

  @Override
  public void onWritable() {
    enter("onWritable");
    for (CompletableFuture<Void> next = untilWritable.poll();
        next != null;
        next = untilWritable.poll()) {
      next.complete(null);
    }
    leave();
  }

  @Override
  public void onClosed(String cause) {
    enter("onClosed");
    over.set(true);
    if (cause == null || cause.isBlank()) {
      violations.add("onClosed without a cause");
    }
    leave();
    closed.complete(cause);
  }

  private void settle() {
    waiting.removeIf(
        wanted ->
            messages.size() >= wanted.count
                && wanted.future.complete(List.copyOf(messages.subList(0, wanted.count))));
  }

  private void enter(String callback) {
    if (!inside.compareAndSet(false, true)) {
      violations.add(callback + " overlaps another callback");
    }
    if (over.get()) {
      violations.add(callback + " comes after onClosed");
    }
  }

  private void leave() {
    inside.set(false);
  }
}
