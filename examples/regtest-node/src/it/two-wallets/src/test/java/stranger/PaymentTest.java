package stranger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bitcoinj.base.Coin;
import org.bitcoinj.wallet.SendRequest;
import org.bitcoinj.wallet.Wallet;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.Test;

/** One wallet pays another; a node and the first coins are brought here. */
class PaymentTest {

  @Test
  void paysOverOneConnection() throws Exception {
    try (RegtestNode node = RegtestNode.start(freePort());
        BitcoinMultiplexer multiplexer =
            BitcoinMultiplexer.builder()
                .set("network", "regtest")
                .upstream("127.0.0.1:" + node.port())
                .build()) {
      node.mine(101);
      multiplexer.start();
      Wallets wallets = new Wallets(multiplexer);
      Wallet alice = wallets.open();
      Wallet bob = wallets.open();
      node.pay(alice.freshReceiveAddress(), Coin.FIFTY_COINS.div(2));
      node.mine(1);
      await(alice.getBalanceFuture(Coin.FIFTY_COINS.div(2), Wallet.BalanceType.AVAILABLE));

      SendRequest payment = SendRequest.to(bob.freshReceiveAddress(), Coin.COIN);
      await(alice.sendCoins(payment).awaitRelayed());
      await(bob.getBalanceFuture(Coin.COIN, Wallet.BalanceType.ESTIMATED));
      node.mine(1);
      await(bob.getBalanceFuture(Coin.COIN, Wallet.BalanceType.AVAILABLE));
      assertEquals(1, node.stats().connections());
      assertEquals(2, multiplexer.stats().clientsReady());
    }
  }

  @Test
  void takesFewerThanFortyLines() throws Exception {
    Path program = Path.of("src/main/java/stranger/Wallets.java");
    assertTrue(Files.readAllLines(program).size() < 40);
  }

  private static void await(Future<?> future) throws Exception {
    future.get(60, TimeUnit.SECONDS);
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
