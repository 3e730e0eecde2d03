package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * What there is: the chain, the transactions, and since when the node has them. Both the node and
 * the judges of what clients receive look things up here.
 */
final class GroundTruth {

  /** A transaction, and when the node has it. */
  static final class KnownTx {
    final BlockFactory.Tx tx;

    /** The client that made it; -1 if it came to the node from elsewhere. */
    final int origin;

    /** Whether others may have offered it, so that even its maker may be told of it. */
    boolean isShared;

    /** Whether the node refuses it, which it never says: then nobody may hear of it. */
    boolean isForged;

    /** Whether the node had it and lost it with its memory. */
    boolean isLost;

    /** Whether it is in a block, or about to be. */
    boolean isMined;

    long since = Long.MAX_VALUE;
    long until = Long.MAX_VALUE;

    /** When the node showed it to the engine first; before, that may not tell anybody. */
    long seen = Long.MAX_VALUE;

    /** When the node named it first. */
    private long named = Long.MAX_VALUE;

    /** When the node showed it to the engine last. */
    long seenLast = Long.MIN_VALUE;

    /** When the engine was given it, or gave it to the node, so that it is to tell everybody. */
    long news = Long.MAX_VALUE;

    private KnownTx(BlockFactory.Tx tx, int origin) {
      this.tx = tx;
      this.origin = origin;
    }

    @Override
    public String toString() {
      return "%s of %d, forged: %b, there from %d to %d, seen at %d, news at %d"
          .formatted(tx.wtxid, origin, isForged, since, until, seen, news);
    }

    /** The engine hears it from the node. */
    void heard(long now, boolean isNews) {
      seen = Math.min(seen, now);
      seenLast = now;
      if (isNews) {
        news = Math.min(news, now);
      }
    }

    /** The engine hears that the node has it, which is all that matters if a client brings it. */
    void named(long now) {
      named = Math.min(named, now);
      if (isSubmitted()) {
        heard(now, false);
      }
    }

    /** A client brings it: then it may be known already that the node has it. */
    void isBrought() {
      seen = Math.min(seen, named);
    }

    /** Whether a client may have submitted it. */
    boolean isSubmitted() {
      return origin >= 0 || isShared;
    }

    boolean isThere() {
      return since != Long.MAX_VALUE && until == Long.MAX_VALUE;
    }

    boolean wasThereThroughout(long from, long to) {
      return since <= from && until > to;
    }
  }

  final Chain chain = new Chain();
  private final Map<Hash, BlockFactory.Block> minted = new HashMap<>();
  private final List<BlockFactory.Block> mintedInOrder = new ArrayList<>();
  private final Map<Hash, KnownTx> byTxid = new HashMap<>();
  private final Map<Hash, KnownTx> byWtxid = new HashMap<>();
  private final Map<Hash, Set<Message>> variants = new HashMap<>();
  private Hash rumour;
  private int told;

  final List<KnownTx> transactions = new ArrayList<>();

  // ---- blocks

  /** The engine hears of the best block of a version. */
  void told(int version) {
    told = Math.max(told, version);
  }

  /** The version of the chain that the engine was told of last. */
  int told() {
    return told;
  }

  /** A block that the node will have in a moment; null if there is none. */
  Hash rumour() {
    return rumour;
  }

  void spread(Hash hash) {
    rumour = hash;
  }

  /** A client made a block. */
  void made(BlockFactory.Block block) {
    minted.put(block.hash, block);
    mintedInOrder.add(block);
  }

  /** A block that a client made; null if none did. */
  BlockFactory.Block madeByClient(Hash hash) {
    return minted.get(hash);
  }

  /** One of the last blocks that clients made; null if there is none. */
  BlockFactory.Block someMadeByClient(Draw draw) {
    int size = mintedInOrder.size();
    return size == 0 ? null : mintedInOrder.get(Math.max(0, size - 1 - draw.below(6)));
  }

  // ---- transactions

  KnownTx add(BlockFactory.Tx tx, int origin) {
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
