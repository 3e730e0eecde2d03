package org.bitcoinmultiplexer.cache.chain;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Full {@code headers} messages that were made before. Clients that catch up ask for the same ones,
 * one after the other from the genesis block on, and the same message also keeps its checksum.
 *
 * <p>As each has 2,000 headers and a place by its height, clients that are less than 128,000 blocks
 * apart do not push out each other's. At most 10 MB. Any thread, without locks: the last to put
 * something in a place wins.
 */
final class HeaderBatches {

  private static final int PLACES = 64;

  /** Headers are never renumbered, and the last one determines all before. */
  private record Batch(int first, int last, Message message) {}

  private final AtomicReferenceArray<Batch> places = new AtomicReferenceArray<>(PLACES);

  /** The message from one number to another, kept or made now. */
  Message get(int height, int first, int last, Supplier<Message> maker) {
    int place = height / Headers.MAX_SIZE % PLACES;
    @Nullable Batch kept = places.get(place);
    if (kept != null && kept.first == first && kept.last == last) {
      return kept.message;
    }
    Message made = maker.get();
    places.set(place, new Batch(first, last, made));
    return made;
  }
}
