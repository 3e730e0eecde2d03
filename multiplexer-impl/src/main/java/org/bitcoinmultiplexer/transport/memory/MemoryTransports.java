package org.bitcoinmultiplexer.transport.memory;

import java.net.ConnectException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.jspecify.annotations.Nullable;

/**
 * A network in memory: names at which somebody listens, and connectors that dial them.
 *
 * <p>Two networks know nothing of each other. {@link #pair} gives two connected ends without any
 * names. An end's pending bytes are those that the other end's listener has not been given yet;
 * what is queued is bounded by the sender, who looks there.
 *
 * <p>Safe for use by any number of threads.
 */
public final class MemoryTransports {

  private record Listening(
      EventLoop loop, AcceptLimits.Gate gate, Consumer<? super Transport> onAccept) {}

  private final @Nullable Network framing;
  private final Map<String, Listening> listening = new ConcurrentHashMap<>();
  private final AtomicLong serial = new AtomicLong();

  private MemoryTransports(@Nullable Network framing) {
    this.framing = framing;
  }

  /**
   * A network that passes message instances on as they are.
   *
   * @return a network without listeners
   */
  public static MemoryTransports direct() {
    return new MemoryTransports(null);
  }

  /**
   * A network that writes each message as a frame and decodes it again, as real ones do: slower,
   * and stricter.
   *
   * @param network whose frames
   * @return a network without listeners
   */
  public static MemoryTransports framed(Network network) {
    return new MemoryTransports(network);
  }

  /**
   * Two connected ends that pass message instances on as they are.
   *
   * @param left where the callbacks of the left end come
   * @param right where those of the right end come; may be the same
   * @return two transports that have not been started
   */
  public static MemoryPair pair(EventLoop left, EventLoop right) {
    return MemoryTransport.pair(left, "memory:2", right, "memory:1", null, () -> {});
  }

  /**
   * Two connected ends that know each other by names and pass message instances on as they are.
   *
   * @param left where the callbacks of the left end come
   * @param leftName what the right end has for {@link Transport#remote()}
   * @param right where those of the right end come; may be the same
   * @param rightName what the left end has for it
   * @return two transports that have not been started
   */
  public static MemoryPair pair(
      EventLoop left, String leftName, EventLoop right, String rightName) {
    return MemoryTransport.pair(left, rightName, right, leftName, null, () -> {});
  }

  /**
   * Two connected ends that talk in frames.
   *
   * @param left where the callbacks of the left end come
   * @param right where those of the right end come; may be the same
   * @param network whose frames
   * @return two transports that have not been started
   */
  public static MemoryPair framedPair(EventLoop left, EventLoop right, Network network) {
    return MemoryTransport.pair(left, "memory:2", right, "memory:1", network, () -> {});
  }

  /**
   * Listens at a name.
   *
   * @param name such as {@code "node"}
   * @param loop where the callbacks of accepted transports come
   * @param onAccept takes each transport, not started, in a task of the loop
   * @return the way to stop listening; accepted transports live on
   * @throws IllegalStateException if somebody listens there already
   */
  public AutoCloseable listen(String name, EventLoop loop, Consumer<? super Transport> onAccept) {
    return listen(name, loop, AcceptLimits.NONE, onAccept);
  }

  /**
   * Listens at a name, with limits.
   *
   * @param name such as {@code "node"}
   * @param loop where the callbacks of accepted transports come
   * @param limits how many connections may be open at a time; one above is closed at once
   * @param onAccept takes each transport, not started, in a task of the loop
   * @return the way to stop listening; accepted transports live on
   * @throws IllegalStateException if somebody listens there already
   */
  public AutoCloseable listen(
      String name, EventLoop loop, AcceptLimits limits, Consumer<? super Transport> onAccept) {
    Listening mine = new Listening(loop, new AcceptLimits.Gate(limits), onAccept);
    if (listening.putIfAbsent(name, mine) != null) {
      throw new IllegalStateException(name + ": somebody listens there already");
    }
    return () -> listening.remove(name, mine);
  }

  /**
   * Dials a name.
   *
   * @param name at which somebody listens, if not now then when it is dialled
   * @param loop where the callbacks of its transports come and its attempts end
   * @return a connector; it fails with a {@link ConnectException} while nobody listens
   */
  public Connector connector(String name, EventLoop loop) {
    return connector(name, "memory", loop);
  }

  /**
   * Dials a name from somewhere.
   *
   * @param name at which somebody listens, if not now then when it is dialled
   * @param from the host that the accepting side sees
   * @param loop where the callbacks of its transports come and its attempts end
   * @return a connector; it fails with a {@link ConnectException} while nobody listens
   */
  public Connector connector(String name, String from, EventLoop loop) {
    return new Connector() {
      @Override
      public CompletionStage<Transport> connect() {
        CompletableFuture<Transport> result = new CompletableFuture<>();
        loop.execute(() -> dial(name, from, loop, result));
        return result;
      }

      @Override
      public String target() {
        return name;
      }
    };
  }

  private void dial(String name, String from, EventLoop loop, CompletableFuture<Transport> result) {
    Listening there = listening.get(name);
    if (there == null) {
      result.completeExceptionally(new ConnectException(name + ": connection refused"));
      return;
    }
    boolean room = there.gate.enter(from);
    long number = serial.incrementAndGet();
    MemoryPair pair =
        MemoryTransport.pair(
            loop,
            name + ":" + number,
            there.loop,
            from + ":" + number,
            framing,
            room ? () -> there.gate.leave(from) : () -> {});
    if (!room) {
      pair.right().close();
    } else if (!EventLoops.offer(there.loop, () -> there.onAccept.accept(pair.right()))) {
      pair.right().close();
    }
    result.complete(pair.left());
  }
}
