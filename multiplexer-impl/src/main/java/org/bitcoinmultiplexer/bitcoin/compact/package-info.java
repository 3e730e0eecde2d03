/**
 * Blocks in short, for peers that have most of the transactions already (BIP152, version 2): {@link
 * org.bitcoinmultiplexer.bitcoin.compact.CompactBlock} makes them. The transactions that a peer
 * turns out to lack are cut out of the block by {@link
 * org.bitcoinmultiplexer.bitcoin.chain.Block#blocktxn}.
 *
 * <p>Depends on {@code bitcoin.chain}, {@code bitcoin.wire} and the api.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.compact;

import org.jspecify.annotations.NullMarked;
