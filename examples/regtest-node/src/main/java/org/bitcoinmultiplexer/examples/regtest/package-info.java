/**
 * An embeddable regtest Bitcoin node: a small, strict stand-in for a bitcoind, for demonstrations
 * and end-to-end tests.
 *
 * <p>{@link org.bitcoinmultiplexer.examples.regtest.RegtestNode} is the door. Behind it are, from
 * the inside out:
 *
 * <ul>
 *   <li>the chain ({@code Chain}, {@code BlockRules}, {@code UtxoSet}, {@code Mempool}), which
 *       validates what it is given and knows nothing of peers;
 *   <li>the node ({@code Node}), which owns chain, mempool and the list of peers, all guarded by
 *       its one lock;
 *   <li>the peers ({@code Peer} and its helpers), one reading and one writing thread per
 *       connection, which speak version 1 of the P2P protocol over TCP on the loopback interface.
 * </ul>
 *
 * <p>On the wire the node imitates Bitcoin Core as a peer with the {@code noban} permission and
 * without bloom filters sees it: one message at a time and answers in request order per connection,
 * so that a {@code pong} tells that everything asked before its {@code ping} has been answered;
 * silence for unknown blocks; transaction inventory without delay; nothing announced that the peer
 * is believed to know. Unlike Core it disconnects a peer for every kind of misbehaviour, and says
 * why in {@link org.bitcoinmultiplexer.examples.regtest.RegtestNode#violations()}.
 *
 * <p>If told to, it takes numbered requests from peers that offer them ({@code sendseq} and {@code
 * seq}, see {@code org.bitcoinmultiplexer.bitcoin.sequence}): the one thing that no bitcoind does.
 *
 * <p>Left out, each within what Core's peers must cope with: compact blocks are answered and
 * announced as Core does to a peer far behind (whole blocks, {@code inv} or {@code headers}),
 * transactions with unknown inputs are dropped instead of kept as orphans, addresses are never
 * gossiped, old versions get no final {@code alert}, conflicting transactions never replace each
 * other, there is no initial block download state. Of scripts, bare ones, P2PKH and P2WPKH are
 * verified; other witness programs are accepted unseen, and so are relative lock times.
 */
@NullMarked
package org.bitcoinmultiplexer.examples.regtest;

import org.jspecify.annotations.NullMarked;
