/**
 * Sessions, upstream, exchanges in flight and ordered delivery. Knows no Bitcoin and no sockets:
 * the protocol is a {@link org.bitcoinmultiplexer.core.Protocol}, peers are {@link
 * org.bitcoinmultiplexer.api.Transport}s.
 *
 * <p><b>Who owns what.</b> {@link org.bitcoinmultiplexer.core.Engine} is the door. Its loop owns
 * the upstream: the connection, the correlator, the turns, the joined exchanges. Each session
 * belongs to the loop it was accepted on, which may be the same; what crosses between two loops is
 * handed over as a task, and handed over directly where both are one.
 *
 * <pre>
 *   client loop                       the engine's loop
 *   Transport → Session → ClientConversation
 *                  │ ask                 hand-over
 *                  ▼
 *           DeliveryQueue ── Waiter ──► CoalescingStage ──► CachingStage ──► RequestQueue ──► ResponseRouter
 *              ▲   ▲ find                                     │   ▲                             │   ▲
 *              │   └────────────── AnswerLookup ◄──── search, keep  │                            ▼   │
 *              └──── outcome, checked once ◄─────────── RequestDispatcher ◄─── route ────── Transport
 * </pre>
 *
 * <p><b>What may cost the connection.</b> All share one, so a request for which the node hangs up
 * would cost everybody theirs. What a node is known to hang up for is tried first on a connection
 * beside it ({@link org.bitcoinmultiplexer.core.Hazard}); what was unanswered when a connection
 * ended is asked again there, alone; and what ends that one, too, is refused for a while. A node
 * that hangs is left for another that shakes hands.
 *
 * <p>Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.core;

import org.jspecify.annotations.NullMarked;
