/**
 * What all clients share of the node: who it is, its best block, recent transactions, what it asks
 * us, and what clients submit.
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.news.Newsroom} is the door. It exists because a node
 * tells a connection each thing once, and does not tell it what anybody said or asked on it before:
 * what one client submits or learns must be brought to the others from here.
 *
 * <pre>
 *   node ──► UpstreamConversation ──► BlockDesk ───────► RecentHeaders ───► BlockNews
 *                │                    TransactionDesk ──► TransactionPool ─► TransactionNews
 *                │                      └ UnprovenTransactions, EvidenceSearch   └► MempoolView
 *                └─ questions ──────► NodeQuestions
 *                                       │ asks                          ▲
 *                                       ▼                               │
 *   client ──► Newsroom ───────────► Fetches, Announcers ──► BlockSubmissions, TransactionDesk
 * </pre>
 *
 * <p><b>Trust.</b> The node is believed about which block is best, but not about headers without
 * proof of work. Clients are believed nothing: a header of theirs is shown to the node only if it
 * fits its place, a block only if every check passes that takes no other block, a transaction if it
 * is well-formed.
 *
 * <p><b>Evidence.</b> Whether a transaction spends what there is, and may, only the node can tell,
 * and it never says. So what a client submits is given to the node and to nobody else until the
 * node shows to have accepted it: it gives it back when asked, announces it, or sends it to
 * whomever for any other reason, be it in a block. That it does not give it back proves nothing.
 * From then on it is news, served to everybody, and announced to those who submitted it too:
 * bitcoinj waits for that. A node at which we have the {@code noban} permission gives back at once,
 * another one after its next round of announcements, which is 5 seconds later on average. A node
 * that wants no transactions ({@code -blocksonly}) is given none, so there is evidence only when it
 * has one from elsewhere. What stays without evidence for ten minutes is forgotten; the client may
 * submit it again. The node is asked on behalf of whoever submitted, as one client among others, so
 * that a flood of submissions delays nobody's requests but those made for it.
 *
 * <p><b>The mempool.</b> The pool keeps what is mined, for clients may still ask; {@code
 * MempoolView} is the part of it that waits, for {@code mempool} and filters. What is mined or
 * replaced leaves it: new blocks are looked through for that, see {@code MinedTransactions}.
 *
 * <p><b>Bounds.</b> Everything that a peer can make grow has one, stated where it is kept; what
 * falls out is counted.
 *
 * <p><b>Counters.</b>
 *
 * <dl>
 *   <dt>{@code news.blocks}, {@code news.transactions}
 *   <dd>news published
 *   <dt>{@code news.blocks.unproven}
 *   <dd>hashes of blocks that the node announced and did not prove
 *   <dt>{@code news.blocks.withheld}
 *   <dd>blocks of its own best chain that the node did not give
 *   <dt>{@code news.headers.untrue}
 *   <dd>messages of the node with headers that are not consecutive or lack proof of work
 *   <dt>{@code news.node.malformed}
 *   <dd>messages of the node that cannot be read
 *   <dt>{@code news.tx.dropped}
 *   <dd>transactions that the node announced faster than they could be asked for
 *   <dt>{@code news.tx.missing}
 *   <dd>transactions that the node announced and did not give
 *   <dt>{@code news.pool.evicted}
 *   <dd>transactions forgotten for lack of room
 *   <dt>{@code submit.tx}, {@code submit.tx.known}, {@code submit.tx.refused}
 *   <dd>transactions that clients sent: new, known already, invalid by themselves
 *   <dt>{@code submit.tx.unwanted}
 *   <dd>not given to the node, which wants none
 *   <dt>{@code submit.tx.repeated}
 *   <dd>given to the node again after a while
 *   <dt>{@code submit.tx.asked}, {@code submit.tx.proven}
 *   <dd>how often the node was asked for what clients submitted, and how much it has then accepted
 *   <dt>{@code submit.tx.unproven}, {@code submit.tx.displaced}
 *   <dd>submissions forgotten without evidence: after ten minutes, for lack of room
 *   <dt>{@code submit.block}, {@code submit.block.taken}, {@code submit.block.not-taken}
 *   <dd>blocks given to the node, and whether it then had them in its chain
 *   <dt>{@code submit.block.disabled}, {@code submit.block.known}, {@code submit.block.orphan},
 *       {@code submit.block.invalid}, {@code submit.block.disconnected}
 *   <dd>blocks and headers of clients that were dropped: not wanted, not new, parent unknown,
 *       failed a check, no node to give it to
 *   <dt>{@code ask.client}, {@code ask.client.failed}, {@code ask.client.forgotten}
 *   <dd>what clients were asked for, did not deliver, and announced in such a number that it was
 *       not asked for
 *   <dt>{@code ask.us.tx}, {@code ask.us.block}, {@code ask.us.headers}, {@code ask.us.not-served}
 *   <dd>what the node asked us for, and how much of it we have not got
 * </dl>
 *
 * <p>Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.news;

import org.jspecify.annotations.NullMarked;
