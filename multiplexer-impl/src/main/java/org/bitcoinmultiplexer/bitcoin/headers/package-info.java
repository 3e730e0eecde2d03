/**
 * The header chain: every header the node ever showed, which of them make the chain with the most
 * work, and the answers that follow from it.
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.headers.HeaderChain} is written by one thread and checks
 * what it is given: proof of work, difficulty, times. {@link
 * org.bitcoinmultiplexer.bitcoin.headers.ChainView} is its state at a moment, which never changes,
 * so that any thread answers from it without a lock, and each answer comes from one chain although
 * the node may be in the middle of a reorganisation.
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.headers.HeaderFile} keeps headers through restarts.
 *
 * <p>Headers are never removed. About 120 bytes each, in a few large arrays: see {@code
 * HeaderStore}.
 *
 * <p>Depends on {@code bitcoin.chain}, {@code bitcoin.wire} and the api.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.headers;

import org.jspecify.annotations.NullMarked;
