package org.bitcoinmultiplexer.examples.walletserver.wallets;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.Peer;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.StoredBlock;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionConfidence;
import org.bitcoinj.core.TransactionConfidence.ConfidenceType;
import org.bitcoinj.core.VersionMessage;
import org.bitcoinj.core.listeners.DownloadProgressTracker;
import org.bitcoinj.store.BlockStoreException;
import org.bitcoinj.utils.Threading;
import org.bitcoinj.wallet.Wallet;
import org.bitcoinj.wallet.Wallet.BalanceType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One wallet: what it has, what it pays, and its files.
 *
 * <p>Its bitcoinj wallet has a {@link Context} of its own, which every thread is given that comes
 * here: with one for all a wallet would never see what another in this process pays to it before a
 * block does. Safe for use by several threads.
 */
public final class WalletAccount {

  private static final Logger log = LoggerFactory.getLogger(WalletAccount.class);
  private static final int MOST_ADDRESSES = 10_000;

  private final String id;
  private final BitcoinNetwork network;
  private final Context context;
  private final Wallet wallet;
  private final WalletFile file;
  private final WalletChain chain;
  private final HeaderStore headers;
  private final Activity activity;
  private final Payer payer;
  private final Object saving = new Object();
  private volatile boolean dirty;
  private volatile @Nullable String saveError;
  private volatile @Nullable PeerGroup peers;

  private WalletAccount(String id, Shared shared, Context context, Wallet wallet, StoredBlock head)
      throws IOException {
    this.id = id;
    this.network = shared.network();
    this.context = context;
    this.wallet = wallet;
    this.headers = shared.headers();
    this.activity = shared.activity();
    this.file = new WalletFile(shared.directory().resolve(id + ".wallet"));
    try {
      this.chain = new WalletChain(network, wallet, headers.viewFrom(head));
    } catch (BlockStoreException e) {
      throw new IOException(e);
    }
    PaymentJournal journal = PaymentJournal.open(shared.directory().resolve(id + ".payments"));
    this.payer = new Payer(wallet, journal, shared.passphrase());
    wallet.addChangeEventListener(Threading.SAME_THREAD, changed -> dirty = true);
    wallet.addCoinsReceivedEventListener(
        Threading.SAME_THREAD,
        (receiver, transaction, before, after) -> activity.add(this, transaction.getTxId()));
  }

  /**
   * What all accounts have in common.
   *
   * @param directory of their files
   * @param passphrase null if new ones are not encrypted
   */
  record Shared(
      Path directory,
      BitcoinNetwork network,
      HeaderStore headers,
      Activity activity,
      @Nullable Passphrase passphrase) {}

  /** Makes a wallet with keys of its own; it is on the disk when this returns. */
  static WalletAccount create(String id, Shared shared, @Nullable String label) throws IOException {
    Context context = new Context();
    Context.propagate(context);
    Wallet wallet = Wallet.createDeterministic(shared.network(), ScriptType.P2WPKH);
    wallet.setDescription(label);
    // Nobody has paid in an earlier block to keys that there were not.
    StoredBlock head = shared.headers().best();
    wallet.setLastBlockSeenHash(head.getHeader().getHash());
    wallet.setLastBlockSeenHeight(head.getHeight());
    wallet.setLastBlockSeenTime(head.getHeader().time());
    if (shared.passphrase() != null) {
      shared.passphrase().encrypt(wallet);
    }
    WalletAccount account = new WalletAccount(id, shared, context, wallet, head);
    account.save();
    return account;
  }

  /**
   * A wallet from its file, and the payments of its journal.
   *
   * @param context in which the wallet was loaded
   * @throws IOException saying why it cannot be used
   */
  static WalletAccount of(String id, Shared shared, Context context, Wallet wallet)
      throws IOException {
    Context.propagate(context);
    StoredBlock head = shared.headers().find(wallet.getLastBlockSeenHash());
    if (head == null) {
      wallet.reset(); // It hears of everything anew, from the first header on.
      head = shared.headers().start();
    }
    WalletAccount account = new WalletAccount(id, shared, context, wallet, head);
    account.dirty = account.payer.makeUpForWhatWasNotSaved();
    return account;
  }

  /** Connects the wallet. */
  void start(PeerGroups groups) {
    Context.propagate(context);
    PeerGroup group = groups.newPeerGroup(network, chain, context);
    group.setMinBroadcastConnections(1);
    group.setDownloadTxDependencies(0);
    group.addWallet(wallet);
    // In this order: a peer that is connected before is never asked for the chain.
    group.startBlockChainDownload(new DownloadProgressTracker());
    var unused = group.startAsync();
    peers = group;
  }

  /** Its name. */
  public String id() {
    return id;
  }

  /** How it stands. */
  public WalletView view() {
    return inContext(
        () ->
            new WalletView(
                id,
                wallet.getDescription(),
                network.toString(),
                wallet.getBalance(BalanceType.ESTIMATED).value,
                wallet.getBalance(BalanceType.AVAILABLE).value,
                chain.getBestChainHeight(),
                isSynced(),
                wallet.currentReceiveAddress().toString(),
                wallet.isEncrypted(),
                saveError));
  }

  /** Whether it knows what the node knew when it connected, and what the other wallets know. */
  private boolean isSynced() {
    PeerGroup group = peers;
    Peer peer = group == null ? null : group.getDownloadPeer();
    VersionMessage version = peer == null ? null : peer.getPeerVersionMessage();
    int height = chain.getBestChainHeight();
    return version != null && height >= version.bestHeight && height >= headers.best().getHeight();
  }

  /**
   * An address that nobody was told before, and that is the wallet's after a crash, too.
   *
   * @throws WalletException if there are too many, or it cannot be written down
   */
  public String freshAddress() throws WalletException {
    Context.propagate(context);
    if (wallet.getActiveKeyChain().getIssuedExternalKeys() >= MOST_ADDRESSES) {
      throw new WalletException(
          WalletException.Kind.REFUSED, "the wallet has " + MOST_ADDRESSES + " addresses, no more");
    }
    String address = wallet.freshReceiveAddress().toString();
    try {
      save();
    } catch (IOException e) {
      throw new WalletException(
          WalletException.Kind.STORAGE, "the address cannot be written down: " + e.getMessage(), e);
    }
    return address;
  }

  /**
   * Pays, or finds out that it has paid. When this returns the payment is made, even if the process
   * is killed the next moment.
   *
   * @throws WalletException if nothing was paid, saying why
   */
  public Payment pay(PaymentRequest request) throws WalletException {
    Context.propagate(context);
    Payer.Paid paid = payer.pay(request);
    if (paid.isNew()) {
      dirty = true;
      activity.add(this, paid.transaction().getTxId());
      PeerGroup group = peers;
      if (group != null) {
        // Unless told not to, bitcoinj drops the connections over which it has broadcast.
        group.broadcastTransaction(paid.transaction(), 1, false);
      }
    }
    return new Payment(view(paid.transaction()), paid.isNew());
  }

  /** Sends again what it has paid and no block has yet: nodes forget. */
  void offerAgain() {
    Context.propagate(context);
    PeerGroup group = peers;
    if (group == null) {
      return;
    }
    for (Transaction transaction : wallet.getPendingTransactions()) {
      if (payer.sent(transaction.getTxId().toString()) != null) {
        group.broadcastTransaction(transaction, 1, false);
      }
    }
  }

  /** Its payments in both directions, the newest first. */
  public List<PaymentView> payments(int most) {
    return inContext(
        () ->
            wallet.getTransactions(true).stream()
                .map(this::view)
                .sorted(Comparator.comparing(PaymentView::time).reversed())
                .limit(most)
                .toList());
  }

  /** One of its payments; null if there is none such. */
  @Nullable PaymentView payment(Sha256Hash txid) {
    return inContext(
        () -> {
          Transaction transaction = wallet.getTransaction(txid);
          return transaction == null ? null : view(transaction);
        });
  }

  private PaymentView view(Transaction transaction) {
    String txid = transaction.getTxId().toString();
    SentPayment sent = payer.sent(txid);
    TransactionConfidence confidence = transaction.getConfidence();
    boolean confirmed = confidence.getConfidenceType() == ConfidenceType.BUILDING;
    String status =
        confirmed
            ? "confirmed"
            : confidence.getConfidenceType() == ConfidenceType.DEAD ? "dead" : "pending";
    Coin net = transaction.getValue(wallet);
    boolean out = sent != null || net.isNegative();
    Coin fee = out ? transaction.getFee() : null;
    Coin amount = !out ? net : fee == null ? net.negate() : net.add(fee).negate();
    String time = transaction.updateTime().orElse(Instant.EPOCH).toString();
    return new PaymentView(
        id,
        txid,
        out ? "out" : "in",
        sent == null ? amount.value : sent.amount(),
        sent != null ? Long.valueOf(sent.fee()) : fee == null ? null : Long.valueOf(fee.value),
        sent == null ? null : sent.address(),
        sent == null ? time : sent.time(),
        status,
        confirmed ? confidence.getDepthInBlocks() : 0,
        sent == null ? null : sent.key());
  }

  /** Saves what has changed since it was saved last. */
  void saveIfChanged() throws IOException {
    if (dirty) {
      save();
    }
  }

  private void save() throws IOException {
    synchronized (saving) {
      dirty = false;
      byte[] content = inContext(() -> chain.betweenBlocks(() -> WalletFile.serialize(wallet)));
      try {
        file.replace(content);
        saveError = null;
      } catch (IOException e) {
        if (saveError == null) {
          log.error("wallet {} cannot be saved, trying again: {}", id, e.toString());
        }
        dirty = true;
        saveError = "cannot be saved: " + e;
        throw e;
      }
    }
  }

  /** Saves it, and closes its files; who made its connections has ended them. */
  void close() throws IOException {
    saveIfChanged();
    payer.close();
  }

  private <T> T inContext(Supplier<T> action) {
    Context.propagate(context);
    return action.get();
  }
}
