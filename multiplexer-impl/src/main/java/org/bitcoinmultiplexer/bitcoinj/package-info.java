/**
 * Wallets made with bitcoinj as clients within one process: each has a {@code PeerGroup} of its
 * own, and all of them share the multiplexer's connection, without sockets and without a thread
 * each. The door is {@link org.bitcoinmultiplexer.bitcoinj.BitcoinjPeerGroups}.
 *
 * <p>Needs {@code org.bitcoinj:bitcoinj-core} 0.17, which a program that uses this package has
 * anyway. Nothing of bitcoinj is changed: this is what its {@code ClientConnectionManager} and the
 * methods that may be overridden in its {@code PeerGroup} allow.
 *
 * <p>On its way through here a message is what it is, not a frame: nobody computes a checksum for a
 * peer in the same process, and what the node sent once is read into a wallet's memory from the one
 * array that all of them share.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoinj;

import org.jspecify.annotations.NullMarked;
