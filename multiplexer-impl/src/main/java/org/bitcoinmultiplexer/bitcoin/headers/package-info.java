/**
 * The header chain: which headers the node showed, which of them make its best chain, and the
 * answers that follow from it.
 *
 * <pre>
 *   {@link org.bitcoinmultiplexer.bitcoin.headers.HeaderRules}    what every header must be like in its place
 *      ▲ obey                                            read
 *   {@link org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow}   the last 2,000               ──► {@link org.bitcoinmultiplexer.bitcoin.headers.HeaderView}
 *   {@link org.bitcoinmultiplexer.bitcoin.headers.HeaderChain}    all, 120 bytes each           ──► {@link org.bitcoinmultiplexer.bitcoin.headers.ChainView}, which is one
 *   {@link org.bitcoinmultiplexer.bitcoin.headers.HeaderFile}     the same over restarts
 * </pre>
 *
 * <p>There is one set of rules, {@code HeaderRules}: for what the node shows, for what is kept, and
 * for what clients bring. It needs no more of the past than there is.
 *
 * <p>A window is enough to know the node's best block and to follow it; who wants to answer for the
 * node needs the whole chain. That is written by one thread; a view is its state at a moment, which
 * never changes, so that any thread answers from it without a lock, and each answer comes from one
 * chain although the node may be in the middle of a reorganisation. Of a whole chain nothing is
 * ever removed; it lies in a few large arrays: see {@code HeaderStore}.
 *
 * <p>How headers get here is a matter of {@code headers.sync}. Depends on {@code bitcoin.chain},
 * {@code bitcoin.wire} and the api.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.headers;

import org.jspecify.annotations.NullMarked;
