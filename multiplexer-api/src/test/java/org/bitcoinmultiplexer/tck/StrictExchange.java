package org.bitcoinmultiplexer.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;

/**
 * An exchange that remembers what it received, and fails the test at once if it is given what does
 * not answer it, if it is given anything after its end, or if it is ended twice.
 */
public final class StrictExchange implements Exchange {

  private final Message request;
  private final KeyStrategy keyStrategy;
  private final Set<Key> keys;
  private final long weight;
  private final List<Message> received = new ArrayList<>();
  private Runnable onEnd = () -> {};
  private boolean ended;
  private boolean failed;

  public StrictExchange(Message request, long weight, KeyStrategy keyStrategy) {
    this.request = request;
    this.weight = weight;
    this.keyStrategy = keyStrategy;
    this.keys = Set.copyOf(keyStrategy.requestKeys(request));
  }

  /** What the caller of a router does when this exchange ends. */
  public void onEnd(Runnable action) {
    onEnd = action;
  }

  @Override
  public Message request() {
    return request;
  }

  @Override
  public Set<Key> keys() {
    return keys;
  }

  @Override
  public long weight() {
    return weight;
  }

  @Override
  public void receive(Message part) {
    check(!ended, "is given " + ToyKeys.text(part) + " after its end");
    check(keyStrategy.answers(request, part), "is given " + ToyKeys.text(part));
    check(!keyStrategy.refuses(part), "is given a refusal as a part of its answer");
    received.add(part);
  }

  @Override
  public void complete() {
    check(!ended, "is ended twice");
    ended = true;
    onEnd.run();
  }

  /** Tests fail exchanges, and peers that say so; no router on its own account. */
  @Override
  public void fail(String reason) {
    check(!ended, "is ended twice");
    ended = true;
    failed = true;
    onEnd.run();
  }

  @Override
  public boolean ended() {
    return ended;
  }

  public boolean failed() {
    return failed;
  }

  public List<Message> received() {
    return received;
  }

  private void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(this + " " + what);
    }
  }

  @Override
  public String toString() {
    return "'" + request.command() + " " + ToyKeys.text(request) + "'";
  }
}
