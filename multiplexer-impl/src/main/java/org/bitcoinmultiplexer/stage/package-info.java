/**
 * What stands in front of the dispatcher: {@link org.bitcoinmultiplexer.stage.CoalescingStage}, by
 * which equal requests share one, and {@link org.bitcoinmultiplexer.stage.CachingStage}, which asks
 * only for what is not kept. A {@link org.bitcoinmultiplexer.api.Strategy} composes them, in any
 * order and with its own; the outcome comes back through the stages that the request went through.
 *
 * <pre>
 *   ask ──► CoalescingStage ──► CachingStage ──► dispatcher
 *             SharedRequest      CacheMiss          │
 *   settled ◄────┴──────────────────┴───────────────┘
 * </pre>
 *
 * <p>Confined to the engine's loop, but for {@link org.bitcoinmultiplexer.api.Stage#find}.
 * Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.stage;

import org.jspecify.annotations.NullMarked;
