/**
 * Both handshakes: with clients, whom we accept, and with the node, which we dial.
 *
 * <p>Two state machines, {@link org.bitcoinmultiplexer.bitcoin.handshake.ClientHandshake} and
 * {@link org.bitcoinmultiplexer.bitcoin.handshake.NodeHandshake}. Each is fed what the peer says,
 * emits what we say, and tells with a {@link org.bitcoinmultiplexer.bitcoin.handshake.Step} what
 * became of a message. Neither knows connections, threads or timers: how long a peer may take is
 * the caller's.
 *
 * <p>The order on the wire and the reactions to what is out of order are those of Bitcoin Core
 * (net_processing.cpp), because every client is written against it. Where we differ, the class says
 * so and why.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.handshake;

import org.jspecify.annotations.NullMarked;
