package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * The blocks of the node, of whatever branch, and which of them were its best chain when.
 *
 * <p>Each time that something is added there is a new version, and so when the node is replaced by
 * another one with other blocks. An answer that took its time is true if it was at any version
 * since the question, and never a mixture of two.
 */
final class Chain {

  /** A block that a node knows, or knew. */
  static final class Known {
    final BlockFactory.Block block;
    final Known parent; // null on the genesis block
    final int version;

    /** When the node got it, or the one that it replaced. */
    long since;

    /** Whether the node has its transactions, or only the header. */
    final boolean hasBody;

    /** How often there was a node that got it, or was silent when asked for it. */
    int times;

    /** Whether it may be announced to anybody: it came after the beginning. */
    boolean isNews;

    private Known(
        BlockFactory.Block block,
        Known parent,
        long since,
        int version,
        boolean hasBody,
        boolean isNews) {
      this.block = block;
      this.parent = parent;
      this.since = since;
      this.version = version;
      this.hasBody = hasBody;
      this.isNews = isNews;
    }

    Hash hash() {
      return block.hash;
    }

    int height() {
      return block.height;
    }
  }

  private static final int HEADER = 80;
  private static final int ENTRY = HEADER + 1;
  private static final int MOST_HEADERS = 2000;

  /** The best chain of now; the genesis block has height 0 and is not in it. */
  private final List<Known> best = new ArrayList<>();

  private final List<Known> tips = new ArrayList<>();
  private final List<Known> all = new ArrayList<>();
  private final Map<Hash, Known> ever = new HashMap<>(); // of all nodes that there were
  private final Map<Hash, Known> byHash = new HashMap<>(); // of this one
  private long replaced = Long.MIN_VALUE / 2;

  Chain() {
    tips.add(null);
  }

  // ---- how it grows

  /** Adds blocks that build on each other, which are the best chain if they are the longest. */
  void add(List<BlockFactory.Block> blocks, long now, List<Boolean> withBody, boolean areNews) {
    int version = tips.size();
    Known last = null;
    for (int i = 0; i < blocks.size(); i++) {
      BlockFactory.Block block = blocks.get(i);
      Known parent = byHash.get(block.previous);
      if (parent == null && !block.previous.equals(Network.REGTEST.genesis())) {
        throw new AssertionError("block " + block.hash + " builds on nothing");
      }
      last = ever.get(block.hash);
      if (last == null) {
        last = new Known(block, parent, now, version, withBody.get(i), areNews);
        ever.put(block.hash, last);
        all.add(last);
      } else if (!byHash.containsKey(block.hash)) {
        last.since = now;
        last.isNews = areNews;
      }
      last.times += byHash.put(block.hash, last) == null ? 1 : 0;
    }
    if (last.height() > height()) {
      reach(last);
    }
    tips.add(best.get(best.size() - 1));
  }

  void add(BlockFactory.Block block, long now, boolean withBody, boolean isNews) {
    add(List.of(block), now, List.of(withBody), isNews);
  }

  private void reach(Known tip) {
    List<Known> way = new ArrayList<>();
    for (Known at = tip; at != null && !isBest(at); at = at.parent) {
      way.add(0, at);
    }
    best.subList(way.get(0).height() - 1, best.size()).clear();
    best.addAll(way);
  }

  /** From now on the node is another one, which has no more than the first blocks of this one. */
  void replace(int height, long now) {
    replaced = now;
    best.subList(height, best.size()).clear();
    byHash.clear();
    best.forEach(known -> byHash.put(known.hash(), known));
    tips.add(best.get(height - 1));
  }

  /** The engine may tell again where the best chain ends. */
  void tipMayComeAgain() {
    at(height()).times++;
  }

  /** Whether it ever was replaced, so that the chain may have become shorter. */
  boolean wasReplaced() {
    return replaced >= 0;
  }

  /** When the node was replaced last. */
  long replaced() {
    return replaced;
  }

  boolean isBest(Known known) {
    return known.height() <= best.size() && best.get(known.height() - 1) == known;
  }

  // ---- what there is

  int version() {
    return tips.size() - 1;
  }

  int height() {
    return best.size();
  }

  Hash tip() {
    return hashAt(height());
  }

  Hash hashAt(int height) {
    return height == 0 ? Network.REGTEST.genesis() : at(height).hash();
  }

  Known at(int height) {
    return best.get(height - 1);
  }

  /** A block of whatever branch of whatever node; null if none ever knew it. */
  Known findEver(Hash hash) {
    return ever.get(hash);
  }

  /** A block of whatever branch; null if the node does not know it. */
  Known find(Hash hash) {
    return byHash.get(hash);
  }

  /** A block of whatever branch and node: the last that came, the one before, and so on. */
  Known recent(int back) {
    return all.get(Math.max(0, all.size() - 1 - back));
  }

  // ---- what there was

  private int height(int version) {
    Known tip = tips.get(version);
    return tip == null ? 0 : tip.height();
  }

  private Known at(int version, int height) {
    Known at = tips.get(version);
    while (at.height() > height && !isBest(at)) {
      at = at.parent;
    }
    return isBest(at) ? at(height) : at;
  }

  /** The height of a block of the best chain of a version; -1 if it was not there. */
  private int heightOf(Hash hash, int version) {
    if (hash.equals(Network.REGTEST.genesis())) {
      return 0;
    }
    Known known = ever.get(hash);
    boolean wasThere =
        known != null && known.height() <= height(version) && at(version, known.height()) == known;
    return wasThere ? known.height() : -1;
  }

  /** The blocks whose headers the node answers a getheaders with now; null is silence. */
  List<Known> headers(List<Hash> locator, Hash stop) {
    return locator.isEmpty() && find(stop) == null ? null : headers(locator, stop, version());
  }

  /** Those that it answered with at a version, if it had what was asked for; null is silence. */
  List<Known> headers(List<Hash> locator, Hash stop, int version) {
    if (locator.isEmpty()) {
      Known known = ever.get(stop);
      return known == null || known.version > version ? null : List.of(known);
    }
    int first = fork(locator, version) + 1;
    int last = Math.min(height(version), first + MOST_HEADERS - 1);
    int stopHeight = stop.equals(Hash.ZERO) ? -1 : heightOf(stop, version);
    return range(version, first, stopHeight >= first ? Math.min(stopHeight, last) : last);
  }

  private int fork(List<Hash> locator, int version) {
    for (Hash hash : locator) {
      int height = heightOf(hash, version);
      if (height >= 0) {
        return height;
      }
    }
    return 0;
  }

  /** Consecutive blocks of one version, by height; none if the last is below the first. */
  private List<Known> range(int version, int first, int last) {
    if (last < first) {
      return List.of();
    }
    Known at = at(version, last);
    if (isBest(at)) {
      return best.subList(first - 1, last);
    }
    Known[] range = new Known[last - first + 1];
    for (int i = range.length - 1; i >= 0; i--, at = at.parent) {
      range[i] = at;
    }
    return Arrays.asList(range);
  }

  static Message headersMessage(List<Known> blocks) {
    Bytes body = new Bytes().size(blocks.size());
    byte[] entry = new byte[ENTRY];
    for (Known known : blocks) {
      System.arraycopy(known.block.header, 0, entry, 0, HEADER);
      body.raw(entry);
    }
    return Message.of(Commands.HEADERS, body.toArray());
  }

  static boolean isHeaders(Message message, List<Known> blocks) {
    int at = message.offset() + (blocks.size() < 0xfd ? 1 : 3);
    if (message.offset() + message.size() != at + blocks.size() * ENTRY) {
      return false;
    }
    for (Known known : blocks) {
      if (!Arrays.equals(message.array(), at, at + HEADER, known.block.header, 0, HEADER)) {
        return false;
      }
      at += ENTRY;
    }
    return true;
  }
}
