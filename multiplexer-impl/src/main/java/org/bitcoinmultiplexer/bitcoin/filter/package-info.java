/**
 * Compact filters (BIP157, BIP158): what can be known of them without looking inside.
 *
 * <p>A filter cannot be made from its block, because it names what the block's inputs spent; but it
 * can be checked. {@link org.bitcoinmultiplexer.bitcoin.filter.FilterHeaderChain} is the chain of
 * hashes that every filter has its place in. {@link
 * org.bitcoinmultiplexer.bitcoin.filter.FilterSpan} is the arithmetic of the requests: which
 * heights, whether Core would serve so many, and what of them is missing.
 *
 * <p>Depends on {@code bitcoin.wire} and the api.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.filter;

import org.jspecify.annotations.NullMarked;
