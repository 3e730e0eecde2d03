/**
 * Routers: how the answers on one shared connection find the exchanges they belong to.
 *
 * <p>The public door is {@link org.bitcoinmultiplexer.strategy.Strategies}; an embedder chooses a
 * strategy by name and never sees the classes behind it. Nothing here knows Bitcoin: what a message
 * means is asked from a {@link org.bitcoinmultiplexer.api.Dialect}.
 *
 * <p><b>Parts.</b> A {@code Slot} is an admitted exchange and what of its answer is still missing.
 * What one flush writes forms a group, which ends with a marker; {@code MarkerQueue} holds the
 * groups whose markers have not been echoed, oldest first. An echo proves that every answer to its
 * group has arrived, so whatever is still open then will never be answered. No router here relies
 * on any other order, and none ever waits for time to pass.
 *
 * <table>
 *   <caption>The strategies</caption>
 *   <tr><th>name</th><th>in flight</th><th>a slot is free again</th></tr>
 *   <tr><td>{@code serial}</td><td>one exchange</td><td>with its marker</td></tr>
 *   <tr><td>{@code key}</td><td>a window of keyed exchanges, one keyless</td>
 *     <td>keyed: with its answer, or its marker if there is none; keyless: with its marker</td></tr>
 * </table>
 *
 * <p>A slot without a key outlives its answer because nothing tells a late answer from one to the
 * next request, except the marker between the two.
 *
 * <p><b>A marker that nobody waits for.</b> The echo of an unknown marker is unsolicited: it proves
 * nothing, so it closes nothing and costs nothing. The echo of a marker before that of an older one
 * is a violation: it proves that this peer does not keep the order on which every decision about
 * silence rests. So is answering on and on without echoing at all.
 *
 * <p><b>Where {@code sequence} will fit.</b> It differs from {@code key} in one point: keyless
 * exchanges are pipelined instead of waiting for each other. A flush cuts what was admitted into
 * groups of any number of keyed exchanges and at most one keyless one (two in one group are
 * ambiguous when the first meets silence), and writes each group with its marker. A message is
 * matched by key first, exactly as in {@code KeyRouter}; without a match it is offered to the
 * keyless exchange of the oldest open group, and only there: a peer that answers in order has
 * echoed the older group's marker before it answers the younger one, so an answer which fits only a
 * younger group's exchange is unsolicited. {@code Slot}, {@code SlotList}, {@code MarkerQueue} and
 * {@code Room} serve it unchanged; the table of keys is to move out of {@code KeyRouter} then.
 */
@NullMarked
package org.bitcoinmultiplexer.strategy;

import org.jspecify.annotations.NullMarked;
