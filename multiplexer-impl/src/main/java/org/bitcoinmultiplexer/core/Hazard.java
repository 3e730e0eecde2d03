package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * What a node may hang up on somebody for: a kind of requests, all of which it treats alike.
 *
 * @param kind equal for requests of the same kind; small, since it is remembered
 * @param rule which rule of the node that would be, in words
 * @param isCertain whether the request is surely of that kind; if not, it has to be tried to know
 * @param probe a request of that kind whose answer nobody needs, if there is one
 * @param isElsewhere whether another node may well answer such requests
 */
public record Hazard(
    Object kind, String rule, boolean isCertain, @Nullable Message probe, boolean isElsewhere) {

  /**
   * A request of which nothing is known: it is a kind of its own.
   *
   * @param request small
   * @return a hazard of this request alone
   */
  public static Hazard of(Message request) {
    return new Hazard(request, "a rule that is not known", true, null, false);
  }
}
