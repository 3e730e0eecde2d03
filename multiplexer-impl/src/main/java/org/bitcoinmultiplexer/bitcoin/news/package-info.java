/**
 * What all clients share of the node: its handshake, its best block, recent transactions, what it
 * asks us, and what clients submit.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.news;

import org.jspecify.annotations.NullMarked;
