package org.bitcoinmultiplexer.core;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;

/** What the engine offers to a protocol as a whole. All methods may be called from any thread. */
public interface Hub {

  /**
   * The loop that owns the upstream.
   *
   * @return the engine's loop
   */
  EventLoop loop();

  /**
   * Asks upstream on the protocol's own behalf, joined with equal requests as any other.
   *
   * @param request canonical
   * @param then hears the outcome, in {@link #loop()}
   */
  void ask(Message request, Consumer<? super Outcome> then);

  /**
   * Writes a message upstream that is no request, such as a submission. Without effect while
   * upstream's handshake is not done.
   *
   * @param message canonical
   */
  void tell(Message message);

  /**
   * Hands news to every client whose handshake is done, each in its own loop.
   *
   * @param news immutable
   */
  void publish(News news);

  /**
   * The counters, by name.
   *
   * @return shared by all
   */
  Counters counters();
}
