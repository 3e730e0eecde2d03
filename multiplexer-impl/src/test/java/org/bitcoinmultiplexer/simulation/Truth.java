package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * What there is: the chain, the transactions, and since when the node has them. Both the node and
 * the judges of what clients receive look things up here.
 */
final class Truth {

  /** A block of the chain, as the node has it. */
  static final class KnownBlock {
    final Mint.Block block;
    final long since;

    /** Whether the node has its transactions, or only the header. */
    final boolean hasBody;

    private KnownBlock(Mint.Block block, long since, boolean hasBody) {
      this.block = block;
      this.since = since;
      this.hasBody = hasBody;
    }
  }

  /** A transaction, and when the node has it. */
  static final class KnownTx {
    final Mint.Tx tx;

    /** The client that made it; -1 if it came to the node from elsewhere. */
    final int origin;

    /** Whether others may have offered it, so that even its maker may be told of it. */
    boolean isShared;

    long since = Long.MAX_VALUE;
    long until = Long.MAX_VALUE;

    /** When the engine saw it first; before, it cannot tell anybody. */
    long seen = Long.MAX_VALUE;

    /** When the engine was given it so that it is to tell everybody. */
    long news = Long.MAX_VALUE;

    private KnownTx(Mint.Tx tx, int origin) {
      this.tx = tx;
      this.origin = origin;
    }

    @Override
    public String toString() {
      return "%s of %d, there from %d to %d, seen at %d, news at %d"
          .formatted(tx.wtxid, origin, since, until, seen, news);
    }

    /** The engine hears it. */
    void heard(long now, boolean isNews) {
      seen = Math.min(seen, now);
      if (isNews) {
        news = Math.min(news, now);
      }
    }

    boolean isThere() {
      return since != Long.MAX_VALUE && until == Long.MAX_VALUE;
    }

    boolean wasThereThroughout(long from, long to) {
      return since <= from && until > to;
    }
  }

  /** Consecutive headers, by height; none if the last is below the first. */
  record Range(int first, int last) {
    int size() {
      return Math.max(0, last - first + 1);
    }
  }

  private static final int HEADER = 80;
  private static final int ENTRY = HEADER + 1;
  private static final int MOST_HEADERS = 2000;

  private final List<KnownBlock> chain = new ArrayList<>();
  private final Map<Hash, KnownBlock> byHash = new HashMap<>();
  private final Map<Hash, KnownTx> byTxid = new HashMap<>();
  private final Map<Hash, KnownTx> byWtxid = new HashMap<>();
  private final Map<Hash, Set<Message>> variants = new HashMap<>();
  private Hash rumour;
  private byte[] headers = new byte[ENTRY * 1024];

  final List<KnownTx> transactions = new ArrayList<>();

  // ---- the chain; the genesis block has height 0 and no body

  int height() {
    return chain.size();
  }

  Hash tip() {
    return chain.isEmpty() ? Network.REGTEST.genesis() : hashAt(height());
  }

  Hash hashAt(int height) {
    return height == 0 ? Network.REGTEST.genesis() : at(height).block.hash;
  }

  KnownBlock at(int height) {
    return chain.get(height - 1);
  }

  /** A block of the chain, null if there is none. */
  KnownBlock block(Hash hash) {
    return byHash.get(hash);
  }

  /** A block that the node will have in a moment; null if there is none. */
  Hash rumour() {
    return rumour;
  }

  void spread(Hash hash) {
    rumour = hash;
  }

  void add(Mint.Block block, long now, boolean hasBody) {
    rumour = null;
    KnownBlock known = new KnownBlock(block, now, hasBody);
    chain.add(known);
    byHash.put(block.hash, known);
    int at = (block.height - 1) * ENTRY;
    if (at + ENTRY > headers.length) {
      headers = Arrays.copyOf(headers, 2 * headers.length);
    }
    System.arraycopy(block.header, 0, headers, at, HEADER);
  }

  /** The height of a block when the chain ended at a given height; -1 if it was unknown then. */
  private int heightOf(Hash hash, int tip) {
    if (hash.equals(Network.REGTEST.genesis())) {
      return 0;
    }
    KnownBlock known = byHash.get(hash);
    return known == null || known.block.height > tip ? -1 : known.block.height;
  }

  /** What a node whose chain ends at a given height answers a getheaders with; null is silence. */
  Range headers(List<Hash> locator, Hash stop, int tip) {
    int stopHeight = stop.equals(Hash.ZERO) ? -1 : heightOf(stop, tip);
    if (locator.isEmpty()) {
      return stopHeight < 1 ? null : new Range(stopHeight, stopHeight);
    }
    int first = fork(locator, tip) + 1;
    int last = Math.min(tip, first + MOST_HEADERS - 1);
    return new Range(first, stopHeight >= first ? Math.min(stopHeight, last) : last);
  }

  private int fork(List<Hash> locator, int tip) {
    for (Hash hash : locator) {
      int height = heightOf(hash, tip);
      if (height >= 0) {
        return height;
      }
    }
    return 0;
  }

  Message headersMessage(Range range) {
    byte[] entries = new byte[range.size() * ENTRY];
    System.arraycopy(headers, (range.first() - 1) * ENTRY, entries, 0, entries.length);
    return Message.of(Commands.HEADERS, new Bytes().size(range.size()).raw(entries).toArray());
  }

  boolean isHeaders(Message message, Range range) {
    int size = range.size() * ENTRY;
    int count = range.size() < 0xfd ? 1 : 3;
    int from = message.offset() + count;
    int at = (range.first() - 1) * ENTRY;
    return message.size() == count + size
        && Arrays.equals(message.array(), from, from + size, headers, at, at + size);
  }

  // ---- transactions

  KnownTx add(Mint.Tx tx, int origin) {
    KnownTx known = new KnownTx(tx, origin);
    transactions.add(known);
    byTxid.put(tx.txid, known);
    byWtxid.put(tx.wtxid, known);
    return known;
  }

  /** A transaction by one of its names, null if there is none. */
  KnownTx transaction(Hash id, boolean isWtxid) {
    return (isWtxid ? byWtxid : byTxid).get(id);
  }

  /** The node passed off a transaction with another witness. */
  void passedOff(Hash txid, Message variant) {
    variants.computeIfAbsent(txid, id -> new HashSet<>()).add(variant);
  }

  boolean wasPassedOff(Hash txid, Message variant) {
    return variants.getOrDefault(txid, Set.of()).contains(variant);
  }
}
