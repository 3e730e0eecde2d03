package org.bitcoinmultiplexer.bitcoin.relay;

import org.bitcoinmultiplexer.api.BroadcastResult;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.budget.HostBudget;

/**
 * A client as the relay sees it: somebody who has announced something and can be asked for it.
 *
 * <p>Told apart by identity, so implementations leave {@code equals} alone.
 */
public interface Client {

  /**
   * Sends to the client at once: {@code getdata} for what it announced, {@code getheaders} that the
   * node asked. Without effect once the client is gone.
   *
   * @param message canonical. Any thread.
   */
  void push(Message message);

  /**
   * The node has what this client submitted. Clients that wait for a peer to announce their own
   * transaction back, such as bitcoinj, are to be told.
   *
   * @param txid its id without witness
   * @param wtxid its id with witness. Any thread.
   */
  void accepted(Hash txid, Hash wtxid);

  /**
   * The same, for those who want to know what proved it. The hub's loop.
   *
   * @param txid its id without witness
   * @param wtxid its id with witness
   * @param evidence what proved it
   */
  default void accepted(Hash txid, Hash wtxid, BroadcastResult.Evidence evidence) {
    accepted(txid, wtxid);
  }

  /**
   * Something that this client submitted is pending no more, although no node has shown to have
   * accepted it. The hub's loop.
   *
   * @param reason in words
   */
  default void unaccepted(String reason) {}

  /**
   * Something that this client brought has been dealt with: the node has processed it, or it is
   * kept for later, or dropped. More may be read from the client.
   *
   * @param cost what it {@linkplain #cost costs}, or several together. Any thread.
   */
  void processed(int cost);

  /**
   * What something that a client brings counts for until it is {@link #processed}.
   *
   * @param brought a {@code tx} or {@code block} message
   * @return its bytes, and something for itself
   */
  static int cost(Message brought) {
    return brought.size() + 1_000;
  }

  /**
   * To what the node's time for what this client submits is charged.
   *
   * @return its host's. Any thread.
   */
  HostBudget budget();

  /**
   * Where the client is, for logs.
   *
   * @return as its transport says. Any thread.
   */
  String remote();
}
