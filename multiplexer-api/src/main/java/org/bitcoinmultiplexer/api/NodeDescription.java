package org.bitcoinmultiplexer.api;

/**
 * What an upstream node said of itself when its handshake was done. Immutable.
 *
 * @param target what was dialled, as {@link Connector#target()}
 * @param userAgent what software it is, printable
 * @param protocolVersion the version of the protocol that it and the multiplexer speak
 * @param services what it serves, a bit for each
 * @param height of its best block
 * @param description all of it in words, for logs
 */
public record NodeDescription(
    String target,
    String userAgent,
    int protocolVersion,
    long services,
    long height,
    String description) {}
