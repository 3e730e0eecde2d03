package org.bitcoinmultiplexer.transport.tcp;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.Addresses;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to reach a node: looks its name up, tries one address after another, and ends with a
 * transport or with words. Confined to the loop.
 */
final class Dial implements Selectable {

  private static final Logger log = LoggerFactory.getLogger(Dial.class);

  private final TcpLoop loop;
  private final String host;
  private final int port;
  private final Network network;
  private final String target;
  private final CompletableFuture<Transport> result = new CompletableFuture<>();
  private final Queue<InetAddress> untried = new ArrayDeque<>();
  private @Nullable SocketChannel channel; // that is being connected
  private EventLoop.@Nullable Timer timer;

  Dial(TcpLoop loop, String host, int port, Network network, String target) {
    this.loop = loop;
    this.host = host;
    this.port = port;
    this.network = network;
    this.target = target;
  }

  CompletionStage<Transport> start(Duration timeout) {
    inLoop(() -> begin(timeout));
    return result;
  }

  private void begin(Duration timeout) {
    timer =
        loop.schedule(timeout, () -> fail("no answer within " + timeout.toMillis() + " ms", null));
    Addresses.lookUp(
        host,
        found -> inLoop(() -> resolved(found)),
        failure -> inLoop(() -> fail("unknown host", failure)));
  }

  private void resolved(List<InetAddress> found) {
    untried.addAll(found);
    tryNext("no address", null);
  }

  private void inLoop(Runnable task) {
    if (!EventLoops.offer(loop, task)) {
      result.completeExceptionally(new ConnectException(target + ": the event loop is closed"));
    }
  }

  private void tryNext(String failure, @Nullable IOException cause) {
    InetAddress address = untried.poll();
    if (result.isDone()) {
      return;
    }
    if (address == null) {
      fail(failure, cause);
      return;
    }
    try {
      SocketChannel next = SocketChannel.open();
      channel = next;
      SelectionKey key = loop.register(next, 0, this);
      if (next.connect(new InetSocketAddress(address, port))) {
        succeed(next);
      } else {
        key.interestOps(SelectionKey.OP_CONNECT);
      }
    } catch (IOException e) {
      discard();
      tryNext(Addresses.inWords(e), e);
    }
  }

  @Override
  public void onReady() {
    SocketChannel connecting = channel;
    if (connecting == null) {
      return;
    }
    try {
      if (connecting.finishConnect()) {
        succeed(connecting);
      }
    } catch (IOException e) {
      discard();
      tryNext(Addresses.inWords(e), e);
    }
  }

  private void succeed(SocketChannel connected) throws IOException {
    TcpTransport transport =
        new TcpTransport(loop, connected, network, MAX_PROTOCOL_MESSAGE_LENGTH, () -> {});
    channel = null;
    stopTimer();
    if (!result.complete(transport)) {
      transport.close();
    }
  }

  private void fail(String failure, @Nullable Throwable cause) {
    discard();
    stopTimer();
    ConnectException inWords = new ConnectException(target + ": " + failure);
    inWords.initCause(cause);
    result.completeExceptionally(inWords);
  }

  @Override
  public void onLoopClosed() {
    fail("the event loop was closed", null);
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
    }
  }

  private void discard() {
    SocketChannel unwanted = channel;
    channel = null;
    if (unwanted != null) {
      try {
        unwanted.close();
      } catch (IOException e) {
        log.debug("closing an attempt to reach {}", target, e);
      }
    }
  }
}
