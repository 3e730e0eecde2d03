package org.bitcoinmultiplexer.bitcoin.headers;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * Full {@code headers} messages that were made before. Clients that catch up ask for the same ones,
 * one after the other from the genesis block on.
 *
 * <p>As each has 2,000 headers and a place by its height, clients that are less than 128,000 blocks
 * apart do not push out each other's. At most 10 MB. To make a message again costs less than its
 * checksum did, so that is kept for many more of them: 100 bytes each. Any thread, without locks:
 * the last to put something in a place wins.
 */
final class HeaderBatches {

  private static final int PLACES = 64;
  private static final int PLACES_OF_FRAMES = 8_192;

  /** Headers are never renumbered, and the last one determines all before. */
  private record Batch(int first, int last, Message message) {}

  /** What goes in front of a message on the wire, its checksum included. */
  private record Frame(int first, int last, ByteBuffer header) {}

  private final AtomicReferenceArray<Batch> places = new AtomicReferenceArray<>(PLACES);
  private final AtomicReferenceArray<Frame> frames = new AtomicReferenceArray<>(PLACES_OF_FRAMES);
  private final FrameEncoder encoder;

  HeaderBatches(Network network) {
    encoder = FrameEncoder.of(network);
  }

  /** The message from one number to another, kept or made now. */
  Message get(int height, int first, int last, Supplier<Message> maker) {
    int row = height / MAX_HEADERS_RESULTS;
    @Nullable Batch kept = places.get(row % PLACES);
    if (kept != null && kept.first == first && kept.last == last) {
      return kept.message;
    }
    Message made = maker.get();
    int place = row % PLACES_OF_FRAMES;
    @Nullable Frame frame = frames.get(place);
    if (frame != null && frame.first == first && frame.last == last) {
      encoder.remember(made, frame.header);
    } else {
      frames.set(place, new Frame(first, last, encoder.header(made)));
    }
    places.set(row % PLACES, new Batch(first, last, made));
    return made;
  }
}
