package org.bitcoinmultiplexer.stage;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.metrics.Counter;
import org.bitcoinmultiplexer.tck.StageKit;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.bitcoinmultiplexer.tck.ToyKeys;
import org.junit.jupiter.api.Nested;

/** A cache that forgets everything at once, in its three ways to find nothing. */
class CachingStageKitTest {

  private static Stage stage(EventLoop loop, Stage next, AnswerLookup answers) {
    Map<Counter, LongAdder> counters = new HashMap<>();
    return new CachingStage(
        loop,
        next,
        answers,
        (request, found) -> true,
        counter -> counters.computeIfAbsent(counter, each -> new LongAdder()));
  }

  private static Request lasting(String name) {
    Message message = ToyDialect.get(name);
    var keys = new ToyKeys().requestKeys(message);
    return new Request(message, keys, 100, Optional.of(keys.iterator().next()));
  }

  @Nested
  class ForWhatDoesNotLast implements StageKit {
    @Override
    public Stage newStage(EventLoop loop, Stage next) {
      return stage(loop, next, AnswerLookup.NONE);
    }
  }

  @Nested
  class WithoutAPlaceToSearch implements StageKit {
    @Override
    public Stage newStage(EventLoop loop, Stage next) {
      return stage(loop, next, AnswerLookup.NONE);
    }

    @Override
    public Request request(String name) {
      return lasting(name);
    }
  }

  @Nested
  class WithASearchThatFindsNothing implements StageKit {
    @Override
    public Stage newStage(EventLoop loop, Stage next) {
      return stage(loop, next, new Searched());
    }

    @Override
    public Request request(String name) {
      return lasting(name);
    }
  }

  private static final class Searched implements AnswerLookup {
    @Override
    public Message find(Key name) {
      return null;
    }

    @Override
    public boolean search(Key name, Predicate<Message> isTrue, Consumer<? super Message> then) {
      then.accept(null);
      return true;
    }

    @Override
    public void keep(Key name, Message answer) {}
  }
}
