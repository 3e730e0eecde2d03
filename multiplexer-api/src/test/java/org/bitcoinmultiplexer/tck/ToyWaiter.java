package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.Waiter;

/** Asks a stage once, and takes exactly one outcome, or none once it has withdrawn. */
public final class ToyWaiter implements Waiter {

  private final RequestSource source = new RequestSource() {};
  private final Runnable whenSettled;
  private PendingRequest pending = PendingRequest.SETTLED;
  private Optional<Outcome> outcome = Optional.empty();
  private boolean withdrawn;

  private ToyWaiter(Runnable whenSettled) {
    this.whenSettled = whenSettled;
  }

  /** Asks. */
  public static ToyWaiter asks(Stage stage, Request request) {
    return asks(stage, request, () -> {});
  }

  /** Asks, and does something while it hears the outcome. */
  public static ToyWaiter asks(Stage stage, Request request, Runnable whenSettled) {
    ToyWaiter waiter = new ToyWaiter(whenSettled);
    waiter.pending = stage.ask(request, waiter);
    return waiter;
  }

  /** Withdraws. */
  public void withdraw() {
    withdrawn = true;
    pending.withdraw();
  }

  /** What it heard; empty if nothing yet. */
  public Optional<Outcome> outcome() {
    return outcome;
  }

  /** Whether it still waits. */
  public boolean isWaiting() {
    return !withdrawn && outcome.isEmpty();
  }

  @Override
  public RequestSource source() {
    return source;
  }

  @Override
  public void settled(Outcome heard) {
    assertThat(withdrawn && outcome.isEmpty()).as("heard after it has withdrawn").isFalse();
    assertThat(outcome).as("heard before").isEmpty();
    outcome = Optional.of(heard);
    whenSettled.run();
  }
}
