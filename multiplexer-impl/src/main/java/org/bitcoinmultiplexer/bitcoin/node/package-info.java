/**
 * What is known of the node: a model that others read. Nothing here asks the node, or tells
 * anybody.
 *
 * <pre>
 *   written, in the engine's loop                       read, by any thread
 *
 *   relay ──► {@link org.bitcoinmultiplexer.bitcoin.node.NodeModel} ───────────────────► {@link org.bitcoinmultiplexer.bitcoin.node.NodeView} ──► sessions
 *                ├ {@link org.bitcoinmultiplexer.bitcoin.node.NodeState}, one a connection        └► {@link org.bitcoinmultiplexer.bitcoin.node.NodeHazards} ──► engine
 *                ├ HeaderWindow, HeaderSync    (bitcoin.headers)
 *                └ {@link org.bitcoinmultiplexer.bitcoin.node.TransactionPool}, {@link org.bitcoinmultiplexer.bitcoin.node.MempoolView}
 * </pre>
 *
 * <p><b>This node.</b> Each connection has a {@code NodeState} of its own: what the last node was,
 * had and showed is not said of this one, be it the same. The headers and transactions that any of
 * them showed are kept beyond a connection, but which of these are the node's is found out anew.
 *
 * <p><b>The mempool.</b> The pool keeps bodies; {@code MempoolView} says which of them the node of
 * this connection has shown to have, and wait to be mined: only these are named as unconfirmed, and
 * served without asking the node. What is mined or replaced leaves it. With each connection it
 * begins anew.
 *
 * <p>The notifications are what every client is told of a change here.
 *
 * <p>Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.node;

import org.jspecify.annotations.NullMarked;
