package org.bitcoinmultiplexer.api;

import java.util.Optional;

/**
 * What stands between those who ask and upstream: it settles a request, or asks the next stage, and
 * the outcome comes back the way the request went. The last one is the dispatcher, which takes
 * requests to upstream.
 *
 * <p>A stage that only looks on passes the waiter along; one that wants to see the outcome asks
 * with a {@link Waiter} of its own, which tells the one behind it:
 *
 * <pre>{@code
 * public PendingRequest ask(Request request, Waiter waiter) {
 *   return isForbidden(request)
 *       ? settle(waiter, Outcome.Absent.INSTANCE)   // and PendingRequest.SETTLED
 *       : next.ask(request, waiter);
 * }
 * }</pre>
 *
 * <p>Rules that the kit of tests checks: each waiter hears exactly one outcome, unless it
 * withdraws, and then none; what is withdrawn by all who wait for it is withdrawn from the next
 * stage; what is passed on is the request that came.
 */
public interface Stage {

  /**
   * What is at hand for a request, without asking: looked for in the loop of the client before
   * anything is handed over, so it never waits, and never locks against another client. <b>Any
   * thread.</b>
   *
   * @param request that somebody is about to make
   * @return empty if it has to be asked; a stage with nothing of its own says what the next one
   *     says
   */
  Optional<Outcome.Answered> find(Request request);

  /**
   * Asks. Confined to the loop of the upstream.
   *
   * @param request what is wanted
   * @param waiter hears the outcome, also before this returns
   * @return to call it off
   */
  PendingRequest ask(Request request, Waiter waiter);
}
