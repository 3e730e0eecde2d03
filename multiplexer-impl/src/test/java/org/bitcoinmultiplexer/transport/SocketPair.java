package org.bitcoinmultiplexer.transport;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.tck.TransportKit;

/**
 * Two ends of one connection over sockets, of which either may be the one under test.
 *
 * @param listening how many connections the accepting side has
 * @param end closes everything
 */
public record SocketPair(Transport near, Transport far, IntSupplier listening, Runnable end)
    implements TransportKit.PairFixture {

  /** Waits until both ends are there. */
  public static SocketPair of(
      CompletionStage<Transport> accepted,
      CompletionStage<Transport> dialled,
      boolean nearIsAccepted,
      IntSupplier listening,
      Runnable end)
      throws Exception {
    Transport dialledEnd = dialled.toCompletableFuture().get(10, TimeUnit.SECONDS);
    Transport acceptedEnd = accepted.toCompletableFuture().get(10, TimeUnit.SECONDS);
    return nearIsAccepted
        ? new SocketPair(acceptedEnd, dialledEnd, listening, end)
        : new SocketPair(dialledEnd, acceptedEnd, listening, end);
  }

  @Override
  public int stillOpen() {
    return listening.getAsInt();
  }

  @Override
  public void close() {
    end.run();
  }
}
