package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.bitcoinmultiplexer.api.UpstreamLoss;
import org.bitcoinmultiplexer.transport.tcp.TcpLoop;
import org.junit.jupiter.api.Test;

class UpstreamWatchTest {

  @Test
  void thereIsNoHopeWhenMemoryHasRunOut() throws Exception {
    Flags flags = new Flags();
    flags.upstream = "127.0.0.1:1";
    try (TcpLoop loop = TcpLoop.start("watched")) {
      UpstreamWatch watch = new UpstreamWatch(ProxySettings.of(flags, Map.of()), loop, System.err);
      watch.onUpstreamLost(
          "127.0.0.1:1", UpstreamLoss.UNREACHABLE, "127.0.0.1:1: connection refused");
      assertThat(watch.hopeless()).isNotDone();
      watch.onFailed(new OutOfMemoryError("Java heap space"));
      assertThat(watch.hopeless())
          .isCompletedWithValue("cannot go on: java.lang.OutOfMemoryError: Java heap space");
    }
  }

  /** By the kind of the loss, whatever its words are. */
  @Test
  void thereIsNoHopeWhereAnotherNetworkIsSpoken() throws Exception {
    Flags flags = new Flags();
    flags.upstream = "127.0.0.1:1";
    try (TcpLoop loop = TcpLoop.start("watched")) {
      UpstreamWatch watch = new UpstreamWatch(ProxySettings.of(flags, Map.of()), loop, System.err);
      String words = "magic 0a03cf40 is that of testnet4, not that of mainnet, d9b4bef9";
      watch.onUpstreamLost("127.0.0.1:1", UpstreamLoss.UNREACHABLE, words);
      assertThat(watch.hopeless()).isNotDone();
      watch.onUpstreamLost("127.0.0.1:1", UpstreamLoss.UNREADABLE, "in other words");
      assertThat(watch.hopeless())
          .isCompletedWithValue(
              "upstream 127.0.0.1:1 speaks another network than mainnet (in other words)");
    }
  }
}
