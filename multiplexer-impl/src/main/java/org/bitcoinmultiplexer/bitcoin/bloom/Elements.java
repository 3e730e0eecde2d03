package org.bitcoinmultiplexer.bitcoin.bloom;

import java.util.Arrays;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * The data in transactions that a filter is asked about: where it lies in the message that has
 * them. Found once, then looked up by any number of filters, in an order that suits memory.
 *
 * <p>Per transaction these are its txid; of each output the data that its script pushes; of each
 * input the outpoint that it spends, and the data that its script pushes. Witnesses are not looked
 * at, as in Core.
 *
 * <p>Immutable, safe for use by any number of threads.
 */
final class Elements {

  private static final Function<Message, Elements> READ = Elements::read;
  private static final int OUTPOINT_SIZE = Hash.SIZE + 4;

  /** So many operations of a script have a pair together. */
  private static final int OPERATIONS = 64;

  /** So many places of an output come before those of its elements. */
  static final int OUTPUT_HEAD = 3;

  private final byte[] array;
  private final byte[] txids;

  /**
   * For each transaction: the number of outputs; for each of these where its script starts, how
   * long it is, and how many pairs follow; then pairs for the inputs. A pair is where an element
   * starts and how long it is; or, if the length is negative, where a few operations of a script
   * start and how long they are together, whose pushes are the elements.
   */
  private final int[] places;

  /** Where each transaction begins in places, and where the last one ends. */
  private final int[] starts;

  private Elements(byte[] array, byte[] txids, Scan scan) {
    this.array = array;
    this.txids = txids;
    this.places = Arrays.copyOf(scan.places, scan.size);
    this.starts = scan.starts;
  }

  /** The elements of a transaction, kept with the message. */
  static Elements of(Message transaction) {
    return transaction.derive(READ);
  }

  private static Elements read(Message transaction) {
    Scan scan = new Scan(1, transaction);
    scan.add(0, transaction);
    return scan.elements(Transaction.parse(transaction).txid().toByteArray());
  }

  /** How many transactions there are. */
  int size() {
    return starts.length - 1;
  }

  /** The array that begins with their txids, never to be written to. */
  byte[] txids() {
    return txids;
  }

  /** Where in that array the txid of a transaction begins. */
  int txid(int transaction) {
    return transaction * Hash.SIZE;
  }

  /** The array in which the other elements lie, never to be written to. */
  byte[] array() {
    return array;
  }

  /** Where in the places a transaction begins, and the one before it ends. */
  int start(int transaction) {
    return starts[transaction];
  }

  int place(int at) {
    return places[at];
  }

  /** Where the places of an output end that begin somewhere. */
  int outputEnd(int from) {
    return from + OUTPUT_HEAD + 2 * places[from + 2];
  }

  /** The script of an output whose places begin somewhere. */
  ScriptCursor script(int from) {
    return new ScriptCursor(array).open(places[from], places[from + 1]);
  }

  /** Collects places, one transaction after the other. */
  static final class Scan {

    private final byte[] array;
    private final int[] starts;
    private final ScriptCursor script;
    private int[] places;
    private int size;

    Scan(int transactions, Message all) {
      starts = new int[transactions + 1];
      array = all.array();
      script = new ScriptCursor(array);
      places = new int[16 + all.size() / 16];
    }

    /** What was found, when all transactions have been added. */
    Elements elements(byte[] txids) {
      return new Elements(array, txids, this);
    }

    /** Adds a transaction, which is known to be well formed. */
    void add(int index, Message transaction) {
      ByteReader in = new ByteReader(transaction);
      in.skip(4, "version");
      int inputs = in.count("inputs", 1);
      boolean hasOutputs = inputs > 0;
      if (inputs == 0 && in.u8("flag") != 0) { // a zero is no flag, it says that nothing follows
        inputs = in.count("inputs", 1);
        hasOutputs = true;
      }
      // Inputs come first in the bytes and last in the search.
      int firstInput = in.position();
      for (int i = 0; i < inputs; i++) {
        in.skip(OUTPOINT_SIZE, "outpoint");
        in.skip(in.count("input script", 1), "input script");
        in.skip(4, "sequence");
      }
      addOutputs(in, hasOutputs ? in.count("outputs", 1) : 0);
      in = new ByteReader(transaction);
      in.skip(firstInput - transaction.offset(), "head");
      addInputs(in, inputs);
      starts[index + 1] = size;
    }

    private void addOutputs(ByteReader in, int outputs) {
      add(outputs);
      for (int i = 0; i < outputs; i++) {
        in.skip(8, "value");
        int length = in.count("output script", 1);
        int from = in.skip(length, "output script");
        add(from);
        add(length);
        int count = size;
        add(0);
        addPushes(from, length);
        places[count] = (size - count) / 2;
      }
    }

    private void addInputs(ByteReader in, int inputs) {
      for (int i = 0; i < inputs; i++) {
        add(in.skip(OUTPOINT_SIZE, "outpoint"));
        add(OUTPOINT_SIZE);
        int length = in.count("input script", 1);
        addPushes(in.skip(length, "input script"), length);
        in.skip(4, "sequence");
      }
    }

    /** Pushes so small that their places took more room than they do are found anew each time. */
    private void addPushes(int from, int length) {
      int before = size;
      script.open(from, length);
      while (script.next()) {
        if (script.size() > 0) {
          add(script.data());
          add(script.size());
        }
      }
      if (Integer.BYTES * (size - before) > length) {
        size = before;
        addOperations(from, length);
      }
    }

    private void addOperations(int from, int length) {
      int start = from;
      int end = from;
      int operations = 0;
      script.open(from, length);
      while (script.next()) {
        end = script.position();
        operations++;
        if (operations == OPERATIONS) {
          add(start);
          add(start - end);
          start = end;
          operations = 0;
        }
      }
      if (operations > 0) {
        add(start);
        add(start - end);
      }
    }

    private void add(int value) {
      if (size == places.length) {
        places = Arrays.copyOf(places, 2 * size);
      }
      places[size++] = value;
    }
  }
}
