package org.bitcoinmultiplexer.bitcoin.node;

import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.wire.Version;

/**
 * What is known of the node of one connection. Another connection has another view, be it to the
 * same node: nothing is taken over from the last one.
 *
 * <p>Written in the engine's loop, read by any thread.
 */
public final class NodeState {

  private volatile NodeInfo info;
  private volatile int height;
  private volatile boolean followed;
  private volatile boolean behind; // it announced a block that is not known

  /** A node that has said no more than what it is. */
  NodeState(NodeInfo info) {
    this.info = info;
    this.height = info.height();
  }

  /**
   * Who it is.
   *
   * @return as it last said
   */
  public NodeInfo info() {
    return info;
  }

  void info(NodeInfo changed) {
    info = changed;
  }

  /**
   * The height of its best block.
   *
   * @return what it stated, until its chain {@linkplain #isFollowed is followed}
   */
  public int height() {
    return height;
  }

  /**
   * Whether it has shown where its best chain ends. A node that imports blocks shows nothing, one
   * below its minimum chain work says that there is nothing.
   *
   * @return true from then on
   */
  public boolean isFollowed() {
    return followed;
  }

  /**
   * Whether all is known of its chain that it has shown or announced.
   *
   * @return false from when it announces an unknown block until that is known, or not of its chain
   */
  public boolean isCurrent() {
    return followed && !behind;
  }

  void behind(boolean is) {
    behind = is;
  }

  /** Its best chain is known to end at this height. */
  void follow(int tip) {
    height = tip;
    followed = true;
  }

  /**
   * The height up to which it has shown to have its best chain.
   *
   * @return 0 if it has shown nothing, since the genesis block is everybody's
   */
  public int reached() {
    return followed ? height : 0;
  }

  /**
   * Whether it serves compact filters (BIP157).
   *
   * @return as it said in its handshake
   */
  public boolean offersFilters() {
    return (info.services() & Version.NODE_COMPACT_FILTERS) != 0;
  }
}
