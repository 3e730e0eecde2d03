/**
 * Blocks and transactions on their way: what the node announces is brought to all clients, what
 * clients submit to the node and to each other, and what the node asks us is answered.
 *
 * <p>It exists because a node tells a connection each thing once, and does not tell it what anybody
 * said or asked on it before: what one client submits or learns must be brought to the others from
 * here. What is found out about the node on the way is written to {@link
 * org.bitcoinmultiplexer.bitcoin.node.NodeModel}, and read there.
 *
 * <pre>
 *   node ──► UpstreamConversation ──► NodeMessageHandler
 *                                       ├► TipTracker ─────────────► NodeModel, TipNotification
 *                                       │    └ BestChainSearch, HeaderSync   (headers.sync)
 *                                       ├► MempoolReader, MinedTransactions ─► MempoolView
 *                                       ├► TransactionRelay ───────► TransactionPool, TransactionNotification
 *                                       │    ├ AnnouncedTransactions
 *                                       │    ├ PendingSubmissions, SubmissionSender, AcceptanceProbe
 *                                       │    └ UnconfirmedSubmissions
 *                                       └► UpstreamRequestHandler
 *                                            │ asks
 *                                            ▼
 *   client ──► NodeRelay ───────────► DataRequestTracker, Announcers
 *                                       ├► TransactionRelay
 *                                       └► BlockSubmissions
 *                                            ├ PendingBlocks, OrphanBlocks
 *                                            └ HeaderRequests
 * </pre>
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.relay.NodeRelay} is the door for clients; {@code
 * RelayParts} wires what is behind it.
 *
 * <p><b>This node.</b> What the last node was, had and showed is not said of this one, be it the
 * same. So on each connection it is found out where the node's best chain ends, down to the genesis
 * block if need be, and followed wherever that is. What was promised to clients outlives
 * connections.
 *
 * <p><b>Trust.</b> The node is believed about which block is best, but not about headers that break
 * a rule. Clients are believed nothing: a header of theirs is shown to the node only if it fits its
 * place, a block only if every check passes that takes no other block, a transaction if it is
 * well-formed.
 *
 * <p><b>Evidence.</b> Whether a transaction spends what there is, and may, only the node can tell,
 * and it never says. So what a client submits is given to the node and to nobody else until the
 * node shows to have accepted it: it gives it back when asked, announces it, or sends it to
 * whomever for any other reason, be it in a block. That it does not give it back proves nothing.
 * From then on it is news, served to everybody, and announced to those who submitted it too:
 * bitcoinj waits for that. A node at which we have the {@code noban} permission gives back at once,
 * another one after its next round of announcements, which is 5 seconds later on average. A node
 * that wants no transactions ({@code -blocksonly}) is given none, so there is evidence only when it
 * has one from elsewhere. What stays without evidence for ten minutes, counted while there is a
 * node, is forgotten; the client may submit it again. What one node has accepted is offered to
 * every later one until that has shown it, too, or it is mined or replaced, and nobody is told that
 * it was accepted but on evidence of the node that is there. The node is asked on behalf of whoever
 * submitted, as one client among others, so that a flood of submissions delays nobody's requests
 * but those made for it.
 *
 * <p><b>Blocks of clients.</b> A client that shows headers on known ones is asked for the first few
 * blocks, if these lead to as much work as the node's best block has; one that shows something on
 * an unknown parent is asked for headers, and one that has more is asked on once the node has the
 * first. Blocks are checked and kept, then handed in; those of a branch are held until it has as
 * much work, as Core ignores them before, and then it is shown their headers and asks for them. So
 * the node is told of no block that only a client has, but in answer to a question of its own.
 *
 * <p><b>What is written upstream</b> beyond questions, pongs and small refusals goes through {@code
 * EngineContext.Source.submit}: in turns with what all ask, a little of each client at a time, with
 * a marker behind it. A client that hands in faster than the node takes it is read from no more.
 *
 * <p><b>The mempool.</b> What is mined or replaced leaves it: new blocks are looked through for
 * that, see {@code MinedTransactions}; until one is, and wherever nobody needs to know, the node is
 * asked for what came before it. On each connection on which that is permitted, {@code
 * MempoolReader} reads the node's mempool; where not, what reached the node while there was no
 * connection is not known before it is mined.
 *
 * <p><b>Bounds.</b> Everything that a peer can make grow has one, stated where it is kept; what
 * falls out is counted.
 *
 * <p><b>Counters.</b> {@link org.bitcoinmultiplexer.metrics.Counter} says what each counts.
 *
 * <p>Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.relay;

import org.jspecify.annotations.NullMarked;
