package org.bitcoinmultiplexer.examples.walletserver.wallets;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.CheckpointManager;
import org.bitcoinj.core.NetworkParameters;
import org.bitcoinj.core.ProtocolException;
import org.bitcoinj.core.StoredBlock;
import org.bitcoinj.store.BlockStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The block headers of all wallets, each once: in memory, and appended to one file.
 *
 * <p>A wallet has a chain of its own, but of the headers only a {@link #viewFrom view}: which of
 * them is its head. The head is not written here. It is the last block that the wallet's file
 * knows, so the two cannot disagree, whenever the process was killed.
 *
 * <p>Safe for use by several threads.
 */
final class HeaderStore implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(HeaderStore.class);
  private static final int RECORD = StoredBlock.COMPACT_SERIALIZED_SIZE_V2;

  /** How wrong the clocks of miners may be, as bitcoinj takes it. */
  private static final Duration CLOCK_ERROR = Duration.ofDays(7);

  private final FileChannel file;
  private final Map<Sha256Hash, StoredBlock> headers = new ConcurrentHashMap<>();
  private final NavigableMap<Integer, StoredBlock> bestChain = new TreeMap<>(); // guarded by this
  private volatile @Nullable StoredBlock start;
  private volatile @Nullable StoredBlock best;

  private HeaderStore(FileChannel file) {
    this.file = file;
  }

  /**
   * Opens the file, or begins it. What a crash or a fault of the disk has left of it that does not
   * follow from what is before is cut off.
   *
   * @param birthday of the oldest wallet; only matters if the file is not there
   */
  static HeaderStore open(Path path, BitcoinNetwork network, Instant birthday) throws IOException {
    FileChannel file =
        OwnerOnly.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    HeaderStore store = new HeaderStore(file);
    store.load(path);
    if (store.headers.isEmpty()) {
      store.add(firstBefore(network, birthday));
    }
    return store;
  }

  /** Forgets everything and begins anew, for wallets whose heads are not among the headers. */
  synchronized void restart(BitcoinNetwork network, Instant birthday) throws IOException {
    file.truncate(0);
    headers.clear();
    bestChain.clear();
    start = null;
    best = null;
    add(firstBefore(network, birthday));
  }

  private static StoredBlock firstBefore(BitcoinNetwork network, Instant birthday)
      throws IOException {
    NetworkParameters parameters = NetworkParameters.of(network);
    try (InputStream checkpoints = CheckpointManager.openStream(parameters)) {
      if (checkpoints != null) {
        return new CheckpointManager(parameters, checkpoints)
            .getCheckpointBefore(birthday.minus(CLOCK_ERROR));
      }
    }
    var genesis = parameters.getGenesisBlock().cloneAsHeader();
    return new StoredBlock(genesis, genesis.getWork(), 0);
  }

  private synchronized void load(Path path) throws IOException {
    long end = 0;
    ByteBuffer record = ByteBuffer.allocate(RECORD);
    file.position(0);
    while (read(record)) {
      StoredBlock header = follower(record);
      if (header == null) {
        log.warn("{} is damaged behind height {}, what follows is loaded anew", path, height());
        break;
      }
      keep(header);
      end += RECORD;
    }
    file.truncate(end);
    file.position(end);
  }

  private boolean read(ByteBuffer record) throws IOException {
    record.clear();
    while (record.hasRemaining()) {
      if (file.read(record) < 0) {
        return false;
      }
    }
    record.flip();
    return true;
  }

  /** The header of a record; null if it does not follow from those before. */
  private @Nullable StoredBlock follower(ByteBuffer record) {
    StoredBlock header;
    try {
      header = StoredBlock.deserializeCompactV2(record);
    } catch (ProtocolException e) {
      return null;
    }
    StoredBlock previous = headers.get(header.getHeader().getPrevBlockHash());
    boolean follows =
        previous == null ? headers.isEmpty() : previous.build(header.getHeader()).equals(header);
    return follows ? header : null;
  }

  synchronized void add(StoredBlock header) throws IOException {
    if (headers.containsKey(header.getHeader().getHash())) {
      return;
    }
    ByteBuffer record = ByteBuffer.allocate(RECORD);
    header.serializeCompactV2(record);
    record.flip();
    long end = file.position();
    try {
      while (record.hasRemaining()) {
        file.write(record);
      }
    } catch (IOException e) {
      file.truncate(end);
      throw e;
    }
    // Not before it is in the file: no wallet's file has a head that is not there.
    keep(header);
  }

  /** With the lock held. */
  private void keep(StoredBlock header) {
    headers.put(header.getHeader().getHash(), header);
    StoredBlock before = best;
    if (before == null) {
      start = header;
    }
    if (before == null || header.moreWorkThan(before)) {
      best = header;
      for (StoredBlock last = header;
          last != null && !isOnBestChain(last);
          last = headers.get(last.getHeader().getPrevBlockHash())) {
        bestChain.put(last.getHeight(), last);
      }
      // A chain of more work may be the shorter one.
      bestChain.tailMap(header.getHeight(), false).clear();
    }
  }

  /** Where it begins: the genesis block or a checkpoint. */
  StoredBlock start() {
    return existing(start);
  }

  /** The last header of the chain with the most work. */
  StoredBlock best() {
    return existing(best);
  }

  private static StoredBlock existing(@Nullable StoredBlock header) {
    if (header == null) {
      throw new IllegalStateException("there are no headers");
    }
    return header;
  }

  private int height() {
    StoredBlock last = best;
    return last == null ? -1 : last.getHeight();
  }

  @Nullable StoredBlock find(@Nullable Sha256Hash hash) {
    return hash == null ? null : headers.get(hash);
  }

  /** The headers as the chain of one wallet sees them. */
  BlockStore viewFrom(StoredBlock head) {
    return new HeaderView(this, head);
  }

  /** Whether a header is another one itself, or on the way to it from the first. */
  synchronized boolean leadsTo(StoredBlock header, StoredBlock head) {
    StoredBlock last = head;
    while (!isOnBestChain(last)) {
      if (last.equals(header)) {
        return true;
      }
      StoredBlock previous = headers.get(last.getHeader().getPrevBlockHash());
      if (previous == null) {
        return false;
      }
      last = previous;
    }
    return header.getHeight() <= last.getHeight() && isOnBestChain(header);
  }

  private boolean isOnBestChain(StoredBlock header) {
    return header.equals(bestChain.get(header.getHeight()));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
