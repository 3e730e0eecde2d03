/**
 * An example to build on, not a product: a server of bitcoinj wallets over HTTP, all of them over
 * one connection to a node.
 *
 * <pre>
 *   browser, your program                                             bitcoind
 *          │ HTTP                                                        ▲ one connection
 *          ▼                                                             │
 *   {@link org.bitcoinmultiplexer.examples.walletserver.http} ───► wallets ───► a peer group each ───► multiplexer
 *                                       │                                or EmbeddedNode
 *                                       ▼
 *                                  data-dir/wallets
 * </pre>
 *
 * <p>{@link org.bitcoinmultiplexer.examples.walletserver.WalletServerMain} is the entry; {@code
 * --help} tells the rest. What makes it this library's example is in {@code WalletServer}: a
 * multiplexer is built, and every wallet is given a peer group over it.
 */
@NullMarked
package org.bitcoinmultiplexer.examples.walletserver;

import org.jspecify.annotations.NullMarked;
