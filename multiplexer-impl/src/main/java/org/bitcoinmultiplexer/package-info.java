/**
 * The composition root: what an embedder starts with.
 *
 * <p>{@link org.bitcoinmultiplexer.BitcoinMultiplexer#builder()} puts a multiplexer together from
 * typed calls; {@link org.bitcoinmultiplexer.config.Configuration} is the same builder spoken to in
 * properties, environment variables and flags. Both know the options of {@link
 * org.bitcoinmultiplexer.config.Option} and refuse what is unknown, contradictory, out of range or
 * said twice, naming it and where it was said.
 *
 * <p>This package wires the others together and is imported by none of them. It never refers to the
 * optional adapters: whoever listens with Netty says so himself.
 */
@NullMarked
package org.bitcoinmultiplexer;

import org.jspecify.annotations.NullMarked;
