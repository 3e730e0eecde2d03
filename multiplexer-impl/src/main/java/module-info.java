/**
 * Bitcoin Multiplexer: many Bitcoin P2P clients over one connection to a bitcoind.
 *
 * <p>Exported is what an embedder needs: the composition root, its options, the check of a node,
 * the transports, the wire format for those who bring their own, the names of the counters, and the
 * answering side of numbered requests for nodes. Everything else is internal.
 */
module org.bitcoinmultiplexer {
  requires transitive org.bitcoinmultiplexer.api;
  requires com.google.common;
  requires org.slf4j;
  requires static com.h2database.mvstore;
  requires static java.management;
  requires static jdk.management;
  requires static org.bitcoinj.core;
  requires static org.jspecify;
  requires static io.netty.buffer;
  requires static io.netty.common;
  requires static io.netty.transport;
  requires static io.netty.transport.classes.epoll;

  exports org.bitcoinmultiplexer;
  exports org.bitcoinmultiplexer.bitcoin.sequence;
  exports org.bitcoinmultiplexer.bitcoin.wire;
  exports org.bitcoinmultiplexer.bitcoinj;
  exports org.bitcoinmultiplexer.check;
  exports org.bitcoinmultiplexer.config;
  exports org.bitcoinmultiplexer.metrics;
  exports org.bitcoinmultiplexer.transport;
  exports org.bitcoinmultiplexer.transport.memory;
  exports org.bitcoinmultiplexer.transport.tcp;
  exports org.bitcoinmultiplexer.transport.netty;

  uses org.bitcoinmultiplexer.api.RequestTypeProvider;
  uses org.bitcoinmultiplexer.api.StrategyProvider;
}
