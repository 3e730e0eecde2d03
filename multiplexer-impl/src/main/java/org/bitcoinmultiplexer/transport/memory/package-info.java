/**
 * Transports within one process: for tests, simulations and benchmarks, and for an embedder whose
 * clients live in the same JVM. The door is {@link
 * org.bitcoinmultiplexer.transport.memory.MemoryTransports}.
 *
 * <p>{@code Message} instances are passed on as they are. Everything happens in tasks of the two
 * given loops, so that with one simulated loop on both sides a run is the same each time.
 */
@NullMarked
package org.bitcoinmultiplexer.transport.memory;

import org.jspecify.annotations.NullMarked;
