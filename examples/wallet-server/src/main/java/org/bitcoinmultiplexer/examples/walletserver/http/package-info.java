/**
 * Wallets over HTTP, and who may ask.
 *
 * <pre>
 *   request ──► WalletHttpServer ──► Guard ──► WalletApi ──► Wallets
 *               (Java's own)        Host       the paths, RequestBody
 *                                   Origin
 *                                   token
 * </pre>
 *
 * <p>Answers are JSON: what was asked for, or {@code {"error": "..."}} with a status of 400 and
 * more.
 */
@NullMarked
package org.bitcoinmultiplexer.examples.walletserver.http;

import org.jspecify.annotations.NullMarked;
