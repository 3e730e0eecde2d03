package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * A connection in virtual time: each message takes its time, those of one direction keep their
 * order. The engine's end is the {@link Transport}; the other end belongs to a peer of the test.
 */
final class Pipe implements Transport {

  /** The other end. */
  interface Peer {

    void onMessage(Message message);

    /** The engine closed it. */
    void onClosed();
  }

  private static final int FRAME = 24;
  private static final long LOW = 16 * 1024;

  private final SimulatedLoop time;
  private final VirtualLoop loop;
  private final Draw draw;
  private final String remote;
  private final Peer peer;
  private final double least;
  private final double most;

  private Listener listener;

  // Towards the peer.
  private final Deque<Message> unread = new ArrayDeque<>();
  private long lastOut;
  private long pending;
  private long pendingWhenClosed;
  private boolean above;
  private boolean paused;

  // Towards the engine.
  private final Deque<Runnable> held = new ArrayDeque<>();
  private long lastIn;
  private boolean reading = true;
  private boolean cut;

  private boolean closedHere;
  private boolean closedThere;
  private boolean told;

  Pipe(
      SimulatedLoop time,
      VirtualLoop loop,
      Draw draw,
      String remote,
      Peer peer,
      double leastMillis,
      double mostMillis) {
    this.time = time;
    this.loop = loop;
    this.draw = draw;
    this.remote = remote;
    this.peer = peer;
    this.least = leastMillis;
    this.most = mostMillis;
    this.lastOut = time.nanoTime();
    this.lastIn = lastOut;
  }

  // ---- the engine's end

  @Override
  public void start(Listener toStart) {
    listener = toStart;
    loop.execute(this::deliverHeld);
  }

  @Override
  public void send(Message message) {
    if (closedHere || closedThere) {
      return;
    }
    pending += message.size() + FRAME;
    above |= pending > LOW;
    lastOut = arrival(lastOut);
    time.schedule(
        Duration.ofNanos(lastOut - time.nanoTime()),
        () -> {
          unread.add(message);
          read();
        });
  }

  @Override
  public long pendingBytes() {
    return pending;
  }

  @Override
  public void reading(boolean enabled) {
    reading = enabled;
    if (enabled && !held.isEmpty()) {
      loop.execute(this::deliverHeld);
    }
  }

  @Override
  public void close() {
    if (closedHere) {
      return;
    }
    closedHere = true;
    pendingWhenClosed = pending;
    loop.execute(() -> tellClosed("closed by the engine"));
    if (!closedThere) {
      lastOut = arrival(lastOut);
      time.schedule(
          Duration.ofNanos(lastOut - time.nanoTime()),
          () -> {
            if (!closedThere) {
              closedThere = true;
              unread.clear();
              peer.onClosed();
            }
          });
    }
  }

  @Override
  public String remote() {
    return remote;
  }

  private long arrival(long last) {
    return Math.max(last + 1, time.nanoTime() + draw.within(least, most).toNanos());
  }

  private void tellClosed(String cause) {
    closedHere = true;
    held.clear();
    if (!told && listener != null) {
      told = true;
      listener.onClosed(cause);
    }
  }

  private void deliverHeld() {
    while (listener != null && reading && !held.isEmpty()) {
      held.remove().run();
    }
  }

  // ---- the peer's end

  /** Says something to the engine. */
  void say(Message message) {
    say(message, () -> {});
  }

  /**
   * Says something to the engine.
   *
   * @param heard run right before the engine hears it, if it ever does
   */
  void say(Message message, Runnable heard) {
    if (!closedThere) {
      towardsEngine(
          () -> {
            if (!closedHere) {
              heard.run();
              listener.onMessage(message);
            }
          });
    }
  }

  /**
   * Hangs up.
   *
   * @param abruptly whether what is on its way is lost
   */
  void hangUp(boolean abruptly) {
    if (closedThere) {
      return;
    }
    closedThere = true;
    unread.clear();
    if (abruptly) {
      cut = true;
      held.clear();
      lastIn = arrival(lastIn);
      after(lastIn, () -> tellClosed("reset by the peer"));
    } else {
      towardsEngine(() -> tellClosed("closed by the peer"));
    }
  }

  private void towardsEngine(Runnable event) {
    lastIn = arrival(lastIn);
    after(
        lastIn,
        () -> {
          if (!cut) {
            held.add(event);
            deliverHeld();
          }
        });
  }

  private void after(long at, Runnable event) {
    time.schedule(Duration.ofNanos(at - time.nanoTime()), () -> loop.enter(event));
  }

  /** Stops reading, or goes on. */
  void pause(boolean toPause) {
    paused = toPause;
    read();
  }

  private void read() {
    while (!paused && !closedThere && !unread.isEmpty()) {
      Message message = unread.remove();
      pending -= message.size() + FRAME;
      if (above && pending <= LOW) {
        above = false;
        if (!closedHere) {
          loop.enter(listener::onWritable);
        }
      }
      peer.onMessage(message);
    }
  }

  /** What the peer had not read when the engine closed the connection. */
  long pendingWhenClosed() {
    return pendingWhenClosed;
  }

  boolean isClosed() {
    return closedHere || closedThere;
  }
}
