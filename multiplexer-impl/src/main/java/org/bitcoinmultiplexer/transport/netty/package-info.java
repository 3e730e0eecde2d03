/**
 * Transports over Netty, for those who serve many clients or have Netty anyway. The door is {@link
 * org.bitcoinmultiplexer.transport.netty.NettyTransports}.
 *
 * <p>Needs {@code netty-transport}; uses epoll where {@code netty-transport-classes-epoll} and its
 * native library for the platform are on the class path, and NIO otherwise. A connection's
 * callbacks come from its channel's event loop, which is given to the acceptor along with the
 * transport, so that the client's session can run there without a hop between threads.
 *
 * <p>Messages are handed to Netty in pieces of at most 32 KiB, and only while the channel is
 * writable, and not as wrapped arrays: Netty would copy a wrapped array into direct memory as a
 * whole, for each client that is slow to take it.
 */
@NullMarked
package org.bitcoinmultiplexer.transport.netty;

import org.jspecify.annotations.NullMarked;
