/**
 * Measures end to end, over sockets of the loopback interface, what the multiplexer costs: beside
 * the node alone, and beside HAProxy, which is the price of any proxy.
 *
 * <p>{@link org.bitcoinmultiplexer.examples.benchmarks.Benchmarks} is the program. The load comes
 * from its own process; the node and each proxy are a process of their own, so that the processor
 * time of each is known. Every answer is compared with the block that was asked for, byte by byte.
 * The targets take turns in several short rounds, and the median of the rounds counts: what
 * disturbs the machine disturbs them all.
 *
 * <p>Two nodes: a {@link org.bitcoinmultiplexer.examples.benchmarks.BareNode bare} one, which sends
 * ready frames from memory so that it is never what is measured; and a real bitcoind, if the
 * environment variable {@code BITCOIND} names one. Both hold the same {@link
 * org.bitcoinmultiplexer.examples.benchmarks.TestChain chain}.
 */
@NullMarked
package org.bitcoinmultiplexer.examples.benchmarks;

import org.jspecify.annotations.NullMarked;
