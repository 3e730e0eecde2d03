package org.bitcoinmultiplexer.transport.tcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.Failures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop that waits for sockets: one daemon thread runs a selector, the tasks and the
 * timers, and serves all connections made here.
 *
 * <p>One round: the sockets that are ready, then timers that are due, then the tasks there are.
 * Nothing of it takes its fill: a round runs a bounded number of tasks and none that was given
 * while it ran them, and a connection reads and writes a bounded number of bytes, so that none can
 * keep the others waiting for long. The two direct buffers through which all bytes go belong to the
 * loop, not to connections.
 *
 * <p>{@link #close} closes all listeners and connections first: what a connection has queued is
 * given to the operating system as far as it takes it at once. So does an error that no program
 * survives, wherever in the loop it is thrown; see {@link #onFailure}.
 */
public final class TcpLoop implements EventLoops.OwnedLoop {

  /** How long a connector tries unless told otherwise. */
  public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(TcpLoop.class);
  private static final int BUFFER_SIZE = 128 * 1024;
  private static final long CLOSE_MILLIS = 5_000;

  private final Selector selector;
  private final Thread thread;
  private final TaskRounds tasks = new TaskRounds();
  private final Timers timers = new Timers();
  private final Failures failures;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(BUFFER_SIZE);
  private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(BUFFER_SIZE);
  private volatile boolean closing;
  private volatile boolean ended;

  private TcpLoop(String name, Selector selector) {
    this.selector = selector;
    this.thread = new Thread(this::run, name);
    this.failures = new Failures("event loop " + name);
  }

  /**
   * Starts a loop.
   *
   * @param name of its thread
   * @return a running loop
   * @throws UncheckedIOException if the operating system has no selector to give
   */
  public static TcpLoop start(String name) {
    try {
      TcpLoop loop = new TcpLoop(name, Selector.open());
      loop.thread.setDaemon(true);
      loop.thread.start();
      return loop;
    } catch (IOException e) {
      throw new UncheckedIOException("no selector for event loop " + name, e);
    }
  }

  /**
   * Dials a node.
   *
   * @param host its name or address; a name is looked up at each attempt, and all its addresses are
   *     tried in turn
   * @param port its TCP port, 1 to 65535
   * @param network whose frames are exchanged
   * @return a connector that gives up after {@link #CONNECT_TIMEOUT}
   */
  public Connector connector(String host, int port, Network network) {
    return connector(host, port, network, CONNECT_TIMEOUT);
  }

  /**
   * Dials a node.
   *
   * @param host its name or address; a name is looked up at each attempt, and all its addresses are
   *     tried in turn
   * @param port its TCP port, 1 to 65535
   * @param network whose frames are exchanged
   * @param timeout how long one attempt may take, the look-up included
   * @return a connector; its transports trust the peer with memory for one body of 4 MB that is
   *     announced, as one may with one's own node
   */
  public Connector connector(String host, int port, Network network, Duration timeout) {
    return new TcpConnector(this, host, port, network, timeout);
  }

  /**
   * Listens, without limits.
   *
   * @param address where; port 0 takes any that is free
   * @param network whose frames are exchanged
   * @param onAccept takes each transport, not started, in this loop
   * @return the listener, which is listening
   * @throws IOException saying in words which address could not be had, and why
   */
  public TcpListener listen(
      InetSocketAddress address, Network network, Consumer<? super Transport> onAccept)
      throws IOException {
    return listen(address, network, AcceptLimits.NONE, onAccept);
  }

  /**
   * Listens.
   *
   * @param address where; port 0 takes any that is free
   * @param network whose frames are exchanged
   * @param limits how many connections may be open at a time; one above is closed at once
   * @param onAccept takes each transport, not started, in this loop
   * @return the listener, which is listening
   * @throws IOException saying in words which address could not be had, and why
   */
  public TcpListener listen(
      InetSocketAddress address,
      Network network,
      AcceptLimits limits,
      Consumer<? super Transport> onAccept)
      throws IOException {
    return listen(
        address, network, limits, List.of(), (transport, home) -> onAccept.accept(transport));
  }

  /**
   * Listens here, and has others serve the connections.
   *
   * @param address where; port 0 takes any that is free
   * @param network whose frames are exchanged
   * @param limits how many connections may be open at a time; one above is closed at once
   * @param homes the loops that serve the connections, in turns; none: this one. Not owned
   * @param onAccept takes each transport, not started, in the loop that serves it, which it is
   *     given too
   * @return the listener, which is listening
   * @throws IOException saying in words which address could not be had, and why
   */
  public TcpListener listen(
      InetSocketAddress address,
      Network network,
      AcceptLimits limits,
      List<TcpLoop> homes,
      BiConsumer<? super Transport, ? super EventLoop> onAccept)
      throws IOException {
    return TcpListener.open(
        this, address, network, limits, homes.isEmpty() ? List.of(this) : homes, onAccept);
  }

  /**
   * Runs a task in the loop: {@link EventLoop#execute}.
   *
   * @param task run after those given before
   */
  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (ended && tasks.remove(task)) {
      throw new RejectedExecutionException("event loop " + thread.getName() + " is closed");
    }
    if (!inEventLoop()) {
      wake();
    }
  }

  private void wake() {
    if (woken.compareAndSet(false, true)) {
      selector.wakeup();
    }
  }

  /**
   * Whether the caller is in the loop: {@link EventLoop#inEventLoop}.
   *
   * @return true in its thread
   */
  @Override
  public boolean inEventLoop() {
    return Thread.currentThread() == thread;
  }

  /**
   * The loop's clock: {@link EventLoop#nanoTime}.
   *
   * @return as {@link System#nanoTime}
   */
  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /**
   * Runs a task in the loop after a time: {@link EventLoop#schedule}.
   *
   * @param delay from now
   * @param task run once, unless cancelled before
   * @return what cancels it
   */
  @Override
  public Timer schedule(Duration delay, Runnable task) {
    long nanos = EventLoops.delayNanos(delay);
    Timers.Timer timer = timers.newTimer(nanoTime() + nanos, task);
    if (nanos == 0) {
      execute(timer::run);
    } else if (inEventLoop()) {
      timers.add(timer);
    } else {
      execute(() -> timers.add(timer));
    }
    return timer;
  }

  /**
   * Has somebody told if the loop ends because of an error that no program survives.
   *
   * @param listener called in the loop
   */
  @Override
  public void onFailure(Consumer<? super Error> listener) {
    failures.add(listener);
  }

  /**
   * Ends the loop: what was given to it before is run, its timers are dropped, its sockets closed.
   */
  @Override
  public void close() {
    closing = true;
    wake();
    if (!inEventLoop()) {
      awaitEnd();
    }
  }

  private void awaitEnd() {
    try {
      thread.join(CLOSE_MILLIS);
      if (thread.isAlive()) {
        log.warn("{} still runs a task {} ms after it was closed", this, CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "event loop " + thread.getName();
  }

  /** An empty buffer for what is read now; any other connection may use it afterwards. */
  ByteBuffer readBuffer() {
    return readBuffer.clear();
  }

  /** An empty buffer for what is written now; any other connection may use it afterwards. */
  ByteBuffer writeBuffer() {
    return writeBuffer.clear();
  }

  /** Attaches a channel to the selector. In the loop. */
  SelectionKey register(SelectableChannel channel, int interest, Selectable owner)
      throws IOException {
    assert inEventLoop();
    if (closing) {
      throw new IOException(this + " is closed");
    }
    channel.configureBlocking(false);
    return channel.register(selector, interest, owner);
  }

  /** Frees the sockets of cancelled keys now, not at the next round. In a task of the loop. */
  void freeCancelled() throws IOException {
    assert inEventLoop();
    selector.selectNow(TcpLoop::ready);
  }

  private void run() {
    while (!closing) {
      try {
        round();
      } catch (VirtualMachineError e) {
        closing = true;
        failures.tell(e);
      }
    }
    end();
  }

  private void round() {
    try {
      select();
    } catch (IOException e) {
      log.error("{} cannot wait for its sockets any more and is closed", this, e);
      closing = true;
    }
    runTimers();
    tasks.runRound();
  }

  private void select() throws IOException {
    long delay = timers.delay(nanoTime());
    // Tasks given by other threads after this look find "woken" false and wake the selector.
    woken.set(false);
    if (!tasks.isEmpty() || closing || delay == 0) {
      selector.selectNow(TcpLoop::ready);
    } else if (delay < 0) {
      selector.select(TcpLoop::ready);
    } else {
      // Rounded up: waking a moment too early would mean waking twice.
      selector.select(TcpLoop::ready, TimeUnit.NANOSECONDS.toMillis(delay) + 1);
    }
  }

  private static void ready(SelectionKey key) {
    EventLoops.contain(
        () -> {
          if (key.isValid() && key.attachment() instanceof Selectable owner) {
            owner.onReady();
          }
        });
  }

  private void runTimers() {
    long now = nanoTime(); // timers that are set meanwhile wait for the next round
    for (Timers.Timer due = timers.poll(now); due != null; due = timers.poll(now)) {
      EventLoops.contain(due::run);
    }
  }

  private void end() {
    for (SelectionKey key : new ArrayList<>(selector.keys())) {
      if (key.attachment() instanceof Selectable owner) {
        evenIfItFails(owner::onLoopClosed);
      }
    }
    // Two passes: the second is for tasks that were given while this said that it ends.
    evenIfItFails(this::runRemaining);
    ended = true;
    evenIfItFails(this::runRemaining);
    try {
      selector.close();
    } catch (IOException e) {
      log.debug("closing the selector of {}", this, e);
    }
  }

  /** Runs a part of the end, of which there may be more. */
  private void evenIfItFails(Runnable part) {
    try {
      EventLoops.contain(part);
    } catch (VirtualMachineError e) {
      log.debug("{} fails while it ends", this, e);
    }
  }

  /** Runs what is there, and what that causes, as long as it does not go on for ever. */
  private void runRemaining() {
    for (int rounds = 0; rounds < 100 && !tasks.isEmpty(); rounds++) {
      tasks.runRound();
    }
  }
}
