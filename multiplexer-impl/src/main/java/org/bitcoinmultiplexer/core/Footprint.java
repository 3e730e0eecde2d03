package org.bitcoinmultiplexer.core;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;

/** How much memory messages take that are kept for a client: more than their bodies have. */
final class Footprint {

  /** Of a message beside its body: itself, its frame's header, and its place in some queue. */
  static final int OF_MESSAGE = 200;

  private Footprint() {}

  static long of(Message message) {
    return (long) message.size() + OF_MESSAGE;
  }

  static long of(List<Message> messages) {
    long bytes = 0;
    for (Message message : messages) {
      bytes += of(message);
    }
    return bytes;
  }
}
