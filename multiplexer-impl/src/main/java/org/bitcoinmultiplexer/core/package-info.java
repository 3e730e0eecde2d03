/**
 * Sessions, upstream, exchanges in flight and ordered delivery. Knows no Bitcoin and no sockets:
 * the protocol is a {@link org.bitcoinmultiplexer.core.Protocol}, peers are {@link
 * org.bitcoinmultiplexer.api.Transport}s.
 *
 * <p><b>Who owns what.</b> {@link org.bitcoinmultiplexer.core.Engine} is the door. Its loop owns
 * the upstream: the connection, the router, the turns, the stages. Each session belongs to the loop
 * it was accepted on, which may be the same; what crosses between two loops is handed over as a
 * task, and handed over directly where both are one.
 *
 * <pre>
 *   client loop                       the engine's loop
 *   Transport → Session → ClientConversation
 *                  │ ask                 hand-over
 *                  ▼
 *           DeliveryQueue ──► RequestIntake ──► stages ──► RequestDispatcher ──► RequestQueue
 *              ▲                  │ find          ▲ │            ▲                    │
 *              │◄─────────────────┘               │ ▼            │                    ▼
 *              └──── outcome, checked once ◄── stages ◄── RequestAttempt ◄── ResponseRouter ◄─► Transport
 * </pre>
 *
 * <p>What a client asks is read once into a {@link org.bitcoinmultiplexer.api.Request}, and goes
 * through the {@link org.bitcoinmultiplexer.api.Stage}s that the strategy has put in front of the
 * {@link org.bitcoinmultiplexer.core.RequestDispatcher}, the last of them; its outcome comes back
 * the same way.
 *
 * <p>The dispatcher keeps a {@link org.bitcoinmultiplexer.core.DispatchedRequest} through all its
 * attempts; {@link org.bitcoinmultiplexer.core.RequestWriter} writes what waits to the connection
 * that {@link org.bitcoinmultiplexer.core.SharedUpstream} keeps; {@link
 * org.bitcoinmultiplexer.core.AnswerChecker} has every answer checked before anybody gets it.
 *
 * <p><b>Rules about threads run.</b> Whatever says that it is confined to a loop, and knows the
 * loop, asserts so where it is entered: {@code assert Confined.to(loop)}. What is reached through
 * such a class only (queues, shares, attempts) need not.
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
