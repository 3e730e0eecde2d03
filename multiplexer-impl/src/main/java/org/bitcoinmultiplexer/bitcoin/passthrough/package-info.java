/**
 * The {@code passthrough} strategy: a client with an upstream connection of its own.
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.passthrough.BitcoinPassthrough} rewrites the two {@code
 * version} messages and relays all else. What the node remembers of such a connection is recorded
 * on the way as a {@link org.bitcoinmultiplexer.bitcoin.passthrough.ConnectionState}, so that the
 * client can be moved to another strategy, or to another node, without being asked again.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.passthrough;

import org.jspecify.annotations.NullMarked;
