package org.bitcoinmultiplexer.core;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;

/**
 * What arrives over a transport, on its way to the loop of whoever listens.
 *
 * <p>If the callbacks come in that loop already, a message costs nothing here. Otherwise it is
 * handed over in a task, and since a loop that is behind must not make its queue the place where a
 * fast peer's messages pile up, the transport is not read from while more than {@value #MOST} bytes
 * wait there. So there are two reasons not to read, this one and the listener's own; the transport
 * reads when neither holds.
 *
 * <p>Threading: {@link #accept} where the transport calls back, {@link #reading} anywhere.
 */
final class InboundGate {

  /** So many bytes may be on their way between the two loops: the longest message there is. */
  static final long MOST = 4_000_000;

  private final Transport transport;
  private final EventLoop loop;
  private final Consumer<? super Message> listener;
  private long underWay;
  private boolean full;
  private boolean wanted = true;

  /**
   * @param loop where the listener lives
   * @param listener takes each message, in its loop
   */
  InboundGate(Transport transport, EventLoop loop, Consumer<? super Message> listener) {
    this.transport = transport;
    this.loop = loop;
    this.listener = listener;
  }

  void accept(Message message) {
    if (loop.inEventLoop()) {
      listener.accept(message);
      return;
    }
    long cost = Footprint.of(message);
    left(cost);
    loop.execute(
        () -> {
          arrived(cost);
          listener.accept(message);
        });
  }

  /** Whether the listener wants to hear more. */
  synchronized void reading(boolean enabled) {
    wanted = enabled;
    if (!full) {
      transport.reading(enabled);
    }
  }

  private synchronized void left(long cost) {
    underWay += cost;
    if (!full && underWay > MOST) {
      full = true;
      transport.reading(false);
    }
  }

  private synchronized void arrived(long cost) {
    underWay -= cost;
    if (full && underWay <= MOST / 2) {
      full = false;
      transport.reading(wanted);
    }
  }
}
