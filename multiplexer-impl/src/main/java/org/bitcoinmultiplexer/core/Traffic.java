package org.bitcoinmultiplexer.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What went to and fro on one client's connection. Counted in its loop, read in any thread. */
final class Traffic {

  private static final VarHandle REQUESTS = handle("requests");
  private static final VarHandle RECEIVED = handle("received");
  private static final VarHandle SENT = handle("sent");

  private long requests;
  private long received;
  private long sent;

  private static VarHandle handle(String field) {
    try {
      return MethodHandles.lookup().findVarHandle(Traffic.class, field, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  void asked() {
    REQUESTS.setOpaque(this, requests + 1);
  }

  void received(int bytes) {
    RECEIVED.setOpaque(this, received + bytes);
  }

  void sent(int bytes) {
    SENT.setOpaque(this, sent + bytes);
  }

  long requests() {
    return (long) REQUESTS.getOpaque(this);
  }

  long received() {
    return (long) RECEIVED.getOpaque(this);
  }

  long sent() {
    return (long) SENT.getOpaque(this);
  }
}
