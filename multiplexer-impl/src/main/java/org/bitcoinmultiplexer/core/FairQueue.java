package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Flows in turns: one exchange of each, round and round. The cost of every step but {@link #sweep}
 * and {@link #size} is constant, however many flows there are.
 *
 * <p>Confined to the engine's loop.
 */
class FairQueue implements Flow {

  private final ArrayDeque<Flow> flows = new ArrayDeque<>();

  /** A flow that takes no turns yet has something now, or will by the end of this step. */
  final void add(Flow flow) {
    flows.add(flow);
  }

  @Override
  public final @Nullable RequestAttempt peek() {
    for (Flow flow = flows.peek(); flow != null; flow = flows.peek()) {
      RequestAttempt next = flow.peek();
      if (next != null && belongsHere(flow)) {
        return next;
      }
      flows.remove();
      if (next == null) {
        flow.idle();
      } else {
        rejoin(flow);
      }
    }
    return null;
  }

  @Override
  public final boolean take() {
    Flow flow = flows.remove();
    if (flow.take()) {
      rejoin(flow);
    } else {
      flow.idle();
    }
    return !flows.isEmpty();
  }

  /** Whether a flow may have its turn here; if not, {@link #rejoin} finds it another place. */
  boolean belongsHere(Flow flow) {
    return true;
  }

  /** A flow has had its turn, and wants another. */
  void rejoin(Flow flow) {
    flows.add(flow);
  }

  @Override
  public final int sweep() {
    int kept = 0;
    for (Iterator<Flow> all = flows.iterator(); all.hasNext(); ) {
      Flow flow = all.next();
      int left = flow.sweep();
      if (left == 0) {
        all.remove();
        flow.idle();
      }
      kept += left;
    }
    return kept;
  }

  @Override
  public final int size() {
    int size = 0;
    for (Flow flow : flows) {
      size += flow.size();
    }
    return size;
  }

  @Override
  public boolean isOverBudget() {
    return false;
  }

  @Override
  public void idle() {
    // Nobody need know.
  }
}
