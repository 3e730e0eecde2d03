package org.bitcoinmultiplexer.core;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.budget.HostBudget;

/** What the engine offers to a protocol as a whole. All methods may be called from any thread. */
public interface EngineContext {

  /**
   * The loop that owns the upstream.
   *
   * @return the engine's loop
   */
  EventLoop loop();

  /**
   * Asks upstream on behalf of all clients, joined with equal requests as any other.
   *
   * <p>Requests without keys go before what clients ask, and should be few. Those with keys take
   * turns with what all clients ask together: these may be as many as what the node announces.
   * Neither is for what a client can cause; that has a {@link #source}.
   *
   * @param request canonical
   * @param then hears the outcome, in {@link #loop()}
   */
  void ask(Message request, Consumer<? super Outcome> then);

  /**
   * Another source, for what is asked on behalf of somebody in particular.
   *
   * @return without a request; need not be given back
   */
  Source source();

  /**
   * Another source, for what is asked on behalf of a client: it shares a turn with whatever else is
   * asked on behalf of clients of the same host.
   *
   * @param host the client's
   * @return without a request; need not be given back
   */
  Source source(HostBudget host);

  /**
   * What is charged for what is done on behalf of no client in particular.
   *
   * @return as that of one host, always the same
   */
  HostBudget budget();

  /**
   * From where the protocol asks as one client among others: its requests take turns with theirs,
   * however many there are. Its methods may be called from any thread.
   */
  interface Source {

    /**
     * Asks upstream, joined with equal requests as any other.
     *
     * @param request canonical
     * @param then hears the outcome, in {@link EngineContext#loop()}
     */
    void ask(Message request, Consumer<? super Outcome> then);

    /**
     * Hands something in that has no answer, such as what a client submits. It takes turns with
     * requests and counts for the window, with its own bytes; a marker behind it tells when
     * upstream has dealt with it, whatever it made of it. It is written to the connection of the
     * day or not at all: after a loss it is for the caller to hand it in again.
     *
     * @param submission canonical
     * @param receipt hears what became of it, in {@link EngineContext#loop()}
     */
    void submit(Message submission, Receipt receipt);
  }

  /** Hears what became of something that was handed in: one call to one of the methods. */
  interface Receipt {

    /** Of what nobody waits for. */
    Receipt NONE =
        new Receipt() {
          @Override
          public void processed(long took) {}

          @Override
          public void lost() {}
        };

    /**
     * Upstream has dealt with it.
     *
     * @param took how long it needed for that, in nanoseconds, as far as can be told from here
     */
    void processed(long took);

    /** The connection was lost before, or there was none; it may have arrived or not. */
    void lost();
  }

  /**
   * Hands news to every client whose handshake is done, each in its own loop.
   *
   * @param news immutable
   */
  void publish(Notification news);

  /**
   * Tells the embedder's listener of something.
   *
   * @param event calls the listener; on its executor, in the order of these calls
   */
  void inform(Consumer<? super MultiplexerListener> event);

  /**
   * The counters, by name.
   *
   * @return shared by all
   */
  Counters counters();
}
