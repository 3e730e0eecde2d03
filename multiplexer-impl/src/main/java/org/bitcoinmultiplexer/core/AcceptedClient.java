package org.bitcoinmultiplexer.core;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.ClientConnection;
import org.bitcoinmultiplexer.api.ClientStats;
import org.jspecify.annotations.Nullable;

/** A client as whoever gave it sees it, from before it has a place until after it has gone. */
final class AcceptedClient implements ClientConnection {

  private static final String CLOSED = "closed by whoever gave it";

  private final String remote;
  private final Traffic traffic = new Traffic();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private volatile ClientSlots.@Nullable Slot slot;
  private volatile boolean ready;
  private @Nullable Consumer<String> end; // guarded by this, as is the next
  private boolean isClosing;

  AcceptedClient(String remote) {
    this.remote = remote;
  }

  /** Where its session counts. */
  Traffic traffic() {
    return traffic;
  }

  /** It has a place, and a session that can be ended. */
  void occupies(ClientSlots.Slot place, Consumer<String> ending) {
    slot = place;
    boolean late;
    synchronized (this) {
      end = ending;
      late = isClosing;
    }
    if (late) {
      ending.accept(CLOSED);
    }
  }

  void ready() {
    ready = true;
    ClientSlots.Slot place = slot;
    if (place != null) {
      place.ready();
    }
  }

  /** It goes on only to get what it asked for. */
  void ending() {
    ClientSlots.Slot place = slot;
    if (place != null) {
      place.ending();
    }
  }

  /** It has gone, or never came. */
  void gone(String reason) {
    ClientSlots.Slot place = slot;
    if (place != null) {
      place.leave();
    }
    closed.complete(reason);
  }

  @Override
  public String remote() {
    return remote;
  }

  @Override
  public ClientStats stats() {
    return new ClientStats(ready, traffic.requests(), traffic.received(), traffic.sent());
  }

  @Override
  public CompletableFuture<String> closed() {
    return closed.copy();
  }

  @Override
  public void close() {
    Consumer<String> ending;
    synchronized (this) {
      isClosing = true;
      ending = end;
    }
    if (ending != null) {
      ending.accept(CLOSED);
    }
  }
}
