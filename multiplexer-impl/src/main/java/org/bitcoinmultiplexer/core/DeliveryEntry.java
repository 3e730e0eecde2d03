package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/** A reply or a batch in a {@link DeliveryQueue}. Confined to the session's loop. */
final class DeliveryEntry {

  final @Nullable Message reply;
  final @Nullable Batch batch;
  final long held;
  final boolean ordered;
  @Nullable DeliveryEntry following;
  int asked;
  int delivered;
  @Nullable DeliverySlot firstSlot;
  @Nullable DeliverySlot lastSlot;
  boolean aside; // without order, to be asked again when it has grown

  DeliveryEntry(@Nullable Message reply, @Nullable Batch batch, long held, boolean ordered) {
    this.reply = reply;
    this.batch = batch;
    this.held = held;
    this.ordered = ordered;
  }

  boolean isAskedInFull() {
    return batch == null || (asked == batch.size() && !batch.grows());
  }

  /** Whether nothing can be asked of it before something is delivered. */
  boolean mustGrow() {
    return batch != null && asked == batch.size() && batch.grows();
  }
}
