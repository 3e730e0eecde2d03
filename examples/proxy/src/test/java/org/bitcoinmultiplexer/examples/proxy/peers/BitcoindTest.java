package org.bitcoinmultiplexer.examples.proxy.peers;

import java.nio.file.Path;
import java.util.stream.Stream;

@NeedsBitcoind
class BitcoindTest extends UpstreamNodeContract {

  @Override
  UpstreamNode start(Path directory) {
    Stream<String> options =
        Stream.concat(Stream.of(Bitcoind.followedByBcoin()), Stream.of("-peerbloomfilters=1"));
    return Bitcoind.start(directory, options.toArray(String[]::new));
  }

  @Override
  boolean takesUnrequestedTransactions() {
    return true;
  }
}
