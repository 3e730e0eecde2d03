package org.bitcoinmultiplexer.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.tck.StageKit;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.bitcoinmultiplexer.tck.ToyStage;
import org.bitcoinmultiplexer.tck.ToyWaiter;
import org.junit.jupiter.api.Test;

class CoalescingStageTest implements StageKit {

  private final LongAdder joined = new LongAdder();
  private final ToyStage next = new ToyStage();
  private final Stage stage = new CoalescingStage(inside(), next, joined);

  /** A loop in which a test always is. */
  private static EventLoop inside() {
    EventLoop loop = mock(EventLoop.class);
    when(loop.inEventLoop()).thenReturn(true);
    return loop;
  }

  @Override
  public Stage newStage(EventLoop loop, Stage behind) {
    return new CoalescingStage(loop, behind, new LongAdder());
  }

  @Test
  void manyWhoAskTheSameAreOneRequestThatTakesTurnsForAll() {
    List<ToyWaiter> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(ToyWaiter.asks(stage, request("a")));
    }
    assertThat(next.single().joined()).isEqualTo(99);
    assertThat(joined.sum()).isEqualTo(99);
    next.single().settle(ANSWER);
    assertThat(many).allMatch(each -> each.outcome().equals(Optional.of(ANSWER)));
  }

  @Test
  void whatHasNoKeyOrSeveralIsNeverShared() {
    Request keyless = new Request(ToyDialect.ask("a"), Set.of(), 1, Optional.empty());
    for (Request request : List.of(keyless, request("a,b"))) {
      ToyWaiter.asks(stage, request);
      ToyWaiter.asks(stage, request);
    }
    assertThat(next.open()).hasSize(4);
    assertThat(joined.sum()).isZero();
  }

  @Test
  void whatHasTheSameKeyAndIsNotEqualIsNotShared() {
    Request one = request("a");
    Request other = new Request(ToyDialect.get("other"), one.keys(), 1, Optional.empty());
    ToyWaiter alice = ToyWaiter.asks(stage, one);
    ToyWaiter bob = ToyWaiter.asks(stage, other);
    assertThat(next.open()).hasSize(2);
    next.open().get(1).settle(Outcome.Absent.INSTANCE);
    assertThat(alice.outcome()).isEmpty();
    assertThat(bob.outcome()).contains(Outcome.Absent.INSTANCE);
    ToyWaiter.asks(stage, one);
    assertThat(next.single().joined()).as("the first is still there to be joined").isEqualTo(1);
  }

  @Test
  void theLateOnesShareAnAnswerAndAreAskedForTogetherAfterAnAbsence() {
    ToyWaiter early = ToyWaiter.asks(stage, request("a"));
    next.single().waiter().written();
    ToyWaiter bob = ToyWaiter.asks(stage, request("a"));
    ToyWaiter carol = ToyWaiter.asks(stage, request("a"));
    next.single().settle(Outcome.Absent.INSTANCE);
    assertThat(early.outcome()).contains(Outcome.Absent.INSTANCE);
    bob.withdraw();
    next.single().waiter().written();
    ToyWaiter dave = ToyWaiter.asks(stage, request("a"));
    next.single().settle(ANSWER);
    assertThat(carol.outcome()).contains(ANSWER);
    assertThat(dave.outcome()).contains(ANSWER);
  }

  @Test
  void whoeverJoinsWhileItIsToBeWrittenAgainHasAskedInTime() {
    ToyWaiter.asks(stage, request("a"));
    next.single().waiter().written();
    ToyWaiter late = ToyWaiter.asks(stage, request("a"));
    next.single().waiter().queued();
    ToyWaiter between = ToyWaiter.asks(stage, request("a"));
    next.single().waiter().written();
    next.single().settle(Outcome.Absent.INSTANCE);
    assertThat(late.outcome()).contains(Outcome.Absent.INSTANCE);
    assertThat(between.outcome()).contains(Outcome.Absent.INSTANCE);
    assertThat(next.open()).isEmpty();
  }

  @Test
  void whatAllHaveLeftIsAskedAnewForTheNext() {
    ToyWaiter.asks(stage, request("a")).withdraw();
    ToyWaiter another = ToyWaiter.asks(stage, request("a"));
    assertThat(next.withdrawn()).isEqualTo(1);
    next.single().settle(ANSWER);
    assertThat(another.outcome()).contains(ANSWER);
  }
}
