package org.bitcoinmultiplexer.simulation;

import com.google.common.collect.ImmutableMultiset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;

/**
 * A getdata: each item in its turn and in its form. What is missing of a run of transactions comes
 * in one notfound at its end; missing blocks and unknown types are skipped in silence.
 */
final class DataExpectation implements Expectation {

  private final DeliveryOracle oracle;
  private final List<InventoryVector> items;
  private final TestFilter sieve; // null if there is none, and so no answer for filtered blocks
  private final long asked;

  /** The first item that has not been settled. */
  private int next;

  /** Transactions of the current run before {@link #next} that were passed over. */
  private final List<InventoryVector> passedOver = new ArrayList<>();

  /** The block that the last message was, or ended, if it did. */
  private Hash delivered;

  /** The filtered block that is under way, and what is missing of it. */
  private Hash filtered;

  private final Deque<Message> following = new ArrayDeque<>();

  DataExpectation(
      DeliveryOracle oracle, List<InventoryVector> items, TestFilter sieve, long asked) {
    this.oracle = oracle;
    this.items = items;
    this.sieve = sieve;
    this.asked = asked;
    items.stream().filter(this::isAsked).forEach(i -> oracle.waits(Question.of(i), asked));
  }

  private boolean isAsked(InventoryVector item) {
    int type = item.type();
    return InventoryVector.isTransaction(type)
        || (InventoryVector.isBlock(type)
            && (type != InventoryVector.FILTERED_BLOCK || sieve != null));
  }

  Hash delivered() {
    return delivered;
  }

  @Override
  public Verdict take(Message answer, long now) {
    delivered = null;
    if (isTied()) {
      if (!answer.equals(following.remove())) {
        throw new AssertionError("is no part of filtered block " + filtered);
      }
      delivered = isTied() ? null : filtered;
      return verdict();
    }
    boolean taken =
        switch (answer.command()) {
          case Commands.BLOCK, Commands.TX, Commands.MERKLEBLOCK -> takeBody(answer, now);
          case Commands.NOTFOUND -> takeNotFound(Inventory.parse(answer), now);
          default -> false;
        };
    if (!taken) {
      return Verdict.FOREIGN;
    }
    return verdict();
  }

  private Verdict verdict() {
    return next == items.size() && passedOver.isEmpty() && !isTied() ? Verdict.LAST : Verdict.PART;
  }

  @Override
  public boolean isTied() {
    return !following.isEmpty();
  }

  private boolean takeBody(Message body, long now) {
    List<InventoryVector> skipped = new ArrayList<>();
    List<InventoryVector> open = new ArrayList<>(passedOver);
    for (int i = next; i < items.size(); i++) {
      InventoryVector item = items.get(i);
      boolean isTransaction = InventoryVector.isTransaction(item.type());
      if (!isTransaction && !open.isEmpty()) {
        return false; // a notfound comes first
      }
      if (isBody(item, body)) {
        for (InventoryVector silent : skipped) {
          requireAbsent(silent, now);
        }
        passedOver.clear();
        passedOver.addAll(open);
        next = i + 1;
        if (item.type() == InventoryVector.FILTERED_BLOCK) {
          filtered = item.hash();
          following.addAll(
              Filtered.transactions(oracle.truth.chain.findEver(item.hash()).block, sieve));
        }
        delivered = isTransaction || isTied() ? null : item.hash();
        return true;
      }
      if (isTransaction) {
        open.add(item);
      } else {
        skipped.add(item);
      }
    }
    return false;
  }

  private boolean isBody(InventoryVector item, Message body) {
    int type = item.type();
    if (type == InventoryVector.FILTERED_BLOCK) {
      Chain.Known known = oracle.truth.chain.findEver(item.hash());
      return sieve != null
          && known != null
          && known.hasBody
          && body.equals(Filtered.merkleblock(known.block, sieve));
    }
    if (InventoryVector.isBlock(type) && body.command().equals(Commands.BLOCK)) {
      Chain.Known known = oracle.truth.chain.findEver(item.hash());
      return known != null
          && known.hasBody
          && body.equals(type == InventoryVector.BLOCK ? known.block.stripped : known.block.full);
    }
    if (InventoryVector.isTransaction(type) && body.command().equals(Commands.TX)) {
      GroundTruth.KnownTx known =
          oracle.truth.transaction(item.hash(), type == InventoryVector.WTX);
      if (known == null || known.isForged) {
        return false;
      }
      return switch (type) {
        case InventoryVector.TX -> body.equals(known.tx.stripped);
        case InventoryVector.WTX -> body.equals(known.tx.full);
        default -> body.equals(known.tx.full) || oracle.truth.wasPassedOff(known.tx.txid, body);
      };
    }
    return false;
  }

  private boolean takeNotFound(Inventory told, long now) {
    List<InventoryVector> skipped = new ArrayList<>();
    List<InventoryVector> open = new ArrayList<>(passedOver);
    int i = next;
    for (; i < items.size(); i++) {
      InventoryVector item = items.get(i);
      if (InventoryVector.isTransaction(item.type())) {
        open.add(item);
      } else if (!InventoryVector.isTransaction(item.type()) && !open.isEmpty()) {
        break;
      } else {
        skipped.add(item);
      }
    }
    if (open.isEmpty() || !isSame(told, open)) {
      return false;
    }
    for (InventoryVector absent : open) {
      requireAbsent(absent, now);
    }
    for (InventoryVector silent : skipped) {
      requireAbsent(silent, now);
    }
    passedOver.clear();
    next = i;
    return true;
  }

  /** In the order of the request, unless it asks twice for one: then either may be missing. */
  private boolean isSame(Inventory told, List<InventoryVector> open) {
    List<InventoryVector> missing = new ArrayList<>();
    for (int i = 0; i < told.size(); i++) {
      missing.add(told.get(i));
    }
    if (new HashSet<>(items).size() == items.size()) {
      return missing.equals(open);
    }
    return ImmutableMultiset.copyOf(missing).equals(ImmutableMultiset.copyOf(open));
  }

  private void requireAbsent(InventoryVector item, long now) {
    if (isAsked(item) && !oracle.mayBeAbsent(item, asked, now)) {
      throw new AssertionError("nothing for " + item + ", which the node has");
    }
  }

  @Override
  public String endsHere(long now) {
    if (isTied()) {
      return following.size() + " transactions of filtered block " + filtered;
    }
    List<InventoryVector> rest = items.subList(next, items.size());
    for (InventoryVector item : rest) {
      if (InventoryVector.isTransaction(item.type())) {
        return "neither tx nor notfound for " + item;
      }
      requireAbsent(item, now);
    }
    return passedOver.isEmpty() ? null : "no notfound for " + passedOver;
  }

  @Override
  public boolean mayFail(long now) {
    return items.subList(next, items.size()).stream()
        .anyMatch(item -> isAsked(item) && oracle.mayFail(item, asked, now));
  }

  @Override
  public void forget() {
    items.stream().filter(this::isAsked).forEach(i -> oracle.done(Question.of(i)));
  }

  @Override
  public String toString() {
    return "getdata at %d of %s: next %d, passed over %s, filter %s"
        .formatted(asked, items, next, passedOver, sieve);
  }
}
