package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.budget.HostBudgets;

/** What a {@link Session} needs of the engine. */
interface SessionHost {

  EngineContext engine();

  Settings settings();

  HostBudgets budgets();

  /** Where those of a loop wait who have much to do. */
  SliceQueue slices(EventLoop loop);

  ClientConversation welcome(ClientContext client);

  /** Takes what the client asks. Any thread. */
  RequestIntake requests();

  /** Nothing more is asked from a source. Any thread. */
  void leave(RequestQueue.Source source);

  void ready(Session session, String description);

  /** The client says no more, but may still read. */
  void ending(Session session, RequestQueue.Source source);

  void gone(Session session, String reason);
}
