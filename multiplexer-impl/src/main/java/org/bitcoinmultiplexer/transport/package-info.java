/**
 * What transports have in common: event loops, limits for those who accept, the two queues of a
 * connection, and the life of one over a socket.
 *
 * <p>The transports themselves are in the packages below: {@code memory} and {@code tcp} need
 * nothing but the JDK, {@code netty} needs Netty. A host that brings its own sockets needs none of
 * them; it may extend {@link org.bitcoinmultiplexer.transport.SocketTransport}, or use {@link
 * org.bitcoinmultiplexer.transport.Inbox} and {@link org.bitcoinmultiplexer.transport.Outbox}, to
 * keep the promises of {@link org.bitcoinmultiplexer.api.Transport}, and proves itself with the
 * kits of the api's test-jar.
 *
 * <p><b>Threads.</b> Everything of a connection happens in its one event loop. Only three things
 * are touched by other threads: the queue and the count of an {@code Outbox}, and the state by
 * which {@code reading} and {@code close} take effect at once.
 */
@NullMarked
package org.bitcoinmultiplexer.transport;

import org.jspecify.annotations.NullMarked;
