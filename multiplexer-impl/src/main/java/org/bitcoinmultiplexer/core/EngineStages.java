package org.bitcoinmultiplexer.core;

import java.util.List;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.StageContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.bitcoinmultiplexer.stage.CachingStage;
import org.bitcoinmultiplexer.stage.CoalescingStage;

/** Makes the stages of an engine. */
final class EngineStages implements StageContext {

  private final EventLoop loop;
  private final Protocol protocol;
  private final AnswerLookup answers;
  private final Counters counters;

  EngineStages(EventLoop loop, Protocol protocol, AnswerLookup answers, Counters counters) {
    this.loop = loop;
    this.protocol = protocol;
    this.answers = answers;
    this.counters = counters;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public Stage coalescing(Stage next) {
    return new CoalescingStage(loop, next, counters.counter(Counter.EXCHANGE_JOINED));
  }

  @Override
  public Stage caching(Stage next) {
    return answers == AnswerLookup.NONE
        ? next
        : new CachingStage(
            loop,
            next,
            answers,
            (request, found) -> protocol.check(request.message(), List.of(found)) == null,
            counters::counter);
  }
}
