package org.bitcoinmultiplexer.transport;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a transport has received, on its way to the listener; keeps the promises of {@link
 * Transport.Listener} for the transport.
 *
 * <pre>
 *   NEW --start-> OPEN --closing--> CLOSING --closed--> CLOSED   (closed here: nothing but onClosed)
 *   NEW --closing--> CLOSED                                      (never started: says nothing)
 *   NEW, OPEN --ended--> the same, closed once everything before has been delivered
 *   NEW, OPEN --inputShutdown--> the same, or ended if the listener has nothing more to say
 * </pre>
 *
 * <p>Messages pass through without being queued while the listener reads; what was decoded from one
 * buffer and meets a listener that turned reading off in the middle of it waits here. Callbacks
 * never nest: those that a callback causes come as tasks behind it. A listener that throws loses
 * its connection, and nobody else's.
 *
 * <p><b>Threading.</b> Confined to the connection's loop, except {@link #start}, {@link
 * #reading(boolean)} and {@link #writable}.
 */
public final class Inbox implements FrameDecoder.Listener {

  private static final Logger log = LoggerFactory.getLogger(Inbox.class);

  private enum State {
    NEW,
    OPEN,
    CLOSING,
    CLOSED
  }

  private final EventLoop loop;
  private final String remote;
  private final Runnable release;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final AtomicBoolean started = new AtomicBoolean();
  private State state = State.NEW;
  private Transport.@Nullable Listener listener;
  private boolean ended; // nothing follows what is waiting
  private volatile boolean reading = true;

  /**
   * An inbox that has not been started.
   *
   * @param loop where the callbacks come
   * @param remote the peer in words
   * @param release frees the connection; called in the loop, any number of times, when nothing can
   *     come from the peer any more, and before {@code onClosed}
   */
  public Inbox(EventLoop loop, String remote, Runnable release) {
    this.loop = loop;
    this.remote = remote;
    this.release = release;
  }

  /**
   * Begins to deliver, in a task of the loop, unless the transport is closed before. Any thread.
   *
   * @param listener hears everything
   * @param read looks what there is to read from now on; called in that task
   * @throws IllegalStateException if called twice
   */
  public void start(Transport.Listener listener, Runnable read) {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("the transport of " + remote + " has been started before");
    }
    EventLoops.offer(
        loop,
        () -> {
          open(listener);
          read.run();
        });
  }

  private void open(Transport.Listener toOpen) {
    if (state == State.NEW) {
      listener = toOpen;
      state = State.OPEN;
      resume();
    }
  }

  /**
   * Turns delivery off or on. To continue with what waits, the transport calls {@link #resume} in a
   * task of its loop after turning it on. Any thread.
   *
   * @param enabled whether to deliver
   */
  public void reading(boolean enabled) {
    reading = enabled;
  }

  /**
   * Whether a message would go straight to the listener. A transport reads only then.
   *
   * @return false before it is started, while reading is off or something waits, and after the end
   */
  public boolean ready() {
    return state == State.OPEN && reading && !ended && waiting.isEmpty();
  }

  /** Delivers what waits. Never called from within a callback. */
  public void resume() {
    assert loop.inEventLoop();
    while (state == State.OPEN && (reading || ended) && !waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  /**
   * Hands a message on, now or when the listener reads again.
   *
   * @param message that was decoded
   */
  @Override
  public void onMessage(Message message) {
    if (ready()) {
      deliver(message);
    } else {
      later(() -> deliver(message));
    }
  }

  /**
   * Tells the listener that a frame was passed over.
   *
   * @param reason in words
   */
  @Override
  public void onDropped(String reason) {
    if (ready()) {
      guarded(to -> to.onRejected(reason));
    } else {
      later(() -> guarded(to -> to.onRejected(reason)));
    }
  }

  /**
   * Ends the conversation, since the stream makes no sense any more.
   *
   * @param reason in words
   */
  @Override
  public void onFatal(String reason) {
    if (ready()) {
      guarded(to -> to.onUnreadable(reason));
    } else {
      later(() -> guarded(to -> to.onUnreadable(reason)));
    }
    ended(reason);
  }

  /**
   * Nothing follows from the peer: it has gone, or sent what cannot be understood. What was
   * received before is still delivered, then {@code onClosed}; even to a listener that has turned
   * reading off, for what it waits for may never come now.
   *
   * @param cause in words
   */
  public void ended(String cause) {
    assert loop.inEventLoop();
    if (!ended && (state == State.NEW || state == State.OPEN)) {
      ended = true;
      release.run();
      waiting.add(() -> finish(cause));
      EventLoops.offer(loop, this::resume);
    }
  }

  /**
   * Nothing follows from the peer, which may still read: the listener says whether the connection
   * goes on, once there is one and it has heard everything before.
   *
   * @param cause in words
   */
  public void inputShutdown(String cause) {
    assert loop.inEventLoop();
    if (!ended && (state == State.NEW || state == State.OPEN)) {
      waiting.add(() -> askWhetherToGoOn(cause));
      EventLoops.offer(loop, this::resume);
    }
  }

  private void askWhetherToGoOn(String cause) {
    boolean[] goesOn = new boolean[1];
    guarded(to -> goesOn[0] = to.onInputShutdown(cause));
    if (!goesOn[0]) {
      ended(cause);
    }
  }

  /**
   * The transport is being closed here: nothing is delivered any more but {@code onClosed}, and not
   * even that if it was never started.
   */
  public void closing() {
    assert loop.inEventLoop();
    waiting.clear();
    if (state == State.NEW) {
      state = State.CLOSED;
    } else if (state == State.OPEN) {
      state = State.CLOSING;
    }
  }

  /**
   * The transport has been closed here.
   *
   * @param cause in words
   */
  public void closed(String cause) {
    assert loop.inEventLoop();
    release.run();
    if (state == State.CLOSING) {
      finish(cause);
    }
  }

  /** Tells the listener, in a task, that the low-water mark was crossed. Any thread. */
  public void writable() {
    EventLoops.offer(
        loop,
        () -> {
          if (state == State.OPEN) {
            guarded(Transport.Listener::onWritable);
          }
        });
  }

  private void later(Runnable delivery) {
    if (!ended && (state == State.NEW || state == State.OPEN)) {
      waiting.add(delivery);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // whatever a listener throws ends its own connection only
  private void deliver(Message message) {
    Transport.Listener to = listener;
    if (to != null) {
      try {
        to.onMessage(message);
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  @SuppressWarnings("CatchingUnchecked") // as above
  private void guarded(Consumer<Transport.Listener> callback) {
    Transport.Listener to = listener;
    if (to != null) {
      try {
        callback.accept(to);
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  private void failed(Throwable e) {
    EventLoops.throwIfFatal(e);
    log.error("the listener of {} failed; its connection is closed", remote, e);
    closing();
    closed("the listener failed: " + e);
  }

  private void finish(String cause) {
    state = State.CLOSED;
    waiting.clear();
    Transport.Listener to = listener;
    if (to != null) {
      // Whoever brought the end about may be within a callback.
      EventLoops.offer(loop, () -> to.onClosed(cause));
    }
  }
}
