/**
 * Transports over TCP with nothing but the JDK: enough for the connection to the node and for
 * embedders with some hundreds of clients. The door is {@link
 * org.bitcoinmultiplexer.transport.tcp.TcpLoop}, one thread that runs a selector, tasks and timers.
 *
 * <p>Closing a connection: what is queued is written, then the peer is told that nothing follows
 * (FIN), then what it still sends is thrown away until it closes too. Closing at once instead would
 * make the operating system answer unread bytes with a reset, which destroys what the peer has not
 * read yet. All this takes at most a second; then the connection is cut.
 */
@NullMarked
package org.bitcoinmultiplexer.transport.tcp;

import org.jspecify.annotations.NullMarked;
