package org.bitcoinmultiplexer.transport.memory;

import org.bitcoinmultiplexer.api.Transport;

/**
 * The two ends of a conversation: what one sends the other receives.
 *
 * @param left the end whose callbacks come from the left loop
 * @param right the end whose callbacks come from the right loop
 */
public record MemoryPair(Transport left, Transport right) {}
