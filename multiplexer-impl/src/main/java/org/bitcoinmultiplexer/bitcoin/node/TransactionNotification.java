package org.bitcoinmultiplexer.bitcoin.node;

import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.core.Notification;

/**
 * A transaction that the node has accepted, and that can be had from {@link NodeView#transaction},
 * at least for a while. Immutable.
 *
 * @param txid its id without witness
 * @param wtxid its id with witness, equal to the other if it has none
 */
public record TransactionNotification(Hash txid, Hash wtxid) implements Notification {}
