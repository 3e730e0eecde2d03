package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Gets a connection to the first node of a list that can be reached, and rests with growing pauses
 * when none can.
 *
 * <pre>
 *   IDLE ──dial──► DIALLING ──connected──► CONNECTED ──failed, before its handshake──► next node
 *                     ▲ └──────refused──► next node         ├──lost, after its handshake──► first node
 *                     │                                     └──distrusted───────────────► next node
 *                     └──rested── RESTING ◄── no node left, or lost too soon too often
 * </pre>
 *
 * <p>Confined to the engine's loop.
 */
final class Dialler {

  /** A connection that was usable for less than this counts as short. */
  private static final Duration SHORT = Duration.ofSeconds(10);

  /** So many short ones in a row are dialled again at once; behind them there are pauses. */
  private static final int MOST_SHORT = 3;

  private final EventLoop loop;
  private final List<Connector> nodes;
  private final Backoff backoff;
  private final BiConsumer<String, Transport> connected;
  private final BiConsumer<String, String> unreachable;
  private int next;
  private long usableSince;
  private int shortOnes;
  private EventLoop.@Nullable Timer rest;
  private boolean closed;

  /**
   * @param connected takes what was dialled and its open transport
   * @param unreachable hears what was dialled and why it could not be reached
   */
  Dialler(
      EventLoop loop,
      List<Connector> nodes,
      Backoff backoff,
      BiConsumer<String, Transport> connected,
      BiConsumer<String, String> unreachable) {
    this.loop = loop;
    this.nodes = List.copyOf(nodes);
    this.backoff = backoff;
    this.connected = connected;
    this.unreachable = unreachable;
  }

  void dial() {
    rest = null;
    if (closed) {
      return;
    }
    Connector node = nodes.get(next);
    node.connect()
        .whenComplete(
            (transport, failure) ->
                Confined.run(
                    loop,
                    () -> {
                      if (failure != null) {
                        refused(node, failure);
                      } else if (closed) {
                        transport.close();
                      } else {
                        connected.accept(node.target(), transport);
                      }
                    }));
  }

  private void refused(Connector node, Throwable failure) {
    if (closed) {
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String words = cause.getMessage();
    unreachable.accept(node.target(), words != null ? words : cause.toString());
    failed();
  }

  /**
   * The node that was connected last did not get through its handshake, or could not be reached.
   */
  void failed() {
    next++;
    if (next < nodes.size()) {
      dial();
    } else {
      next = 0;
      rest = loop.schedule(backoff.next(), this::dial);
    }
  }

  /** The node that was connected last is usable. */
  void succeeded() {
    usableSince = loop.nanoTime();
  }

  /**
   * The node that was usable is lost: dialled again at once, unless it does so over and over. A
   * node that shakes hands and then closes would otherwise be dialled a hundred times a second.
   *
   * @param distrusted whether it was given up for what it said: then the next one's turn is first
   */
  void lost(boolean distrusted) {
    next = distrusted ? (next + 1) % nodes.size() : 0;
    if (loop.nanoTime() - usableSince >= SHORT.toNanos()) {
      shortOnes = 0;
      backoff.reset();
    } else {
      shortOnes++;
    }
    if (shortOnes <= MOST_SHORT) {
      dial();
    } else {
      rest = loop.schedule(backoff.next(), this::dial);
    }
  }

  void close() {
    closed = true;
    if (rest != null) {
      rest.cancel();
    }
  }
}
