/**
 * Compact filters (BIP157, BIP158): what can be known of them without looking inside.
 *
 * <p>A filter cannot be made from its block, because it names what the block's inputs spent; but it
 * can be checked. {@link org.bitcoinmultiplexer.bitcoin.filter.FilterIndex} has the hashes that
 * filters must have, as far as anybody asked, in pieces that are linked by checkpoints: a {@link
 * org.bitcoinmultiplexer.bitcoin.filter.FilterStretch} each. {@link
 * org.bitcoinmultiplexer.bitcoin.filter.FilterSpan} is the arithmetic of the requests: which
 * heights, and whether Core would serve so many.
 *
 * <p>Depends on {@code bitcoin.wire} and the api.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.filter;

import org.jspecify.annotations.NullMarked;
