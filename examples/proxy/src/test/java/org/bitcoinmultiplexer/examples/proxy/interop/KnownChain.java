package org.bitcoinmultiplexer.examples.proxy.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bitcoinmultiplexer.examples.proxy.peers.Faucet;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;

/** A node's chain of which the test knows every block, because it had it mined. */
final class KnownChain {
  /** How many transactions a block has that is not empty, its coinbase included. */
  static final int TRANSACTIONS = 6;

  private final UpstreamNode node;
  private final Faucet faucet;
  private final List<String> hashes = new CopyOnWriteArrayList<>(List.of(Wire.GENESIS));

  private final List<Integer> full = new ArrayList<>();

  /** Mines the first blocks: most are empty, the last few are not. */
  KnownChain(UpstreamNode node) {
    this.node = node;
    this.faucet = new Faucet(node, Faucet.Kind.WITNESS);
    mine(Faucet.MATURITY + 60);
    for (int block = 0; block < 5; block++) {
      for (int i = 1; i < TRANSACTIONS; i++) {
        node.submit(faucet.any());
      }
      mine(1);
      full.add(height());
    }
  }

  /** Mines blocks; the first contains what the mempool holds. */
  List<String> mine(int blocks) {
    List<String> mined = faucet.mine(blocks);
    hashes.addAll(mined);
    return mined;
  }

  /** The node has turned to another branch. */
  void replaceFrom(int height, List<String> branch) {
    while (height() >= height) {
      hashes.remove(height());
    }
    hashes.addAll(branch);
  }

  Faucet faucet() {
    return faucet;
  }

  int height() {
    return hashes.size() - 1;
  }

  String tip() {
    return hashes.get(height());
  }

  /** The heights of blocks with {@link #TRANSACTIONS}. */
  List<Integer> full() {
    return List.copyOf(full);
  }

  /** The hash at a height. */
  String at(int height) {
    return hashes.get(height);
  }

  /** All hashes, by height. */
  List<String> hashes() {
    return List.copyOf(hashes);
  }

  /** The hashes after the one at a height, up to and with another. */
  List<String> between(int after, int last) {
    return new ArrayList<>(hashes.subList(after + 1, last + 1));
  }

  /** The block as the node's operator sees it, with its witnesses. */
  byte[] block(int height) {
    return node.block(height);
  }
}
