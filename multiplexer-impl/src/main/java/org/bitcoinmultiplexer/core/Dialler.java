package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Gets a connection to the first node of a list that is there.
 *
 * <pre>
 *   IDLE ──dial──► DIALLING ──connected──► CONNECTED ──no handshake in time──► next node
 *                     ▲ └──────refused──► next node      ├──lost──► first node
 *                     │                                  └──passed over──────► next node
 *                     └──rested── RESTING ◄── every node is to rest
 * </pre>
 *
 * <p>Each node rests by itself, ever longer the more often in a row it could not be reached or did
 * not shake hands; a connection that was ready ends that. So what clients do to a connection never
 * makes the next one come later. A node that is passed over (it hangs, or is not to be trusted) is
 * for a while the last to be tried, not the first.
 *
 * <p>A node that accepts may still hang, and another may be waiting for its turn: so where there
 * are several, each gets {@link #HASTY} for its handshake at first, and twice as long each time it
 * fails in that, up to what is configured.
 *
 * <p>Confined to the engine's loop.
 */
final class Dialler {

  /** Takes what was dialled. */
  interface Listener {

    /**
     * A connection is open.
     *
     * @param node what was dialled
     * @param greeting how long its handshake may take
     */
    void connected(Connector node, Transport transport, Duration greeting);

    void unreachable(Connector node, String reason);
  }

  /** How long a handshake may take where another node could be tried instead. */
  static final Duration HASTY = Duration.ofSeconds(5);

  /** A connection that was usable for less than this counts as short. */
  private static final Duration SHORT = Duration.ofSeconds(10);

  /** So many short ones in a row are dialled again at once; behind them there are pauses. */
  private static final int MOST_SHORT = 3;

  /** Which do not grow: the node is there, and clients wait for it. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Duration PASSED_OVER = Duration.ofSeconds(30);

  /** What is known of one node. */
  private static final class Node {

    final Connector connector;
    final Backoff backoff;
    long restsUntil;
    long passedOverUntil;
    Duration greeting;

    Node(Connector connector, Backoff backoff, Duration greeting, long now) {
      this.connector = connector;
      this.backoff = backoff;
      this.greeting = greeting;
      this.restsUntil = now;
      this.passedOverUntil = now;
    }
  }

  private final EventLoop loop;
  private final List<Node> nodes;
  private final Duration hasty;
  private final Duration longest;
  private final Listener listener;
  private Node current;
  private long usableSince;
  private int shortOnes;
  private EventLoop.@Nullable Timer rest;
  private boolean closed;

  /**
   * @param connectors in the order of preference, at least one
   * @param greeting how long a handshake may take at most
   * @param random shortens pauses
   */
  Dialler(
      EventLoop loop,
      List<Connector> connectors,
      Duration greeting,
      RandomGenerator random,
      Listener listener) {
    this.loop = loop;
    this.longest = greeting;
    this.hasty = connectors.size() > 1 && HASTY.compareTo(greeting) < 0 ? HASTY : greeting;
    this.listener = listener;
    long now = loop.nanoTime();
    this.nodes =
        connectors.stream().map(each -> new Node(each, new Backoff(random), hasty, now)).toList();
    this.current = nodes.get(0);
  }

  void dial() {
    assert Confined.to(loop);
    rest = null;
    if (closed) {
      return;
    }
    long now = loop.nanoTime();
    Node next = null;
    long pause = Long.MAX_VALUE;
    for (Node node : nodes) {
      pause = Math.min(pause, node.restsUntil - now);
      if (node.restsUntil - now <= 0
          && (next == null
              || (next.passedOverUntil - now > 0 && node.passedOverUntil - now <= 0))) {
        next = node;
      }
    }
    if (next == null) {
      rest = loop.schedule(Duration.ofNanos(pause), this::dial);
    } else {
      current = next;
      dial(next);
    }
  }

  private void dial(Node node) {
    assert Confined.to(loop);
    node.connector
        .connect()
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
                        listener.connected(node.connector, transport, node.greeting);
                      }
                    }));
  }

  private void refused(Node node, Throwable failure) {
    assert Confined.to(loop);
    if (!closed) {
      listener.unreachable(node.connector, inWords(failure));
      rest(node);
      dial();
    }
  }

  static String inWords(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String words = cause.getMessage();
    return words != null ? words : cause.toString();
  }

  private void rest(Node node) {
    node.restsUntil = loop.nanoTime() + node.backoff.next().toNanos();
  }

  private void passOver(Node node) {
    node.passedOverUntil = loop.nanoTime() + PASSED_OVER.toNanos();
  }

  /**
   * The node that was connected last did not get through its handshake.
   *
   * @param timedOut whether it just took too long
   */
  void failed(boolean timedOut) {
    assert Confined.to(loop);
    if (timedOut) {
      Duration twice = current.greeting.multipliedBy(2);
      current.greeting = twice.compareTo(longest) < 0 ? twice : longest;
    }
    passOver(current);
    rest(current);
    dial();
  }

  /** The node that was connected last is usable. */
  void succeeded() {
    assert Confined.to(loop);
    usableSince = loop.nanoTime();
    current.backoff.reset();
    current.greeting = hasty;
    current.passedOverUntil = usableSince;
  }

  /**
   * The node that was usable is lost: dialled again at once, unless it does so over and over. A
   * node that shakes hands and then closes would otherwise be dialled a hundred times a second.
   *
   * @param passOver whether it was given up for what it did: then another's turn is first
   */
  void lost(boolean passOver) {
    assert Confined.to(loop);
    if (passOver) {
      passOver(current);
    }
    long now = loop.nanoTime();
    if (now - usableSince >= SHORT.toNanos()) {
      shortOnes = 0;
    } else if (++shortOnes > MOST_SHORT) {
      current.restsUntil = now + PAUSE.toNanos();
    }
    dial();
  }

  void close() {
    assert Confined.to(loop);
    closed = true;
    if (rest != null) {
      rest.cancel();
    }
  }
}
