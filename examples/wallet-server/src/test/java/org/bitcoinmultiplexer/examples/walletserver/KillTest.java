package org.bitcoinmultiplexer.examples.walletserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.AddressParser;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Context;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Wallets in another process, which is killed without a warning: what was promised is there. */
@Timeout(180)
class KillTest {

  private static final int WALLETS = 50;
  private static final Coin FIRST = Coin.COIN;

  @TempDir Path directory;

  @BeforeEach
  void context() {
    Context.propagate(new Context());
  }

  @Test
  void fiftyWalletsHaveWhatTheyMustHaveAfterAKill() throws Exception {
    try (RegtestNode node = RegtestNode.start(0)) {
      node.mine(150);
      Map<String, Long> due = new TreeMap<>();
      try (ServerProcess server = start(node)) {
        Http http = server.http();
        List<JsonObject> wallets = new ArrayList<>();
        for (int i = 0; i < WALLETS; i++) {
          wallets.add(http.newWallet());
          node.pay(address(wallets.get(i)), FIRST);
          due.put(id(wallets.get(i)), FIRST.value);
        }
        node.mine(1);
        awaitBalances(http, due, node.height());
        assertThat(node.stats().connections()).as("of all wallets").isEqualTo(1);
        for (int i = 0; i < WALLETS; i++) {
          JsonObject from = wallets.get(i);
          JsonObject to = wallets.get((i + 1) % WALLETS);
          long amount = 1_000_000 + i;
          JsonObject paid =
              http.pay(id(from), to.get("address").getAsString(), amount, "key-" + i).ok();
          due.merge(id(from), -amount - paid.get("fee").getAsLong(), Long::sum);
          due.merge(id(to), amount, Long::sum);
        }
        server.kill();
      }
      try (ServerProcess server = start(node)) {
        node.await(() -> node.mempool().size() == WALLETS, Duration.ofSeconds(30));
        // What another wallet has paid it hears of now, or from the block at the latest.
        node.mine(1);
        Map<String, JsonObject> all = awaitBalances(server.http(), due, node.height());
        assertThat(all.values())
            .allMatch(wallet -> wallet.get("spendable").equals(wallet.get("balance")));
        assertThat(server.terminate()).isZero();
      }
      assertThat(node.violations()).isEmpty();
    }
  }

  /** A wish to pay. */
  private record Wish(String from, String payee, String to, long amount, String key) {}

  @Test
  void aKeyPaysOnceAlthoughTheProcessIsKilledWhileItSends() throws Exception {
    try (RegtestNode node = RegtestNode.start(0)) {
      node.mine(120);
      List<Wish> wishes = new ArrayList<>();
      Map<String, Long> due = new TreeMap<>();
      AtomicInteger answered = new AtomicInteger();
      try (ServerProcess server = start(node)) {
        Http http = server.http();
        JsonObject payee = http.newWallet();
        due.put(id(payee), 0L);
        for (int i = 0; i < 8; i++) {
          JsonObject payer = http.newWallet();
          due.put(id(payer), 0L);
          for (int j = 0; j < 12; j++) {
            node.pay(address(payer), Coin.CENT);
            due.merge(id(payer), Coin.CENT.value, Long::sum);
            wishes.add(
                new Wish(
                    id(payer),
                    id(payee),
                    payee.get("address").getAsString(),
                    10_000 + j,
                    "wish-" + j));
          }
        }
        node.mine(1);
        awaitBalances(http, due, node.height());
        killWhileSending(server, wishes, answered);
      }
      assertThat(answered.get()).as("some came before the kill").isBetween(1, wishes.size() - 1);
      try (ServerProcess server = start(node)) {
        Map<String, String> paid = new LinkedHashMap<>();
        for (int round = 0; round < 2; round++) {
          for (Wish wish : wishes) {
            JsonObject payment = server.http().pay(wish.from, wish.to, wish.amount, wish.key).ok();
            String txid = payment.get("txid").getAsString();
            String before = paid.put(wish.from + wish.key, txid);
            assertThat(before).isIn(null, txid);
            if (before == null) {
              due.merge(wish.from, -wish.amount - payment.get("fee").getAsLong(), Long::sum);
              due.merge(wish.payee, wish.amount, Long::sum);
            }
          }
        }
        node.await(() -> node.mempool().size() == wishes.size(), Duration.ofSeconds(30));
        node.mine(1);
        awaitBalances(server.http(), due, node.height());
        assertThat(node.mempool()).as("all of it is mined").isEmpty();
      }
    }
  }

  private void killWhileSending(ServerProcess server, List<Wish> wishes, AtomicInteger answered)
      throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> sent = new ArrayList<>();
      for (Wish wish : wishes) {
        sent.add(
            clients.submit(
                () -> {
                  server.http().pay(wish.from, wish.to, wish.amount, wish.key).ok();
                  if (answered.incrementAndGet() == wishes.size() / 3) {
                    server.kill();
                  }
                  return null;
                }));
      }
      for (Future<?> one : sent) {
        try {
          one.get();
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(IOException.class); // It was killed.
        }
      }
    } finally {
      clients.shutdownNow();
    }
  }

  private ServerProcess start(RegtestNode node) throws IOException {
    return ServerProcess.start(
        directory.resolve("data"), "--network=regtest", "--upstream=127.0.0.1:" + node.port());
  }

  private static Map<String, JsonObject> awaitBalances(Http http, Map<String, Long> due, int height)
      throws Exception {
    return Await.until(
        http::wallets,
        wallets ->
            due.entrySet().stream()
                .allMatch(
                    entry -> {
                      JsonObject wallet = wallets.get(entry.getKey());
                      return wallet.get("balance").getAsLong() == entry.getValue()
                          && wallet.get("height").getAsInt() == height
                          && wallet.get("synced").getAsBoolean();
                    }));
  }

  private static String id(JsonObject wallet) {
    return wallet.get("id").getAsString();
  }

  private static Address address(JsonObject wallet) {
    return AddressParser.getDefault(BitcoinNetwork.REGTEST)
        .parseAddress(wallet.get("address").getAsString());
  }
}
