package org.bitcoinmultiplexer.examples.regtest;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.params.RegTestParams;
import org.jspecify.annotations.Nullable;

/**
 * The tree of known blocks, and its active chain: the longest whose blocks are all here and valid,
 * the first seen among equals.
 *
 * <p>Guarded by the node's lock. Everything stays in memory.
 */
final class Chain {
  private static final long MAX_FUTURE_SECONDS = 2 * 60 * 60;
  private static final int LOCATOR_SINGLE_STEPS = 10;

  private final Clock clock;
  private final Map<Sha256Hash, BlockEntry> index = new HashMap<>();
  private final List<BlockEntry> active = new ArrayList<>();
  private final UtxoSet utxos = new UtxoSet();

  Chain(Clock clock) {
    this.clock = clock;
    BlockBody genesis = BlockBody.parse(RegTestParams.get().getGenesisBlock().serialize());
    BlockEntry entry = new BlockEntry(genesis.header(), null);
    entry.store(genesis);
    // The coinbase of the genesis block cannot be spent.
    entry.connected(new UtxoChange(Map.of(), List.of()));
    index.put(entry.hash(), entry);
    active.add(entry);
  }

  BlockEntry tip() {
    return active.get(active.size() - 1);
  }

  UtxoSet utxos() {
    return utxos;
  }

  @Nullable BlockEntry find(Sha256Hash hash) {
    return index.get(hash);
  }

  boolean isActive(BlockEntry entry) {
    return entry.height() < active.size() && active.get(entry.height()) == entry;
  }

  /** The active block at that height; null outside of the chain. */
  @Nullable BlockEntry activeAt(int height) {
    return height >= 0 && height < active.size() ? active.get(height) : null;
  }

  /**
   * The last block that the owner of a locator shares with the active chain: the first hash on it,
   * the tip if the hash builds on the tip, else genesis (Core's {@code FindForkInGlobalIndex}).
   */
  BlockEntry fork(List<Sha256Hash> locator) {
    for (Sha256Hash hash : locator) {
      BlockEntry entry = index.get(hash);
      if (entry != null && isActive(entry)) {
        return entry;
      }
      if (entry != null && entry.ancestor(tip().height()) == tip()) {
        return tip();
      }
    }
    return active.get(0);
  }

  /** The tip, ten single steps back, then doubling steps, and genesis. */
  List<Sha256Hash> locator() {
    List<Sha256Hash> locator = new ArrayList<>();
    int step = 1;
    for (int height = tip().height(); height > 0; height -= step) {
      locator.add(active.get(height).hash());
      if (locator.size() > LOCATOR_SINGLE_STEPS) {
        step *= 2;
      }
    }
    locator.add(active.get(0).hash());
    return locator;
  }

  boolean isTooFarInFuture(BlockHeader header) {
    return header.time() > clock.instant().getEpochSecond() + MAX_FUTURE_SECONDS;
  }

  /**
   * Adds a header whose parent is known.
   *
   * @throws InvalidBlockException if it breaks a rule
   * @throws IllegalArgumentException if its parent is unknown
   */
  BlockEntry acceptHeader(BlockHeader header) {
    BlockEntry known = index.get(header.hash());
    if (known != null) {
      if (known.isFailed()) {
        throw new InvalidBlockException("block " + header.hash() + " is known to be invalid");
      }
      return known;
    }
    BlockRules.requireWork(header);
    BlockEntry parent = index.get(header.previous());
    if (parent == null) {
      throw new IllegalArgumentException("unknown parent " + header.previous());
    }
    BlockRules.requireFits(header, parent);
    BlockEntry entry = new BlockEntry(header, parent);
    index.put(header.hash(), entry);
    return entry;
  }

  /**
   * Adds a block whose parent is known and makes the longest valid chain the active one.
   *
   * @throws InvalidBlockException if the block, or a block that was waiting for it, breaks a rule
   * @throws IllegalArgumentException if its parent is unknown
   */
  TipChange acceptBlock(BlockBody block) {
    BlockEntry entry = acceptHeader(block.header());
    if (entry.body() != null) {
      return TipChange.NONE;
    }
    // A bad body says nothing about the header: the right body may still come.
    BlockRules.requireBody(block, entry.height());
    List<BlockEntry> candidates = new ArrayList<>(entry.store(block));
    candidates.sort(Comparator.comparingInt(BlockEntry::height).reversed());
    InvalidBlockException invalid = null;
    for (BlockEntry candidate : candidates) {
      if (!candidate.isFailed() && candidate.height() > tip().height()) {
        try {
          return moveTo(candidate);
        } catch (InvalidBlockException e) {
          invalid = e;
        }
      }
    }
    if (invalid != null) {
      throw invalid;
    }
    return TipChange.NONE;
  }

  private TipChange moveTo(BlockEntry target) {
    List<BlockEntry> path = new ArrayList<>();
    BlockEntry fork = target;
    while (fork != null && !isActive(fork)) {
      path.add(fork);
      fork = fork.parent();
    }
    Collections.reverse(path);
    List<BlockEntry> left = disconnectDownTo(path.get(0).height() - 1);
    for (BlockEntry entry : path) {
      try {
        connect(entry);
      } catch (InvalidBlockException e) {
        entry.fail();
        disconnectDownTo(path.get(0).height() - 1);
        for (int i = left.size() - 1; i >= 0; i--) {
          connect(left.get(i));
        }
        throw new InvalidBlockException("block " + entry.hash() + ": " + e.reason());
      }
    }
    return new TipChange(left, path);
  }

  private List<BlockEntry> disconnectDownTo(int height) {
    List<BlockEntry> left = new ArrayList<>();
    while (tip().height() > height) {
      BlockEntry entry = active.remove(active.size() - 1);
      UtxoChange change = entry.change();
      if (change != null) {
        utxos.disconnect(change);
      }
      entry.disconnected();
      left.add(entry);
    }
    return left;
  }

  private void connect(BlockEntry entry) {
    BlockBody body = entry.body();
    if (body == null) {
      throw new IllegalStateException("no body for " + entry);
    }
    entry.connected(utxos.connect(body, entry.height(), tip().medianTimePast()));
    active.add(entry);
  }
}
