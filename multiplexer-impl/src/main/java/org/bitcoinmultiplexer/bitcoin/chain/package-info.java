/**
 * Whether a header, block or transaction is what it claims to be, and its other forms.
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.chain.BlockCheck} decides on blocks and {@link
 * org.bitcoinmultiplexer.bitcoin.chain.HeadersCheck} on headers: everything that can be said
 * without knowing the blocks before, as Bitcoin Core does before it looks for those. It keeps a
 * mutated block, whose hash is right and whose content is not, out of caches and away from clients.
 * {@link org.bitcoinmultiplexer.bitcoin.chain.Block} and {@link
 * org.bitcoinmultiplexer.bitcoin.chain.Transaction} are views in place; stripping witnesses is
 * theirs, too.
 *
 * <p>Everything here is a pure function of bytes. Depends on {@code bitcoin.wire} and the api.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.chain;

import org.jspecify.annotations.NullMarked;
