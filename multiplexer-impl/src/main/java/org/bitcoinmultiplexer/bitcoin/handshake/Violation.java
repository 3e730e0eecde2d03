package org.bitcoinmultiplexer.bitcoin.handshake;

import org.bitcoinmultiplexer.metrics.Counter;

/**
 * Why a handshake cannot go on.
 *
 * @param rule the counter of the rule that was met
 * @param reason in words, naming the value that was out of bounds
 */
public record Violation(Counter rule, String reason) {}
