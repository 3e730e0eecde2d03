package org.bitcoinmultiplexer.transport.netty;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.SocketChannel;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.Addresses;
import org.jspecify.annotations.Nullable;

/** Dials one node, one of its addresses after another. */
final class NettyConnector implements Connector {

  private final Bootstrap bootstrap;
  private final String host;
  private final int port;
  private final Network network;

  NettyConnector(Bootstrap bootstrap, String host, int port, Network network) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a TCP port is 1 to 65535, not " + port);
    }
    this.bootstrap = bootstrap;
    this.host = host;
    this.port = port;
    this.network = network;
  }

  @Override
  public CompletionStage<Transport> connect() {
    CompletableFuture<Transport> result = new CompletableFuture<>();
    Addresses.lookUp(
        host,
        found -> tryNext(found.iterator(), result),
        failure -> fail(result, "unknown host", failure));
    return result;
  }

  private void tryNext(Iterator<InetAddress> untried, CompletableFuture<Transport> result) {
    bootstrap
        .connect(new InetSocketAddress(untried.next(), port))
        .addListener(
            (ChannelFuture attempt) -> {
              if (attempt.isSuccess()) {
                succeed((SocketChannel) attempt.channel(), result);
              } else if (untried.hasNext()) {
                tryNext(untried, result);
              } else {
                fail(result, inWords(attempt.cause()), attempt.cause());
              }
            });
  }

  private void succeed(SocketChannel channel, CompletableFuture<Transport> result) {
    NettyTransport transport =
        NettyTransport.over(channel, network, MAX_PROTOCOL_MESSAGE_LENGTH, () -> {});
    if (!result.complete(transport)) {
      transport.close();
    }
  }

  private void fail(CompletableFuture<Transport> result, String words, @Nullable Throwable cause) {
    ConnectException failure = new ConnectException(target() + ": " + words);
    failure.initCause(cause);
    result.completeExceptionally(failure);
  }

  /** Netty's messages name the address and, with epoll, the system call; we name only the fault. */
  private static String inWords(Throwable cause) {
    String words = Addresses.inWords(cause);
    if (cause instanceof ConnectTimeoutException) {
      return "no answer in time";
    }
    return words.contains("onnection refused") ? "connection refused" : words;
  }

  @Override
  public String target() {
    return Addresses.inWords(host, port);
  }

  @Override
  public String toString() {
    return "netty connector to " + target();
  }
}
