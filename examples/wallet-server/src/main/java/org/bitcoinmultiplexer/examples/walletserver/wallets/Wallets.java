package org.bitcoinmultiplexer.examples.walletserver.wallets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.core.Context;
import org.bitcoinj.wallet.Wallet;
import org.bitcoinmultiplexer.examples.walletserver.wallets.WalletAccount.Shared;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All wallets of a server, and who saves them. Those whose files cannot be used are there, too,
 * with the reason, and their files are left alone. Safe for use by several threads.
 */
public final class Wallets implements AutoCloseable {

  /** How many wallets one server has at most: each takes about half a megabyte of memory. */
  public static final int MOST = 1_000;

  private static final Logger log = LoggerFactory.getLogger(Wallets.class);
  private static final int OFFER_MINUTES = 10;
  private static final Pattern FILE = Pattern.compile("([0-9a-f]{16})\\.wallet");

  private final Shared shared;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, WalletAccount> accounts = new ConcurrentSkipListMap<>();
  private final Map<String, String> unusable = new ConcurrentSkipListMap<>();
  private final ScheduledExecutorService saver =
      Executors.newSingleThreadScheduledExecutor(Wallets::saverThread);
  private volatile @Nullable PeerGroups groups;

  private Wallets(Shared shared) {
    this.shared = shared;
  }

  /**
   * Loads the wallets of a directory; it is made if it is not there.
   *
   * @param directory of nobody else
   * @param network which all of them must be of
   * @param passphrase null if keys of new wallets are not encrypted
   * @throws IOException if the directory cannot be used
   */
  public static Wallets open(
      Path directory, BitcoinNetwork network, @Nullable Passphrase passphrase) throws IOException {
    OwnerOnly.createDirectory(directory);
    Map<String, String> unusable = new TreeMap<>();
    List<Loaded> loaded = new ArrayList<>();
    for (String id : idsIn(directory)) {
      Context context = new Context();
      Context.propagate(context);
      try {
        Wallet wallet = new WalletFile(directory.resolve(id + ".wallet")).load(network);
        loaded.add(new Loaded(id, context, wallet));
      } catch (IOException e) {
        unusable.put(id, String.valueOf(e.getMessage()));
      }
    }
    HeaderStore headers = headersFor(loaded, directory, network);
    Wallets wallets =
        new Wallets(new Shared(directory, network, headers, new Activity(), passphrase));
    wallets.take(loaded);
    wallets.unusable.putAll(unusable);
    wallets.unusable.forEach((id, reason) -> log.error("wallet {}: {}", id, reason));
    return wallets;
  }

  private record Loaded(String id, Context context, Wallet wallet) {}

  private static List<String> idsIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> FILE.matcher(file.getFileName().toString()))
          .filter(name -> name.matches())
          .map(name -> name.group(1))
          .sorted()
          .toList();
    }
  }

  private static HeaderStore headersFor(List<Loaded> loaded, Path directory, BitcoinNetwork network)
      throws IOException {
    Instant birthday =
        loaded.stream()
            .map(one -> one.wallet.earliestKeyCreationTime())
            .min(Instant::compareTo)
            .orElseGet(Instant::now);
    HeaderStore headers = HeaderStore.open(directory.resolve("headers"), network, birthday);
    if (loaded.stream().anyMatch(one -> headers.find(one.wallet.getLastBlockSeenHash()) == null)) {
      log.warn("the headers that the wallets know are not there: the chain is loaded anew");
      headers.restart(network, birthday);
    }
    return headers;
  }

  private void take(List<Loaded> loaded) {
    for (Loaded one : loaded) {
      try {
        accounts.put(one.id, WalletAccount.of(one.id, shared, one.context, one.wallet));
      } catch (IOException e) {
        unusable.put(one.id, String.valueOf(e.getMessage()));
      }
    }
  }

  /** Connects all wallets, and those that are made from now on. */
  public void start(PeerGroups connections) {
    groups = connections;
    accounts.values().forEach(account -> account.start(connections));
    var unused = saver.scheduleWithFixedDelay(this::saveAll, 1, 1, TimeUnit.SECONDS);
    unused =
        saver.scheduleWithFixedDelay(
            this::offerAgain, OFFER_MINUTES, OFFER_MINUTES, TimeUnit.MINUTES);
  }

  /**
   * Makes a wallet.
   *
   * @param label what to call it; null if nothing
   * @throws WalletException if there are too many, or it cannot be written down
   */
  public WalletAccount create(@Nullable String label) throws WalletException {
    if (size() >= MOST) {
      throw new WalletException(
          WalletException.Kind.REFUSED, "there are " + MOST + " wallets, no more");
    }
    byte[] bytes = new byte[8];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    WalletAccount account;
    try {
      account = WalletAccount.create(id, shared, label);
    } catch (IOException e) {
      throw new WalletException(
          WalletException.Kind.STORAGE, "the wallet cannot be written down: " + e, e);
    }
    accounts.put(id, account);
    PeerGroups connections = groups;
    if (connections != null) {
      account.start(connections);
    }
    return account;
  }

  /**
   * The wallet of a name.
   *
   * @throws WalletException if there is none, or it cannot be used
   */
  public WalletAccount get(String id) throws WalletException {
    WalletAccount account = accounts.get(id);
    if (account != null) {
      return account;
    }
    String reason = unusable.get(id);
    if (reason != null) {
      throw new WalletException(
          WalletException.Kind.REFUSED, "the wallet cannot be used: " + reason);
    }
    throw new WalletException(WalletException.Kind.UNKNOWN, "there is no such wallet");
  }

  /** How all of them stand. */
  public List<WalletView> views() {
    return Stream.concat(
            accounts.values().stream().map(WalletAccount::view),
            unusable.entrySet().stream()
                .map(
                    entry ->
                        WalletView.unusable(
                            entry.getKey(), shared.network().toString(), entry.getValue())))
        .toList();
  }

  /** The payments that were heard of last since the start, the newest first. */
  public List<PaymentView> recentPayments() {
    return shared.activity().items().stream()
        .map(item -> item.wallet().payment(item.txid()))
        .filter(Objects::nonNull)
        .toList();
  }

  /** How many there are, those that cannot be used included. */
  public int size() {
    return accounts.size() + unusable.size();
  }

  /** The height of the best block that any of them knows. */
  public int height() {
    return shared.headers().best().getHeight();
  }

  private void offerAgain() {
    for (WalletAccount account : accounts.values()) {
      try {
        account.offerAgain();
      } catch (RuntimeException e) {
        log.error("what wallet {} has paid cannot be sent again", account.id(), e);
      }
    }
  }

  private void saveAll() {
    for (WalletAccount account : accounts.values()) {
      try {
        account.saveIfChanged();
      } catch (IOException e) {
        // It has said so, and is changed still.
      } catch (RuntimeException e) {
        log.error("wallet {} cannot be saved", account.id(), e);
      }
    }
  }

  /** Saves all wallets. Who made their connections has ended them before. */
  @Override
  public void close() throws IOException {
    saver.shutdown();
    for (WalletAccount account : accounts.values()) {
      try {
        account.close();
      } catch (IOException e) {
        log.warn("wallet {} is closed without being saved", account.id());
      }
    }
    shared.headers().close();
  }

  private static Thread saverThread(Runnable task) {
    Thread thread = new Thread(task, "wallet-saver");
    thread.setDaemon(true);
    return thread;
  }
}
