package org.bitcoinmultiplexer.examples.proxy.peers;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/**
 * A regtest full node that the test commands: what the multiplexer dials, or what a direct client
 * is compared with. Hashes are written as people write them, in reverse byte order, in hexadecimal.
 */
public interface UpstreamNode extends AutoCloseable {

  /** Where it listens for peers; the same after a restart. */
  InetSocketAddress address();

  /**
   * Mines blocks whose coinbase pays a script.
   *
   * @return the new blocks' hashes, lowest first
   */
  List<String> mine(int blocks, byte[] script);

  /** The best block's height. */
  int height();

  /** The best block's hash. */
  String tip();

  /** A block of the best chain with its witnesses, serialised. */
  byte[] block(int height);

  /**
   * Gives it a transaction, as its operator would.
   *
   * @return the txid
   */
  String submit(byte[] transaction);

  /** The txids in its mempool. */
  Set<String> mempool();

  /**
   * The peers that have dialled it and completed the handshake, each by a name that no later
   * connection has.
   */
  Set<String> inboundPeers();

  /** Whether it announces transactions by wtxid to those who ask for it (BIP339). */
  default boolean speaksWtxids() {
    return true;
  }

  /** Whether it takes a transaction that it did not ask for: bitcoinj relies on that. */
  default boolean takesUnrequestedTransactions() {
    return true;
  }

  /** Whether it turns away everybody at the address of a peer that broke the protocol. */
  default boolean bansAddresses() {
    return false;
  }

  /** What it found wrong with its peers, as far as it tells; grows. */
  default List<String> faults() {
    return List.of();
  }

  /** Waits until its best block has at least this height. */
  void awaitHeight(int height);

  /** Waits until a transaction is in its mempool. */
  default void awaitMempool(String txid) {
    Await.until(() -> txid + " in the mempool " + mempool(), () -> mempool().contains(txid));
  }

  /** Ends it as a power cut would. */
  void kill();

  /** Starts it again where it listened before, with the chain it had. */
  void restart();

  @Override
  void close();
}
