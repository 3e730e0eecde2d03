package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.RequestSource;
import org.jspecify.annotations.Nullable;

/**
 * What one client is owed, in the order in which it asked: replies that are known, and batches
 * whose items are asked upstream as far ahead as the client's budget allows. Next to them stand the
 * batches that were asked without order: under the same budget, and each delivered for itself.
 *
 * <p>The budget bounds the bytes that are expected for the client, held back behind something
 * unanswered, or not yet taken by its transport. Of a client that reads, one item is always under
 * way, however large; for one that does not, nothing is asked, or it would be sent its whole list
 * one by one. The transport's {@code onWritable} goes on from there.
 *
 * <p>A batch that is much work to deliver may let the queue {@linkplain #rest rest} between its
 * items, or in the midst of one, for as long as others need the loop. Then nothing else is
 * delivered, and in the midst of an item nothing sent at all.
 *
 * <p>Whoever takes more than a slice at once, or an eighth of the loop's time over a while, is
 * delivered what it asked for in slices, in turns with others of that kind ({@link SliceQueue}).
 *
 * <p>Confined to the session's loop.
 */
final class DeliveryQueue {

  /** What the queue needs of its session. */
  interface Host {

    /** Something is asked for. */
    void asked();

    /** Takes what the client asks. */
    RequestIntake requests();

    /** On whose behalf it is asked. */
    RequestSource source();

    /** Has the slot {@linkplain #settle settled} in the session's loop. The engine's loop. */
    void settled(DeliverySlot slot, Outcome outcome);

    /** The session's loop. */
    EventLoop loop();

    /** Has the queue resumed when it is its turn among those who have much to do. */
    void awaitSlice();

    /** Bytes sent and not yet taken by the client. */
    long pendingBytes();

    /** So many bytes are expected for the client, or held back. */
    void owes(long bytes);

    /** Whether the client's host may be owed more. */
    boolean mayBeOwedMore();

    void send(Message message);

    /** Something failed of which the client cannot be told. */
    void failed(String reason);
  }

  /** What is under way of one kind of batches, and how much that may be. */
  private static final class Allotment {

    final int most;
    int underWay;

    Allotment(int most) {
      this.most = most;
    }
  }

  /** The batches without order; most clients never ask for one. */
  private static final class Unordered {

    final Set<DeliveryEntry> all = new LinkedHashSet<>();
    final Deque<DeliveryEntry> toAsk = new ArrayDeque<>();
    final Deque<DeliveryEntry> settled = new ArrayDeque<>();
  }

  private static final int MOST_UNDER_WAY = 64;

  /** Time of the loop that is used counts so many times: a client may have an eighth of it. */
  private static final int SHARE = 8;

  /** So much of what it has used may be ahead of that. */
  private static final long AHEAD = 4 * SHARE * SliceQueue.SLICE;

  private final Host host;
  private final long budget;
  private final Consumer<Message> client;

  private @Nullable DeliveryEntry head;
  private @Nullable DeliveryEntry tail;
  private @Nullable DeliveryEntry asking;
  private int entries;
  private @Nullable Unordered unordered;
  private final Allotment inOrder = new Allotment(MOST_UNDER_WAY);
  private final Allotment outOfOrder = new Allotment(ClientContext.MOST_UNORDERED);
  private long held;
  private long owed;
  private boolean advancing;
  private boolean again;
  private boolean resting;
  private long sliceEnd;
  private long usedUntil; // the time up to which it has used its share
  private boolean isItsTurn;
  private @Nullable DeliveryEntry midway; // of which an item is not delivered in full
  private boolean isPartSent;
  private long sent; // messages, in order
  private @Nullable Deque<Message> pushed; // and what is not sent because of that
  private long heldBack; // the bytes of it
  private boolean closed;

  /**
   * @param budget bytes
   */
  DeliveryQueue(Host host, long budget) {
    this.host = host;
    this.budget = budget;
    this.usedUntil = host.loop().nanoTime();
    this.client =
        message -> {
          sent++;
          host.send(message);
        };
  }

  /** How many replies and batches are waiting in order. */
  int size() {
    return entries;
  }

  /** How many bytes the replies and requests that are waiting keep in memory. */
  long held() {
    return held;
  }

  void reply(Message message) {
    assert Confined.to(host.loop());
    if (head == null) {
      host.send(message);
    } else {
      append(new DeliveryEntry(message, null, Footprint.of(message), true));
    }
  }

  /**
   * Asks for a batch.
   *
   * @param heldByIt the bytes of the client's message that it keeps
   */
  void ask(Batch batch, long heldByIt) {
    assert Confined.to(host.loop());
    append(new DeliveryEntry(null, batch, heldByIt, true));
    advance();
  }

  /**
   * Asks for a batch that is to be delivered for itself.
   *
   * @param heldByIt as above
   */
  void askUnordered(Batch batch, long heldByIt) {
    assert Confined.to(host.loop());
    if (unordered == null) {
      unordered = new Unordered();
    }
    DeliveryEntry entry = new DeliveryEntry(null, batch, heldByIt, false);
    unordered.all.add(entry);
    unordered.toAsk.add(entry);
    held += heldByIt;
    advance();
  }

  /** On whose behalf it is asked. */
  RequestSource source() {
    return host.source();
  }

  /** A slot has its outcome, in the engine's loop. */
  void settledElsewhere(DeliverySlot slot, Outcome outcome) {
    host.settled(slot, outcome);
  }

  private void append(DeliveryEntry entry) {
    if (tail == null) {
      head = entry;
    } else {
      tail.following = entry;
    }
    tail = entry;
    entries++;
    held += entry.held;
    if (asking == null && entry.batch != null) {
      asking = entry;
    }
  }

  /** A slot has its outcome. */
  void settle(DeliverySlot slot, Outcome outcome) {
    assert Confined.to(host.loop());
    if (closed) {
      return;
    }
    answer(slot, outcome);
    advance();
  }

  /** From here on the slot weighs what the answer really has. */
  private void answer(DeliverySlot slot, Outcome outcome) {
    long size =
        outcome instanceof Outcome.Answered answered ? Footprint.of(answered.messages()) : 0;
    owed += size - slot.weight;
    slot.weight = size;
    settled(slot, outcome);
  }

  private void settled(DeliverySlot slot, Outcome outcome) {
    slot.outcome = outcome;
    if (unordered != null && !slot.entry.ordered) {
      unordered.settled.add(slot.entry);
    }
  }

  /** Sends a message, ahead of all that waits; but not in between the parts of an item. */
  void push(Message message) {
    assert Confined.to(host.loop());
    if (isPartSent) {
      holdBack(message);
    } else {
      host.send(message);
    }
    host.owes(owed + heldBack);
  }

  private void holdBack(Message message) {
    if (pushed == null) {
      pushed = new ArrayDeque<>();
    }
    pushed.add(message);
    heldBack += Footprint.of(message);
  }

  /** Bytes that were pushed and not sent yet. */
  long heldBack() {
    return heldBack;
  }

  /** Delivers nothing until it is {@linkplain #resume resumed}; goes on asking ahead. */
  void rest() {
    assert Confined.to(host.loop());
    resting = true;
  }

  /** Goes on delivering. */
  void resume() {
    resting = false;
    isItsTurn = true;
    advance();
  }

  /** Delivers what can be delivered and asks for what there is room for. */
  void advance() {
    assert Confined.to(host.loop());
    if (advancing) {
      again = true;
      return;
    }
    advancing = true;
    long began = host.loop().nanoTime();
    sliceEnd = began + SliceQueue.SLICE;
    if (!isItsTurn && usedUntil - began > AHEAD) {
      leaveToOthers();
    }
    try {
      do {
        again = false;
        deliver();
        deliverUnordered();
        askAhead();
      } while (again && !closed);
    } finally {
      advancing = false;
      isItsTurn = false;
      long now = host.loop().nanoTime();
      usedUntil = Math.max(usedUntil, began) + SHARE * (now - began);
      host.owes(owed + heldBack());
    }
  }

  /** Delivers nothing before it is its turn. */
  private void leaveToOthers() {
    if (!resting) {
      resting = true;
      host.awaitSlice();
    }
  }

  private void deliver() {
    while (head != null && !closed && !resting && (midway == null || midway == head)) {
      DeliveryEntry entry = head;
      Batch batch = entry.batch;
      if (batch == null) {
        if (entry.reply != null) {
          host.send(entry.reply);
        }
      } else if (!deliver(entry, batch)) {
        return;
      } else {
        batch.end(client);
      }
      if (closed) {
        return;
      }
      head = entry.following;
      entries--;
      held -= entry.held;
      if (head == null) {
        tail = null;
      }
    }
  }

  private void deliverUnordered() {
    Unordered waiting = unordered;
    if (waiting == null) {
      return;
    }
    while (!closed && !resting && !waiting.settled.isEmpty()) {
      DeliveryEntry entry = waiting.settled.remove();
      Batch batch = entry.batch;
      // An entry stands here once for each of its items, and the first time may have been enough.
      if (batch == null || !waiting.all.contains(entry)) {
        continue;
      }
      if (deliver(entry, batch)) {
        waiting.all.remove(entry);
        held -= entry.held;
        batch.end(client);
      } else if (resting) {
        waiting.settled.addFirst(entry); // more of it may be settled
      } else if (entry.aside && !entry.mustGrow()) {
        entry.aside = false;
        waiting.toAsk.add(entry);
      }
    }
  }

  /** Delivers the settled items at the front of a batch; true if those were all. */
  private boolean deliver(DeliveryEntry entry, Batch batch) {
    for (DeliverySlot slot = entry.firstSlot; slot != null; slot = entry.firstSlot) {
      Outcome outcome = slot.outcome;
      if (outcome == null || closed || resting) {
        return false;
      }
      if (outcome instanceof Outcome.Failed failed && !batch.canFail(entry.delivered)) {
        host.failed(failed.reason());
        return false;
      }
      long before = sent;
      if (!batch.deliverPart(entry.delivered, outcome, client)) {
        midway = entry;
        isPartSent |= sent != before;
        return false;
      }
      entry.delivered++;
      entry.firstSlot = slot.following;
      if (entry.firstSlot == null) {
        entry.lastSlot = null;
      }
      allotment(entry).underWay--;
      owed -= slot.weight;
      if (midway != null) {
        deliveredInFull();
      }
      if (host.loop().nanoTime() - sliceEnd >= 0) {
        leaveToOthers();
      }
    }
    return entry.delivered == batch.size();
  }

  private void deliveredInFull() {
    midway = null;
    isPartSent = false;
    again = true; // others may have been waiting for it
    if (pushed != null && !closed) {
      pushed.forEach(client);
      pushed = null;
      heldBack = 0;
    }
  }

  private void askAhead() {
    boolean more = true;
    while (more && !closed) {
      boolean inTurn = askNextInOrder();
      more = askNextOutOfOrder() || inTurn;
    }
  }

  private boolean askNextInOrder() {
    while (asking != null && asking.isAskedInFull()) {
      asking = asking.following;
    }
    if (asking == null || asking.mustGrow() || !hasRoom(inOrder)) {
      return false;
    }
    askNext(asking);
    return true;
  }

  /** One item of each batch in turn, since none has to wait for another. */
  private boolean askNextOutOfOrder() {
    if (unordered == null || closed) {
      return false;
    }
    Deque<DeliveryEntry> toAsk = unordered.toAsk;
    DeliveryEntry entry = toAsk.peek();
    if (entry == null || !hasRoom(outOfOrder)) {
      return false;
    }
    toAsk.remove();
    askNext(entry);
    if (entry.mustGrow()) {
      entry.aside = true;
    } else if (!entry.isAskedInFull()) {
      toAsk.add(entry);
    }
    return true;
  }

  private Allotment allotment(DeliveryEntry entry) {
    return entry.ordered ? inOrder : outOfOrder;
  }

  private boolean hasRoom(Allotment allotment) {
    long pending = host.pendingBytes();
    boolean isIdle = inOrder.underWay + outOfOrder.underWay == 0;
    return pending < budget
        && (isIdle || (allotment.underWay < allotment.most && owed + pending < budget))
        && host.mayBeOwedMore();
  }

  private void askNext(DeliveryEntry entry) {
    Batch batch = entry.batch;
    if (batch == null) {
      return;
    }
    DeliverySlot slot = new DeliverySlot(this, entry);
    int item = entry.asked++;
    if (entry.lastSlot == null) {
      entry.firstSlot = slot;
    } else {
      entry.lastSlot.following = slot;
    }
    entry.lastSlot = slot;
    allotment(entry).underWay++;
    host.asked();
    Outcome local = batch.local(item);
    if (local != null) {
      settled(slot, local);
      again = true;
    } else {
      Request request = host.requests().read(batch.request(item));
      slot.weight = request.weight();
      owed += slot.weight;
      host.owes(owed);
      Optional<Outcome.Answered> known = host.requests().find(request);
      if (known.isPresent()) {
        answer(slot, known.get());
        again = true;
      } else {
        host.requests().ask(request, slot);
      }
    }
  }

  /** The client is gone: whatever is under way for it is not waited for any more. */
  void close() {
    assert Confined.to(host.loop());
    closed = true;
    owed = 0;
    for (DeliveryEntry entry = head; entry != null; entry = entry.following) {
      leave(entry);
    }
    if (unordered != null) {
      unordered.all.forEach(this::leave);
      unordered = null;
    }
    head = null;
    tail = null;
    asking = null;
    midway = null;
    pushed = null;
  }

  private void leave(DeliveryEntry entry) {
    for (DeliverySlot slot = entry.firstSlot; slot != null; slot = slot.following) {
      if (slot.outcome == null) {
        host.requests().leave(slot);
      }
    }
  }
}
