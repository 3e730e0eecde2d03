/**
 * The strategies: each a composition of stages and a router, made and described by one provider;
 * and the routers, by which the answers on one shared connection find the exchanges they belong to.
 *
 * <p>The public door is {@link org.bitcoinmultiplexer.strategy.Strategies}; an embedder chooses a
 * strategy by name and never sees the classes behind it. Help, documentation and refusals are made
 * from what the providers say. Nothing here knows Bitcoin: what a message means is asked from a
 * {@link org.bitcoinmultiplexer.api.Dialect}.
 *
 * <p><b>Parts.</b> A {@code Slot} is an admitted exchange and what of its answer is still missing;
 * a {@code KeyTable} finds it. What one flush writes forms a group, or several, each of which ends
 * with a marker; {@code MarkerQueue} holds the groups whose markers have not been echoed, oldest
 * first. An echo proves that every answer to its group has arrived, so whatever is still open then
 * will never be answered: that is absence, and the only proof of it that most nodes give. No router
 * here ever waits for time to pass.
 *
 * <table>
 *   <caption>The strategies</caption>
 *   <tr><th>name</th><th>in flight</th><th>a slot is free again</th></tr>
 *   <tr><td>{@code serial}</td><td>one exchange</td><td>with its marker</td></tr>
 *   <tr><td>{@code key}</td><td>a window of keyed exchanges, one keyless</td>
 *     <td>keyed: with its answer, or its marker if there is none; keyless: with its marker</td></tr>
 *   <tr><td>{@code sequence}</td><td>a window of exchanges, keyed or not</td>
 *     <td>with its answer, or its marker if there is none</td></tr>
 *   <tr><td>{@code sequence}, of a peer that agreed to numbers</td>
 *     <td>a window of exchanges, keyed or not, and no more than the peer's window</td>
 *     <td>with the end of its answer, which the peer states</td></tr>
 * </table>
 *
 * <p>A slot without a key of {@code serial} and {@code key} outlives its answer because nothing
 * tells a late answer from one to the next request, except the marker between the two.
 *
 * <p><b>A marker that nobody waits for.</b> The echo of an unknown marker is unsolicited: it proves
 * nothing, so it closes nothing and costs nothing. The echo of a marker before that of an older one
 * is a violation: it proves that this peer does not keep the order on which every decision about
 * silence rests. So is answering on and on without echoing at all.
 *
 * <p><b>What each strategy relies on.</b> {@code serial} and {@code key}: that a peer echoes the
 * markers in order, each behind the answers to what stands before it. {@code sequence} relies in
 * addition on turns: that nothing is answered before the older markers are echoed. Bitcoin Core,
 * bcoin and btcd all work so for every request that is asked here; {@code mempool} and {@code
 * getaddr}, for which they do not, never are. In return position identifies: of two equal requests
 * without a key, of which one meets silence, each gets its own outcome, and both are in flight at
 * once.
 *
 * <p><b>Ids by position.</b> {@code sequence} makes ids of markers, which is what makes them usable
 * with nodes that know none. A marker's nonce is drawn at random and never a client's; the echo of
 * one names all that was written since the one before. Where a group holds several exchanges, keys
 * tell them apart within it, so a group has no two with a key in common and at most one without
 * (two would be ambiguous as soon as the first meets silence). In any case a message must pass the
 * full check of the exchange it is given to: the key is a veto against announcements and whatever
 * else a node says unasked.
 *
 * <p><b>Ids by number.</b> Where the peer of a link repeats numbers ({@link
 * org.bitcoinmultiplexer.api.Dialect#numbering}), {@code sequence} needs neither markers nor turns
 * nor keys: {@code NumberRouter} instead of {@code FenceRouter}, chosen once for each link, when
 * its handshake has ended. What {@code sequence.join} joins is the same in both forms.
 *
 * <p><b>{@code sequence.join}.</b> By default equal requests with a single key are asked once and
 * share their exchange, as with {@code key}; requests without a key, and those with several, are
 * never joined: whether two answers to them are interchangeable nobody can tell ({@code getheaders}
 * of two clients with equal locators are two exchanges). With {@code sequence.join=false} nothing
 * is joined and each exchange is a group of its own, so that its identity is its position between
 * two markers and nothing else. It asks a node as often as clients ask, at one marker each, and is
 * the choice where every client must have an answer that was given after it asked; the default
 * gives a client who asks while an equal request is in flight the answer to that one, though never
 * its absence.
 *
 * <p><b>What a peer can do to {@code sequence}, and what comes of it.</b> With numbers: one that is
 * not in use, that stands behind another or cannot be read is a violation, and so is an answer that
 * does not end; a wrong answer under a right number is a lie, which concerns that exchange alone; a
 * peer that says it could not find out fails the exchange, which is not absence; one that never
 * ends an answer is given up for lack of progress as soon as it makes none at all. With markers:
 *
 * <table>
 *   <caption>Reactions</caption>
 *   <tr><th>the peer</th><th>reaction</th></tr>
 *   <tr><td>echoes markers in another order, or leaves one out</td>
 *     <td>violation with the first echo out of order; all that was open is asked elsewhere</td></tr>
 *   <tr><td>answers a younger group's exchange before its turn</td>
 *     <td>the message is nobody's. If the same is answered in turn as well it was a coincidence; if
 *     the turn ends without it, that echo is a violation</td></tr>
 *   <tr><td>echoes an unknown nonce, or one nonce twice</td>
 *     <td>unsolicited: counted; proves nothing, so it ends nothing</td></tr>
 *   <tr><td>answers after the marker was echoed, or after the exchange was abandoned</td>
 *     <td>unsolicited, or swallowed by the abandoned exchange, whose place stays taken until
 *     then</td></tr>
 *   <tr><td>answers and does not echo</td>
 *     <td>nothing behind the missing echo is delivered; the link is given up for lack of
 *     progress</td></tr>
 *   <tr><td>is lost in the middle of a window</td>
 *     <td>all that has no complete answer is given back, oldest first, and asked once more</td></tr>
 * </table>
 */
@NullMarked
package org.bitcoinmultiplexer.strategy;

import org.jspecify.annotations.NullMarked;
