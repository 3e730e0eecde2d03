package org.bitcoinmultiplexer.bitcoin.headers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/** A regtest header chain by the book: maps, and lists searched from end to end. */
final class NaiveChain {

  private final Map<Hash, BlockHeader> headers = new LinkedHashMap<>(); // first seen first
  private final Map<Hash, Integer> heights = new HashMap<>();
  private final Set<Hash> excluded = new HashSet<>();
  private Hash tip;
  private List<Hash> chain = List.of(); // of the tip that it ends with

  NaiveChain(BlockHeader genesis) {
    headers.put(genesis.hash(), genesis);
    heights.put(genesis.hash(), 0);
    tip = genesis.hash();
  }

  /** All headers of regtest have the same work: the highest wins, the first among equals. */
  void add(BlockHeader header) {
    if (headers.putIfAbsent(header.hash(), header) == null) {
      int height = heights.get(header.previous()) + 1;
      heights.put(header.hash(), height);
      if (height > heights.get(tip)) {
        tip = header.hash();
      }
    }
  }

  void exclude(Hash block) {
    excluded.add(block);
    tip = headers.keySet().iterator().next();
    for (Hash hash : headers.keySet()) {
      if (!isExcluded(hash) && heights.get(hash) > heights.get(tip)) {
        tip = hash;
      }
    }
  }

  boolean isExcluded(Hash block) {
    for (Hash at = block; headers.containsKey(at); at = headers.get(at).previous()) {
      if (excluded.contains(at)) {
        return true;
      }
    }
    return false;
  }

  int height(Hash block) {
    return heights.getOrDefault(block, -1);
  }

  List<Hash> chain() {
    if (chain.isEmpty() || !chain.get(chain.size() - 1).equals(tip)) {
      chain = new ArrayList<>();
      for (Hash at = tip; headers.containsKey(at); at = headers.get(at).previous()) {
        chain.add(at);
      }
      Collections.reverse(chain);
    }
    return chain;
  }

  private List<Hash> after(List<Hash> locator) {
    int fork = locator.stream().mapToInt(this::fork).filter(i -> i >= 0).findFirst().orElse(0);
    return chain().subList(fork + 1, chain().size());
  }

  /** The height of a block on the chain, that of the tip for one beyond it, or negative. */
  private int fork(Hash block) {
    for (Hash at = block; headers.containsKey(at); at = headers.get(at).previous()) {
      if (at.equals(tip)) {
        return heights.get(tip);
      }
    }
    return chain().indexOf(block);
  }

  List<Hash> getheaders(List<Hash> locator, Hash stop) {
    List<Hash> sent = new ArrayList<>();
    for (Hash hash : after(locator)) {
      sent.add(hash);
      if (sent.size() == 2000 || hash.equals(stop)) {
        break;
      }
    }
    return sent;
  }

  List<Hash> getblocks(List<Hash> locator, Hash stop) {
    List<Hash> listed = new ArrayList<>();
    for (Hash hash : after(locator)) {
      if (listed.size() == 500 || hash.equals(stop)) {
        break;
      }
      listed.add(hash);
    }
    return listed;
  }
}
