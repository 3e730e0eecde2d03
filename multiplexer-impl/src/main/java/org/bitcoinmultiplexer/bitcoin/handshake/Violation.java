package org.bitcoinmultiplexer.bitcoin.handshake;

/**
 * Why a handshake cannot go on.
 *
 * @param rule which rule was met: lower case words joined by hyphens, from a fixed set, fit for the
 *     name of a counter
 * @param reason in words, naming the value that was out of bounds
 */
public record Violation(String rule, String reason) {}
