/**
 * Filtered blocks for clients that know the chain by its headers only (BIP37), as Bitcoin Core
 * makes them for peers that it grants bloom filters.
 *
 * <p>A {@link org.bitcoinmultiplexer.bitcoin.bloom.BloomFilter} belongs to one client and changes
 * with everything it is shown, so all work on it is done in the order of the client's requests. A
 * {@link org.bitcoinmultiplexer.bitcoin.bloom.BlockMatcher} belongs to a block: what takes parsing
 * and hashing is done once, then any number of filters pass over it, each with no other cost than
 * its own hash functions. A filter on its way over a block or a transaction, a {@link
 * org.bitcoinmultiplexer.bitcoin.bloom.BlockMatching} or {@link
 * org.bitcoinmultiplexer.bitcoin.bloom.TransactionMatching}, can stop anywhere and says what it has
 * cost, so that nobody who shares the thread has to wait for the end. The outcome is a {@link
 * org.bitcoinmultiplexer.bitcoin.bloom.FilteredBlock}. What somebody else made of a block is for
 * {@link org.bitcoinmultiplexer.bitcoin.bloom.MerkleBlock} to read and to verify.
 *
 * <p>The rules are Core's, not the letter of BIP37: all outputs of a transaction are looked at even
 * if one matched, because each match may have to be remembered.
 *
 * <p>Depends on {@code bitcoin.chain}, {@code bitcoin.wire} and the api.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.bloom;

import org.jspecify.annotations.NullMarked;
