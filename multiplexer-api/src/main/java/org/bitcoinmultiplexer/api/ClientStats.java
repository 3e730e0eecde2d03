package org.bitcoinmultiplexer.api;

/**
 * What a multiplexer has counted for one client. Immutable.
 *
 * @param ready whether its handshake has been done
 * @param requests what it asked for, item by item; under {@code passthrough} every message that it
 *     sent
 * @param bytesReceived bytes of the bodies of the messages that it sent
 * @param bytesSent bytes of the bodies of the messages that were sent to it
 */
public record ClientStats(boolean ready, long requests, long bytesReceived, long bytesSent) {}
