package org.bitcoinmultiplexer.core;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.bitcoinmultiplexer.api.EventLoop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has answers checked in full before anybody gets them: small ones in place, large ones elsewhere.
 *
 * <p>Confined to the engine's loop, but for the checks.
 */
final class AnswerChecker {

  /** Hears what was found. */
  interface Owner {

    /**
     * An answer was checked.
     *
     * @param lie what is wrong with it; null if nothing is
     */
    void judge(RequestAttempt exchange, @Nullable String lie);

    /** It cannot be checked any more. */
    void failed(RequestAttempt exchange, String reason);
  }

  private static final Logger log = LoggerFactory.getLogger(AnswerChecker.class);

  /** Smaller answers are checked in place: a hand-over would cost more than the check. */
  private static final int LARGE = 16 * 1024;

  private final EventLoop loop;
  private final Protocol protocol;
  private final Executor elsewhere;
  private final Owner owner;

  AnswerChecker(EventLoop loop, Protocol protocol, Executor elsewhere, Owner owner) {
    this.loop = loop;
    this.protocol = protocol;
    this.elsewhere = elsewhere;
    this.owner = owner;
  }

  /** Checks what an attempt has received, all of it; its owner hears of it, also at once. */
  void check(RequestAttempt exchange) {
    assert Confined.to(loop);
    if (exchange.receivedBytes() < LARGE) {
      owner.judge(exchange, lieIn(exchange));
      return;
    }
    try {
      elsewhere.execute(
          () -> {
            String lie = lieIn(exchange);
            var unused = Confined.offer(loop, () -> owner.judge(exchange, lie));
          });
    } catch (RejectedExecutionException e) {
      owner.failed(exchange, "the multiplexer is closing");
    }
  }

  /** What cannot be checked counts as wrong: whoever waits for it must not wait for ever. */
  private @Nullable String lieIn(RequestAttempt exchange) {
    try {
      return protocol.check(exchange.request(), exchange.received());
    } catch (RuntimeException e) {
      log.error("the answer to {} cannot be checked", exchange.request(), e);
      return "it cannot be checked: " + e;
    }
  }
}
