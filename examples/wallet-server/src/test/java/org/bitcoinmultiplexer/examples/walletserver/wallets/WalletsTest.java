package org.bitcoinmultiplexer.examples.walletserver.wallets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinj.base.AddressParser;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.AbstractBlockChain;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.utils.ListenableCompletableFuture;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wallets and their files, without a network: blocks are handed over, and a crash is a process that
 * forgets everything but its files.
 */
@Timeout(60)
class WalletsTest {

  private static final String OTHER = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

  @TempDir Path temporary;

  private Path directory;

  private RegtestNode node;
  private Wallets wallets;
  private AbstractBlockChain chain; // of the wallet that was started last
  private final List<AbstractBlockChain> chains = new ArrayList<>(); // in the order of their start

  @BeforeEach
  void start() throws IOException {
    Context.propagate(new Context());
    directory = temporary.resolve("wallets");
    node = RegtestNode.start(0);
    node.mine(110);
    wallets = open(null);
  }

  @AfterEach
  void stop() throws IOException {
    wallets.close();
    node.close();
  }

  private Wallets open(@Nullable Passphrase passphrase) throws IOException {
    Wallets opened = Wallets.open(directory, BitcoinNetwork.REGTEST, passphrase);
    opened.start(
        (network, itsChain, context) -> {
          chain = itsChain;
          chains.add(itsChain);
          return new Unconnected(network, itsChain);
        });
    return opened;
  }

  /** Sends nothing and hears of nothing. */
  private static final class Unconnected extends PeerGroup {

    Unconnected(BitcoinNetwork network, AbstractBlockChain chain) {
      super(network, chain);
    }

    @Override
    public ListenableCompletableFuture<Void> startAsync() {
      return ListenableCompletableFuture.completedFuture(null);
    }
  }

  /** Another process finds the files as they are now. */
  private void restart() throws IOException {
    // What is not saved yet stays so.
    Path copy = temporary.resolve("copy");
    copy(directory, copy);
    wallets.close();
    copy(copy, directory);
    wallets = open(null);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.write(to.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
  }

  private WalletAccount rich() throws Exception {
    WalletAccount wallet = wallets.create(null);
    node.pay(
        AddressParser.getDefault(BitcoinNetwork.REGTEST).parseAddress(wallet.view().address()),
        Coin.COIN);
    node.mine(1);
    catchUp(wallet);
    return wallet;
  }

  /** Hands over the blocks that the wallet lacks that was started last. */
  private void catchUp(WalletAccount wallet) throws Exception {
    for (int height = wallet.view().height() + 1; height <= node.height(); height++) {
      chain.add(blockAt(height));
    }
  }

  private Block blockAt(int height) {
    return node.hashAt(height).flatMap(node::block).orElseThrow();
  }

  private static PaymentRequest wish(@Nullable String key, long amount) {
    return new PaymentRequest(key, OTHER, amount, 10);
  }

  private String id() {
    return wallets.views().get(0).id();
  }

  @Test
  void aPaymentOutlivesACrashBeforeTheWalletIsSaved() throws Exception {
    WalletAccount wallet = rich();
    wallet.saveIfChanged();
    PaymentView paid = wallet.pay(wish("key", 10_000)).view();
    long balance = wallet.view().balance();
    restart();
    WalletAccount restored = wallets.get(id());
    assertThat(restored.view().balance()).isEqualTo(balance);
    Payment again = restored.pay(wish("key", 10_000));
    assertThat(again.isNew()).isFalse();
    assertThat(again.view().txid()).isEqualTo(paid.txid());
    assertThat(restored.view().balance()).isEqualTo(balance);
  }

  @Test
  void aPaymentOutlivesThatTheWalletKnowsNothingOfItsCoinsAnyMore() throws Exception {
    WalletAccount wallet = wallets.create(null);
    byte[] old = Files.readAllBytes(directory.resolve(wallet.id() + ".wallet"));
    node.pay(
        AddressParser.getDefault(BitcoinNetwork.REGTEST).parseAddress(wallet.view().address()),
        Coin.COIN);
    node.mine(1);
    catchUp(wallet);
    wallet.pay(wish("key", 10_000));
    long balance = wallet.view().balance();
    wallets.close();
    Files.write(directory.resolve(wallet.id() + ".wallet"), old);
    wallets = open(null);
    WalletAccount restored = wallets.get(id());
    catchUp(restored);
    assertThat(restored.view().balance()).isEqualTo(balance);
    assertThat(restored.pay(wish("key", 10_000)).isNew()).isFalse();
  }

  @Test
  void aPaymentWhoseLineWasNotFinishedWasNeverMade() throws Exception {
    WalletAccount wallet = rich();
    wallet.saveIfChanged();
    wallet.pay(wish("key", 10_000));
    Path journal = directory.resolve(wallet.id() + ".payments");
    try (RandomAccessFile file = new RandomAccessFile(journal.toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    restart();
    WalletAccount restored = wallets.get(id());
    assertThat(restored.view().balance()).isEqualTo(Coin.COIN.value);
    assertThat(restored.pay(wish("key", 10_000)).isNew()).isTrue();
    assertThat(Files.readAllLines(journal)).hasSize(1);
  }

  @Test
  void aPaymentThatCannotBeWrittenDownIsNotMade() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "needs /dev/full");
    WalletAccount wallet = rich();
    wallet.saveIfChanged();
    wallets.close();
    Path journal = directory.resolve(wallet.id() + ".payments");
    Files.delete(journal);
    Files.createSymbolicLink(journal, full);
    wallets = open(null);
    WalletAccount restored = wallets.get(id());
    assertThatThrownBy(() -> restored.pay(wish("key", 10_000)))
        .isInstanceOf(WalletException.class)
        .hasMessageContaining("nothing was paid");
    assertThat(restored.view().balance()).isEqualTo(Coin.COIN.value);
    assertThat(restored.payments(10)).hasSize(1);
    Files.delete(journal);
  }

  @Test
  void whatCannotBeSavedIsSaidAndSavedLater() throws Exception {
    WalletAccount wallet = wallets.create(null);
    Path obstacle = directory.resolve(wallet.id() + ".wallet.new");
    Files.createDirectories(obstacle.resolve("full"));
    assertThatThrownBy(wallet::freshAddress)
        .isInstanceOf(WalletException.class)
        .hasMessageContaining("cannot be written down");
    assertThat(wallet.view().error()).contains("cannot be saved");
    Files.delete(obstacle.resolve("full"));
    Files.delete(obstacle);
    wallet.saveIfChanged();
    assertThat(wallet.view().error()).isNull();
  }

  @Test
  void withoutItsHeadersAWalletHearsOfEverythingAnew() throws Exception {
    WalletAccount wallet = rich();
    wallet.pay(wish("key", 10_000));
    long balance = wallet.view().balance();
    wallets.close();
    Files.write(directory.resolve("headers"), new byte[] {1, 2, 3});
    wallets = open(null);
    WalletAccount restored = wallets.get(id());
    assertThat(restored.view().height()).isZero();
    catchUp(restored);
    assertThat(restored.view().balance()).isEqualTo(balance);
    assertThat(restored.pay(wish("key", 10_000)).isNew()).isFalse();
  }

  @Test
  void headersThatTheDiskHasDamagedAreLoadedAnew() throws Exception {
    WalletAccount wallet = rich();
    wallets.close();
    Path headers = directory.resolve("headers");
    byte[] content = Files.readAllBytes(headers);
    content[content.length / 2] ^= 1;
    Files.write(headers, content);
    wallets = open(null);
    catchUp(wallets.get(id()));
    assertThat(wallets.get(wallet.id()).view().balance()).isEqualTo(Coin.COIN.value);
  }

  @Test
  void aNewWalletBeginsWhereTheOthersAre() throws Exception {
    rich();
    assertThat(wallets.create(null).view().height()).isEqualTo(node.height());
  }

  @Test
  void aWalletThatIsBehindSkipsNoBlockThatOthersKnow() throws Exception {
    WalletAccount behind = wallets.create(null);
    WalletAccount ahead = wallets.create(null);
    node.mine(1);
    node.pay(
        AddressParser.getDefault(BitcoinNetwork.REGTEST).parseAddress(behind.view().address()),
        Coin.COIN);
    node.mine(3);
    catchUp(ahead);
    assertThat(ahead.view().height()).isEqualTo(114);
    assertThat(chains.get(0).add(blockAt(114))).as("follows from what it knows").isFalse();
    assertThat(behind.view().height()).isZero();
    for (int height = 1; height <= 113; height++) {
      chains.get(0).add(blockAt(height));
    }
    assertThat(behind.view().height()).isEqualTo(114);
    assertThat(behind.view().balance()).isEqualTo(Coin.COIN.value);
  }

  @Test
  void aWalletFollowsTheChainToAnotherBranchAndBack() throws Exception {
    WalletAccount other = wallets.create(null);
    catchUp(other);
    WalletAccount wallet = rich();
    int fork = node.height() - 1;
    var first = node.tip();
    List<Block> branch = new ArrayList<>();
    for (var hash : node.mineOn(node.hashAt(fork).orElseThrow(), 2)) {
      branch.add(node.block(hash).orElseThrow());
    }
    for (Block block : branch) {
      chains.get(0).add(block); // Others know it before.
    }
    for (Block block : branch) {
      chain.add(block);
    }
    assertThat(wallet.view().height()).isEqualTo(fork + 2);
    assertThat(wallet.payments(9)).extracting(PaymentView::status).containsExactly("pending");
    for (var hash : node.mineOn(first, 2)) {
      chain.add(node.block(hash).orElseThrow());
    }
    assertThat(wallet.view().height()).isEqualTo(fork + 3);
    assertThat(wallet.payments(9)).extracting(PaymentView::status).containsExactly("confirmed");
    assertThat(wallet.view().balance()).isEqualTo(Coin.COIN.value);
  }

  @Test
  void aDamagedWalletHarmsNoOther() throws Exception {
    WalletAccount good = wallets.create("good");
    WalletAccount bad = wallets.create("bad");
    wallets.close();
    Path file = directory.resolve(bad.id() + ".wallet");
    byte[] damaged = List.of("damaged").toString().getBytes();
    Files.write(file, damaged);
    wallets = open(null);
    assertThat(wallets.get(good.id()).view().label()).isEqualTo("good");
    assertThatThrownBy(() -> wallets.get(bad.id()))
        .isInstanceOf(WalletException.class)
        .hasMessageContaining("is damaged");
    assertThat(wallets.views())
        .anyMatch(view -> view.id().equals(bad.id()) && view.error() != null);
    assertThat(Files.readAllBytes(file)).as("left alone").isEqualTo(damaged);
  }

  @Test
  void aWalletOfAnotherNetworkIsNamed() throws Exception {
    Wallets signet = Wallets.open(temporary.resolve("signet"), BitcoinNetwork.SIGNET, null);
    String id = signet.create(null).id();
    signet.close();
    wallets.close();
    Files.copy(
        temporary.resolve("signet").resolve(id + ".wallet"), directory.resolve(id + ".wallet"));
    wallets = open(null);
    assertThatThrownBy(() -> wallets.get(id))
        .isInstanceOf(WalletException.class)
        .hasMessageContaining("is a wallet of signet, not of regtest");
  }

  @Test
  void aDamagedJournalIsNotGuessedAt() throws Exception {
    WalletAccount wallet = rich();
    wallet.pay(wish("one", 10_000));
    wallets.close();
    Path journal = directory.resolve(wallet.id() + ".payments");
    Files.writeString(journal, "{\"time\":\n" + Files.readString(journal));
    wallets = open(null);
    assertThatThrownBy(() -> wallets.get(wallet.id()))
        .isInstanceOf(WalletException.class)
        .hasMessageContaining("is damaged in line 1");
  }

  @Test
  void anEncryptedWalletPaysWithThePassphraseAndWithNoOther() throws Exception {
    wallets.close();
    wallets = open(new Passphrase("correct horse"));
    WalletAccount wallet = rich();
    assertThat(wallet.view().encrypted()).isTrue();
    assertThat(wallet.freshAddress()).startsWith("bcrt1");
    assertThat(wallet.pay(wish("one", 10_000)).isNew()).isTrue();
    long balance = wallet.view().balance();
    wallets.close();
    wallets = open(new Passphrase("battery staple"));
    assertThatThrownBy(() -> wallets.get(wallet.id()).pay(wish("two", 10_000)))
        .isInstanceOf(WalletException.class)
        .hasMessageContaining("another passphrase");
    wallets.close();
    wallets = open(null);
    assertThatThrownBy(() -> wallets.get(wallet.id()).pay(wish("two", 10_000)))
        .isInstanceOf(WalletException.class)
        .hasMessageContaining("no passphrase");
    assertThat(wallets.get(wallet.id()).view().balance()).isEqualTo(balance);
  }
}
