package org.bitcoinmultiplexer.bitcoin.bloom;

import java.util.BitSet;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * A filter on its way over the elements of transactions, which may stop after any few of them.
 *
 * <p>Decides as Core's IsRelevantAndUpdate: a txid or output that matches does not end the search,
 * since every output that matches may have to be remembered.
 */
final class Search {

  /** So many elements are looked at without a look at what they cost. */
  private static final int CHUNK = 64;

  private static final int STEPS_PER_TRANSACTION = 10;

  private final Elements elements;
  private final BloomFilter filter;
  private final BitSet matches = new BitSet();
  private int transaction;
  private boolean found; // whether the transaction matches, as far as it was looked at
  private int output;
  private int outputs; // of the transaction; -1 before it is begun
  private int script; // where the output, or the inputs, begin in places
  private int at;

  /** A search of which nothing is done. */
  Search(Elements elements, BloomFilter filter) {
    this.elements = elements;
    this.filter = filter;
    if (filter.isEmpty()) {
      transaction = elements.size();
      matches.set(0, transaction);
    }
    outputs = -1;
  }

  /** Whether all has been looked at. */
  boolean isDone() {
    return transaction == elements.size();
  }

  /** Which transactions match. */
  BitSet matches() {
    return matches;
  }

  /** Goes on until about so much is done, in steps of a hash function; returns what was done. */
  long advance(long most) {
    long before = filter.work();
    long other = 0;
    while (!isDone() && filter.work() - before + other < most) {
      if (outputs < 0) {
        begin();
        other += STEPS_PER_TRANSACTION;
      } else if (output < outputs) {
        lookAtOutput();
      } else {
        lookAtInputs();
      }
    }
    return filter.work() - before + other;
  }

  private void begin() {
    found = filter.contains(elements.txids(), elements.txid(transaction), Hash.SIZE);
    script = elements.start(transaction);
    outputs = elements.place(script++);
    output = 0;
    at = outputs > 0 ? script + Elements.OUTPUT_HEAD : script;
  }

  private void lookAtOutput() {
    int end = elements.outputEnd(script);
    if (containsAny(end)) {
      found = true;
      filter.remember(
          elements.txids(), elements.txid(transaction), output, elements.script(script));
      at = end;
    }
    if (at == end) {
      output++;
      script = end;
      at = output < outputs ? end + Elements.OUTPUT_HEAD : end;
    }
  }

  private void lookAtInputs() {
    int end = elements.start(transaction + 1);
    if (!found && containsAny(end)) {
      found = true;
    }
    if (found || at == end) {
      matches.set(transaction, found);
      transaction++;
      outputs = -1;
    }
  }

  /** Looks at the next few elements, at most to an end. */
  private boolean containsAny(int end) {
    int to = Math.min(end, at + 2 * CHUNK);
    while (at < to) {
      int from = elements.place(at);
      int size = elements.place(at + 1);
      at += 2;
      if (size < 0) {
        return containsAnyPushed(from, -size);
      }
      if (filter.contains(elements.array(), from, size)) {
        return true;
      }
    }
    return false;
  }

  private boolean containsAnyPushed(int from, int size) {
    ScriptCursor operations = new ScriptCursor(elements.array()).open(from, size);
    while (operations.next()) {
      if (operations.size() > 0
          && filter.contains(elements.array(), operations.data(), operations.size())) {
        return true;
      }
    }
    return false;
  }
}
