package org.bitcoinmultiplexer.core;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the embedder's listener what happens, on its executor and in the order in which it happens;
 * what it throws is logged and contained. Any thread.
 */
final class Events {

  private static final Logger log = LoggerFactory.getLogger(Events.class);

  private final MultiplexerListener listener;
  private final Executor executor;

  Events(MultiplexerListener listener, Executor executor) {
    this.listener = listener;
    this.executor = executor;
  }

  void tell(Consumer<? super MultiplexerListener> event) {
    try {
      executor.execute(() -> guarded(event));
    } catch (RejectedExecutionException e) {
      log.debug("nobody listens any more");
    }
  }

  private void guarded(Consumer<? super MultiplexerListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      log.error("a listener failed", e);
    }
  }
}
