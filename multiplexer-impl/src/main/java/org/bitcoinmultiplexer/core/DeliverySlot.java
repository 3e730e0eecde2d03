package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.RequestSource;
import org.jspecify.annotations.Nullable;

/** One item of a batch in a {@link DeliveryQueue}, on its way. Confined to the session's loop. */
final class DeliverySlot extends RequestIntake.Asker {

  final DeliveryQueue queue;
  final DeliveryEntry entry;
  @Nullable DeliverySlot following;
  long weight;
  @Nullable Outcome outcome;

  DeliverySlot(DeliveryQueue queue, DeliveryEntry entry) {
    this.queue = queue;
    this.entry = entry;
  }

  @Override
  public RequestSource source() {
    return queue.source();
  }

  @Override
  void onSettled(Outcome result) {
    queue.settledElsewhere(this, result);
  }
}
