package org.bitcoinmultiplexer.examples.regtest;

/** Holds up all processing of requests while it is shut. Safe for use by any thread. */
final class StallGate {
  private boolean shut;

  synchronized void set(boolean newShut) {
    shut = newShut;
    notifyAll();
  }

  synchronized void await() throws InterruptedException {
    while (shut) {
      wait();
    }
  }
}
