package org.bitcoinmultiplexer.bitcoin.session;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;

/**
 * A request that a provider's row describes: asked as it is, and all of the answer delivered as it
 * comes. If there is none, nothing is.
 */
record ForwardBatch(Message canonical) implements SingleBatch {

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    if (outcome instanceof Outcome.Answered answered) {
      answered.messages().forEach(client);
    }
  }
}
