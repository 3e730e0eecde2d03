package org.bitcoinmultiplexer.bitcoin.node;

import java.util.Collection;
import java.util.List;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderView;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the node: who it is, its best block and the headers before it, and which
 * transactions it has.
 *
 * <p>Everything may be read by any thread. It may lag behind the node by a moment but never
 * contradicts itself.
 */
public interface NodeView {

  /**
   * Who it is, as it last said.
   *
   * @return also while it is disconnected; null before the first handshake
   */
  @Nullable NodeInfo info();

  /**
   * What is known of it over the last connection only.
   *
   * @return another one for each connection; null before the first handshake
   */
  @Nullable NodeState state();

  /**
   * Runs something as soon as {@link #info()} is known.
   *
   * @param where the loop it runs in
   * @param then what to run, once; never before this returns, nor again for the same object
   */
  void whenKnown(EventLoop where, Runnable then);

  /**
   * Does not run any more what was to run once the node is known.
   *
   * @param then what was given to {@link #whenKnown}; it may be running already
   */
  void giveUpWaiting(Runnable then);

  /**
   * The height of its best block as far as it is known, for our version messages.
   *
   * @return 0 or more; what the node stated, until it is known exactly
   */
  int height();

  /**
   * Its best block.
   *
   * @return its header, or null if nothing was heard of it yet
   */
  @Nullable BlockHeader tip();

  /**
   * The headers that lead to its best block.
   *
   * @return the {@linkplain #headerChain whole chain} if that is there, or else the last two
   *     thousand that connect, of any branch
   */
  HeaderView headers();

  /**
   * The whole header chain.
   *
   * @return null if it is not kept, or not complete, does not end with {@link #tip}, or is not
   *     {@linkplain NodeState#isCurrent all that the node has announced}
   */
  @Nullable ChainView headerChain();

  /**
   * The header chain as far as it is known, for when the node cannot be asked.
   *
   * @return null if it is not kept, or not yet read
   */
  @Nullable ChainView knownHeaders();

  /**
   * A recent header.
   *
   * @param block a block hash
   * @return its header if it is one of the last two thousand that connect, of any branch
   */
  @Nullable BlockHeader header(Hash block);

  /**
   * The height up to which the node of this connection has shown to have its best chain.
   *
   * @return 0 if it has not shown it yet
   */
  int reached();

  /**
   * Whether it serves compact filters (BIP157). Then the header chain is kept, asked for or not:
   * what a client asks for is a stretch of the chain, and a node disconnects whoever asks for one
   * that there is not.
   *
   * @return as of its last handshake; false before
   */
  boolean offersFilters();

  /**
   * Whether the node of this connection may be asked for filters up to a block.
   *
   * @param block a block hash
   * @return false if it would disconnect for that, as far as is known
   */
  boolean mayAskForFilters(Hash block);

  /**
   * Whether a block may be shown to who asks for it, if the node would be asked.
   *
   * @param block a block hash
   * @return false if the node left it so long ago that Core would be silent, as far as is known
   */
  boolean isShown(Hash block);

  /**
   * A recent transaction that the node has accepted.
   *
   * @param id its txid or wtxid
   * @param isWtxid which of these it is
   * @return a {@code tx} message with witness, or null
   */
  @Nullable Message transaction(Hash id, boolean isWtxid);

  /**
   * A transaction that the node of this connection has and that waits to be mined.
   *
   * @param id its txid or wtxid
   * @param isWtxid which of these it is
   * @return a {@code tx} message with witness, or null if the node is to be asked
   */
  @Nullable Message waiting(Hash id, boolean isWtxid);

  /**
   * All recent transactions that the node has accepted, mined ones included.
   *
   * @return a live view: {@code tx} messages with witness, in no order
   */
  Collection<Message> transactions();

  /**
   * The transactions that the node has accepted and that wait to be mined, as far as is known;
   * parents before children.
   *
   * @return a snapshot: {@code tx} messages with witness. None unless it is followed what is mined.
   */
  List<Message> unconfirmed();

  /**
   * How many transactions wait to be mined.
   *
   * @return about as many as {@link #unconfirmed} would return
   */
  int unconfirmedCount();
}
