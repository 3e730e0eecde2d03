package org.bitcoinmultiplexer.examples.walletserver.wallets;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.StoredBlock;
import org.bitcoinj.store.BlockStore;
import org.bitcoinj.store.BlockStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The headers as the chain of one wallet sees them: up to its own head, and what it was given
 * itself lately, for chains that branch.
 *
 * <p>What other wallets know beyond that is hidden. If it were not, a chain that is behind would
 * find the one before a new block there, and go on from that as if it had seen the blocks between,
 * in which its wallet may have been paid.
 */
final class HeaderView implements BlockStore {

  private static final int MOST_GIVEN = 200;

  private final HeaderStore headers;
  private final Set<Sha256Hash> given = Collections.newSetFromMap(new Given());
  private StoredBlock head;

  HeaderView(HeaderStore headers, StoredBlock head) {
    this.headers = headers;
    this.head = head;
  }

  @Override
  public synchronized void put(StoredBlock block) throws BlockStoreException {
    try {
      headers.add(block);
    } catch (IOException e) {
      throw new BlockStoreException(e);
    }
    given.add(block.getHeader().getHash());
  }

  @Override
  public synchronized @Nullable StoredBlock get(Sha256Hash hash) {
    StoredBlock header = headers.find(hash);
    boolean seen = header != null && (headers.leadsTo(header, head) || given.contains(hash));
    return seen ? header : null;
  }

  @Override
  public synchronized StoredBlock getChainHead() {
    return head;
  }

  @Override
  public synchronized void setChainHead(StoredBlock chainHead) {
    head = chainHead;
  }

  @Override
  public void close() {}

  private static final class Given extends LinkedHashMap<Sha256Hash, Boolean> {

    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Sha256Hash, Boolean> eldest) {
      return size() > MOST_GIVEN;
    }
  }
}
