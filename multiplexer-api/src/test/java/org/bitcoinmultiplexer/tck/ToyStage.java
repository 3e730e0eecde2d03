package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.Waiter;

/** The stage behind the one that is tested: it does what the test says, and is strict. */
public final class ToyStage implements Stage {

  /** What it was asked, and nothing has become of yet. */
  public final class Asked implements PendingRequest {

    private final Request request;
    private final Waiter waiter;
    private int joined;

    private Asked(Request request, Waiter waiter) {
      this.request = request;
      this.waiter = waiter;
    }

    /** What is asked. */
    public Request request() {
      return request;
    }

    /** Whoever asks. */
    public Waiter waiter() {
      return waiter;
    }

    /** How many others wait for it, too. */
    public int joined() {
      return joined;
    }

    /** Gives it its outcome. */
    public void settle(Outcome outcome) {
      assertThat(open.remove(this)).as("is still asked").isTrue();
      waiter.settled(outcome);
    }

    @Override
    public void join(Waiter another) {
      assertThat(another.source()).isNotNull();
      joined++;
    }

    @Override
    public void withdraw() {
      if (open.remove(this)) {
        withdrawn++;
      }
    }
  }

  private final List<Asked> open = new ArrayList<>();
  private Optional<Outcome.Answered> atHand = Optional.empty();
  private Optional<Outcome> atOnce = Optional.empty();
  private int withdrawn;

  /** What waits for an outcome, oldest first. */
  public List<Asked> open() {
    return List.copyOf(open);
  }

  /** The only one that waits for an outcome. */
  public Asked single() {
    assertThat(open).hasSize(1);
    return open.get(0);
  }

  /** How many were withdrawn. */
  public int withdrawn() {
    return withdrawn;
  }

  /** Has an answer at hand from now on. */
  public void hasAtHand(Outcome.Answered answer) {
    atHand = Optional.of(answer);
  }

  /** Settles from now on before the call returns. */
  public void settlesAtOnce(Outcome outcome) {
    atOnce = Optional.of(outcome);
  }

  @Override
  public Optional<Outcome.Answered> find(Request request) {
    return atHand;
  }

  @Override
  public PendingRequest ask(Request request, Waiter waiter) {
    assertThat(waiter.source()).isNotNull();
    Asked asked = new Asked(request, waiter);
    open.add(asked);
    waiter.queued();
    atOnce.ifPresent(asked::settle);
    return asked;
  }
}
