package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.Rate;

/**
 * A block of a client, and what became of it on this connection. Its bytes, and the time that the
 * node needs for them, are charged to the client's host, as those of transactions are.
 */
final class PendingBlock {

  /** So long after the node has dealt with a block it is in its chain, or was not taken. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long NANOS_PER_MICRO = 1_000;

  final Hash hash;
  final Message block;
  private final HostBudget by;
  boolean isResting; // until its client's host may hand in more
  boolean isAsking; // whether it has what this builds on
  boolean isAnnounced;
  boolean isHeld; // the node would ignore it, or may have
  boolean isThere; // the node has its header
  volatile boolean isGiven; // it is on its way to the node, or there
  private volatile boolean isProcessed;
  private volatile long processed; // when, in the loop's time
  private final List<Consumer<Boolean>> waiting = new ArrayList<>(0);

  PendingBlock(Hash hash, Message block, HostBudget by) {
    this.hash = hash;
    this.block = block;
    this.by = by;
  }

  /** On another connection nothing became of it yet. */
  void forgetConnection() {
    isResting = false;
    isAsking = false;
    isAnnounced = false;
    isHeld = false;
    isThere = false;
    isGiven = false;
    isProcessed = false;
    lost();
  }

  /** Whether it was given to the node, which has yet to deal with it. */
  boolean isOnItsWay() {
    return isGiven && !isHeld && !isThere;
  }

  /** Tells whether the node has it, once that is known. */
  void whenThere(Consumer<Boolean> then) {
    waiting.add(then);
  }

  /** The node has its header. */
  void there() {
    isGiven = true;
    isThere = true;
    tell(true);
  }

  /** What was on its way has not arrived. */
  void lost() {
    tell(false);
  }

  private void tell(boolean is) {
    List<Consumer<Boolean>> told = List.copyOf(waiting);
    waiting.clear();
    told.forEach(each -> each.accept(is));
  }

  /** The node has dealt with it by now. */
  void processed(long now) {
    processed = now;
    isProcessed = true;
    there();
  }

  /** Whether the node will not have taken it, because it was too new for example. Any thread. */
  boolean mayComeAgain(long now) {
    return isProcessed && now - processed >= PATIENCE.toNanos();
  }

  /** What it builds on. */
  Hash previous() {
    return BlockHeader.of(block).previous();
  }

  /** How long, in nanoseconds, its host should wait before it hands in more. */
  long delay() {
    return Math.max(by.delay(Rate.SUBMITTED_TIME), by.delay(Rate.SUBMITTED_BYTES));
  }

  /** It is given to the node. */
  void spendBytes() {
    by.spend(Rate.SUBMITTED_BYTES, block.size());
  }

  /** The node needed so many nanoseconds for it. */
  void spendTime(long took) {
    by.spend(Rate.SUBMITTED_TIME, took / NANOS_PER_MICRO);
  }
}
