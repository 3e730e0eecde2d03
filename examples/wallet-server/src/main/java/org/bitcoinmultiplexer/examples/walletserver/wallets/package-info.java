/**
 * Wallets that survive: each a bitcoinj wallet with a chain and a peer group of its own.
 *
 * <pre>
 *   Wallets ──────────► WalletAccount ────► PaymentJournal   ID.payments   before it is sent
 *   (all of them,       (one of them)  ├──► Wallet           ID.wallet     when it has changed
 *    and who saves)          │         └──► PeerGroup ─────► the multiplexer
 *                            ▼
 *                       WalletChain ──────► HeaderStore      headers       shared by all
 * </pre>
 *
 * <p>What must not be lost is written down before anybody is told of it: keys before an address is
 * given out, a signed payment before it is sent. Everything else follows from the blocks, so a
 * wallet's file may lag behind: the wallet goes on with the block after the last one that its file
 * knows.
 */
@NullMarked
package org.bitcoinmultiplexer.examples.walletserver.wallets;

import org.jspecify.annotations.NullMarked;
