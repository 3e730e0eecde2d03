package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what happens on all connections and remembers what went wrong. Guarded by the node's lock,
 * but for bytes.
 */
final class Ledger {
  /** How many of each kind of fault are remembered, the latest ones. */
  private static final int REMEMBERED = 1000;

  private final Map<String, Long> received = new HashMap<>();
  private final Deque<PeerFault> violations = new ArrayDeque<>();
  private final Deque<PeerFault> ignored = new ArrayDeque<>();
  private final AtomicLong bytesSent = new AtomicLong();
  private long accepted;
  private long blocksServed;
  private long transactionsServed;

  long nextConnection() {
    return ++accepted;
  }

  void received(String command) {
    received.merge(command, 1L, Long::sum);
  }

  void sent(String command) {
    if (command.equals("block")) {
      blocksServed++;
    } else if (command.equals("tx")) {
      transactionsServed++;
    }
  }

  /** May be called without the lock. */
  void sentBytes(int bytes) {
    bytesSent.addAndGet(bytes);
  }

  void violation(PeerFault fault) {
    remember(violations, fault);
  }

  void ignored(PeerFault fault) {
    remember(ignored, fault);
  }

  List<PeerFault> violations() {
    return new ArrayList<>(violations);
  }

  List<PeerFault> ignored() {
    return new ArrayList<>(ignored);
  }

  NodeStats snapshot(int connections) {
    return new NodeStats(
        connections, accepted, received, blocksServed, transactionsServed, bytesSent.get());
  }

  private static void remember(Deque<PeerFault> faults, PeerFault fault) {
    if (faults.size() == REMEMBERED) {
      faults.removeFirst();
    }
    faults.addLast(fault);
  }
}
