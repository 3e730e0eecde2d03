package org.bitcoinmultiplexer.core;

import org.jspecify.annotations.Nullable;

/**
 * Flows in turns, of which those that have used up their budget get every other turn at most, as
 * long as there are others. So whoever asks for little waits for the few that ask for little, too,
 * and not for everybody who asks for much, however many these are; and these always go on.
 *
 * <p>Confined to the engine's loop.
 */
final class BudgetedQueue {

  private final FairQueue within =
      new Part() {
        @Override
        boolean belongsHere(Flow flow) {
          return !flow.isOverBudget();
        }
      };
  private final FairQueue beyond = new Part();
  private FairQueue next = within; // whose turn it is if both have something
  private FairQueue chosen = within; // by the last peek

  /** Each turn shows anew where a flow belongs. */
  private class Part extends FairQueue {
    @Override
    void rejoin(Flow flow) {
      BudgetedQueue.this.add(flow);
    }
  }

  /** A flow that takes no turns yet has something now, or will by the end of this step. */
  void add(Flow flow) {
    (flow.isOverBudget() ? beyond : within).add(flow);
  }

  /** What is to be asked next, without taking it. */
  @Nullable RequestAttempt peek() {
    chosen = next;
    RequestAttempt first = chosen.peek();
    if (first == null) {
      chosen = other(next);
      first = chosen.peek();
    }
    return first;
  }

  private FairQueue other(FairQueue part) {
    return part == within ? beyond : within;
  }

  /** Takes what {@link #peek} just returned. */
  void take() {
    chosen.take();
    next = other(chosen);
  }

  int sweep() {
    return within.sweep() + beyond.sweep();
  }

  int size() {
    return within.size() + beyond.size();
  }
}
