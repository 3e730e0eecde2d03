package org.bitcoinmultiplexer.strategy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.StageContext;
import org.bitcoinmultiplexer.api.Waiter;

/** Remembers which stages a strategy puts in front of the dispatcher, the innermost first. */
final class RecordingStages implements StageContext {

  static final Stage DISPATCHER =
      new Stage() {
        @Override
        public Optional<Outcome.Answered> find(Request request) {
          return Optional.empty();
        }

        @Override
        public PendingRequest ask(Request request, Waiter waiter) {
          throw new AssertionError("nothing is asked");
        }
      };

  private final List<String> made = new ArrayList<>();

  List<String> made() {
    return made;
  }

  @Override
  public EventLoop loop() {
    throw new AssertionError("not needed");
  }

  @Override
  public Stage coalescing(Stage next) {
    made.add("coalescing");
    return next;
  }

  @Override
  public Stage caching(Stage next) {
    made.add("caching");
    return next;
  }
}
