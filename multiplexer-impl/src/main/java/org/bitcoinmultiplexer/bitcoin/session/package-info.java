/**
 * The protocol's side of a session: what each message of a client means, what it is answered, and
 * for what it is disconnected. {@link org.bitcoinmultiplexer.bitcoin.session.BitcoinProtocol} is
 * the door.
 *
 * <pre>
 *   BitcoinConversation          the handshake, then
 *     └ ReadyClient              what each message means
 *         ├ FilterRequests       its filter, and what of the mempool passes it
 *         ├ ClientRequests       what it asks for     → a Batch each, asked upstream in our own words
 *         ├ ClientAnnouncements  what it brings       → the relay
 *         ├ BlockAnnouncer, TransactionAnnouncer      ← notifications
 *         └ KnownHeaders         what it has, so that it is not told
 * </pre>
 *
 * <p>Clients are written against Bitcoin Core; where nothing else is said, this behaves as it does.
 * Nothing a client wrote goes upstream as it is.
 *
 * <pre>
 * message                          what becomes of it
 * -------------------------------  ----------------------------------------------------------------
 * version, verack, wtxidrelay,     the handshake, see bitcoin.handshake; later a second version or
 *   sendaddrv2, feature, sendseq     verack and sendseq are ignored, the others end the session
 * ping                             pong, behind the answers to everything asked before
 * getheaders                       from the header chain where it is kept, else asked upstream;
 *                                    headers, empty ones if upstream is silent
 * getblocks                        the same, asked upstream as getheaders; inv of at most 500
 * getdata BLOCK, WITNESS_BLOCK,    asked upstream as WITNESS_BLOCK; block, stripped for BLOCK, whole
 *   CMPCT_BLOCK                      for CMPCT_BLOCK; silence if there is none
 * getdata FILTERED_BLOCK           asked upstream as WITNESS_BLOCK; merkleblock and the transactions
 *                                    that match, without witness; silence if no filter is loaded
 * getdata TX, WITNESS_TX, WTX      from the recent ones, else asked upstream; tx, stripped for TX,
 *                                    or notfound
 * getdata of other types           silence
 * filterload, filteradd,           the client's filter changes, behind the answers to everything
 *   filterclear                      asked before
 * mempool                          inv of the known unconfirmed transactions that pass the filter,
 *                                    in turn; silence if there are none
 * getcfilters                      asked upstream block by block; every cfilter that is true, up to
 *                                    the first that is not to be had
 * getcfheaders, getcfcheckpt       from what is known of the filter headers, of which what is
 *                                    missing is asked upstream; silence if it has not so many
 * getblocktxn                      asked upstream as the whole block; blocktxn, the block if it lies
 *                                    more than 10 below the tip, or silence
 * inv, headers, tx, block,         checked, then the relay's; an inv of the flavour that was not
 *   notfound                         negotiated is skipped
 * sendheaders, sendcmpct,          how news come to this client; sendcmpct of another version than
 *   feefilter                        2 is ignored
 * addr, addrv2                     ignored within their limits
 * a request of a provider's row    asked upstream; all of the answer
 * seq, if it was agreed            the next message is numbered: it is answered as without a number,
 *                                    but by itself, in no order, and its end is told. What asks for
 *                                    nothing is answered with the end at once
 * getaddr, pong, alert, reject,    ignored, and so is everything unknown
 *   sendtxrcncl, and answers to what
 *   nobody asked: merkleblock,
 *   cmpctblock, blocktxn, cfilter,
 *   cfheaders, cfcheckpt
 * </pre>
 *
 * <p><b>Limits.</b> Beyond them the session ends, counted as {@code client.closed.RULE}. They are
 * Core's, which {@link org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits} has by name; each is met
 * before anything is asked or said upstream.
 *
 * <pre>
 * rule                             for
 * -------------------------------  ----------------------------------------------------------------
 * limit-inv, limit-getdata         more than 50,000 inventory vectors
 * limit-notfound                   the same; of more than 5,016 it is ignored
 * limit-getheaders, -getblocks     a locator of more than 101 hashes
 * limit-headers                    more than 2,000
 * limit-addr, limit-addrv2         more than 1,000 addresses
 * limit-filterload                 a filter of more than 36,000 bytes or 50 hash functions
 * limit-filteradd                  an element of more than 520 bytes
 * no-filter                        filteradd, and no filter is loaded
 * limit-sendcmpct                  an announce byte above 1
 * limit-getblocktxn                no index at all
 * limit-getcfilters, -getcfheaders more than 1,000 or 2,000 blocks, or from above the stop block
 * unknown-stop                     a request for compact filters up to a block that the node does
 *                                    not have, or has left more than 30 days ago
 * bad-filter-type                  compact filters of another type than basic
 * bad-index                        getblocktxn of a transaction that the block has not
 * bad-headers                      no proof of work, or not in a row
 * bad-block                        no proof of work; on a known parent also: other transactions or
 *                                    witnesses than it commits to
 * not-offered                      getcfilters, getcfheaders, getcfcheckpt if the node has none; and
 *                                    where bloom filters are switched off mempool, filterload,
 *                                    filteradd, filterclear, getdata FILTERED_BLOCK
 * bad-request                      a request that a provider's row refuses
 * too-early                        more than 100 messages, or 100,000 bytes, by a client that does
 *                                    not wait for our version while no node is known
 * no-upstream                      3 seconds without any node whose words a client could be given
 * bad-sequence                     a number that is in use, unreadable, behind another, or one more
 *                                    than 256 in flight
 * malformed                        more than 100 messages that cannot be read; up to there each is
 *                                    dropped (client.malformed), where Core knows no end
 * </pre>
 *
 * <p><b>Bloom filters</b> (BIP37) are a service of the session: upstream is asked for whole blocks
 * and transactions, as anybody could ask for them, so it is offered although the node has it
 * switched off, as Core has by default. Where Core and BIP37 differ it is Core's: which peer is
 * told of transactions ({@code relay=0} lasts until the first filter), what a filter remembers, and
 * what is met with silence. Unlike Core, which answers {@code mempool} with its next round of
 * announcements, it is answered in its turn, so that a {@code pong} comes behind it; a fee rate
 * that the client asked for is not applied, because no fee is known. A filter costs time that all
 * clients share: all work for filters is done in slices of about a millisecond, between which the
 * loop looks at its sockets, in turns by host, and takes no more than half of a processor together
 * ({@code FilterScheduler}). Only those wait who have such work. What has been done for filters is
 * counted: {@code client.bloom.blocks}; {@code client.bloom.delayed}, how often a client had used
 * up its budget and had to wait; and {@code client.bloom.dropped}, relayed transactions of which a
 * client was not told because 1,000 of them waited for its turn.
 *
 * <p>A client with a filter holds the filter itself, at most 36,000 bytes; while a block is matched
 * for it, that block and a few hundred bytes; and at most 1,000 names of relayed transactions.
 *
 * <p><b>Compact filters</b> (BIP157) are offered if the node offers them. A node disconnects
 * whoever asks for a stretch that it has not, so the header chain is kept as soon as there is such
 * a node, and every range is placed in it before anything goes upstream. Nobody is turned away
 * while the chain is not complete, or does not yet have the node's newest block: the request itself
 * asks for what is missing and goes on when it is there, because a client that is not offered
 * filters when it comes may stay away for a day (Neutrino does), and one that is disconnected for
 * an honest request as well. Only while the kept chain is read from its file, in the first seconds,
 * there is silence.
 *
 * <p>No filter is delivered or kept that has not the hash which the node's filter headers name, and
 * filter headers are used only in stretches of a thousand blocks that link up with the node's
 * checkpoints on both ends. They are asked for as clients need them and forgotten with the
 * connection. A node that contradicts itself is counted, {@code filters.untrue}, and reported in
 * the log; the request ends there. A node whose filters, headers and checkpoints are all false in
 * the same way cannot be found out with one node.
 *
 * <p><b>Bounds on what is taken in.</b> Of announcements, and of transactions themselves, 5,000 at
 * once and 100 each second are looked at; the rest is dropped ({@code client.inv.dropped}, {@code
 * client.tx.dropped}), so that nobody keeps the shared loop and a thousand others busy with
 * inventions. A transaction heavier than 400,000 is dropped ({@code client.tx.oversized}): no node
 * relays it. A transaction for a node that wants none is not passed on; it is no fault of the
 * client, whose node may have changed since it was told.
 *
 * <p><b>What cannot be decided here.</b> Some of what costs a peer its connection to Core shows
 * only to who has all blocks: a block or transaction with a wrong signature, spending what is not
 * there, or, unless we have heard of the two weeks before, a header with a wrong difficulty just
 * after an adjustment. A transaction of that kind is harmless to a node from version 30 on. For the
 * rest our address should have the {@code noban} permission ({@code -whitelist=noban@...}), under
 * which Core punishes none of it:
 *
 * <ul>
 *   <li>block: consensus invalid (needs real proof of work);
 *   <li>block or headers building on a block that the node found invalid;
 *   <li>transactions that are consensus invalid, up to version 29.
 * </ul>
 *
 * <p>Blocks are passed on only if that was {@linkplain
 * org.bitcoinmultiplexer.bitcoin.relay.RelayOptions#submitBlocks switched on}. Blocks and headers
 * whose parent is unknown never are: Core disconnects for such a block, but it is no fault to have
 * a longer memory than we do, so they are dropped. The other direct disconnects of Core concern
 * messages that are never forwarded.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.session;

import org.jspecify.annotations.NullMarked;
