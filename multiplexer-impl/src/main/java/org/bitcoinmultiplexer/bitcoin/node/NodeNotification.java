package org.bitcoinmultiplexer.bitcoin.node;

import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.core.Notification;

/**
 * The node's handshake was done, again or for the first time, or it changed its fee filter.
 * Immutable.
 *
 * @param node what is known of it now
 */
public record NodeNotification(NodeInfo node) implements Notification {}
