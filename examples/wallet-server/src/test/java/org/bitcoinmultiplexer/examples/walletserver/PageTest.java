package org.bitcoinmultiplexer.examples.walletserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import org.bitcoinj.base.AddressParser;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Context;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page, as somebody uses it. */
@NeedsBrowser
@Timeout(120)
class PageTest {

  private static final String LABEL = "<img src=x onerror=alert(1)>";

  @TempDir Path directory;

  @Test
  void walletsAreMadeAndPaymentsArriveBeforeTheEye() throws Exception {
    Context.propagate(new Context());
    try (RegtestNode node = RegtestNode.start(0);
        RunningServer running =
            RunningServer.start(directory.resolve("data"), "--upstream=127.0.0.1:" + node.port());
        Browser browser = Browser.start(directory.resolve("profile"))) {
      node.mine(110);
      running.server.ready().join();
      browser.open("http://" + running.server.listen() + "/");
      browser.fill("#create input", LABEL);
      browser.click("#create button");
      Await.until(() -> browser.evaluate("wallets.innerText"), text -> text.contains(LABEL));

      JsonObject wallet = running.http().wallets().values().iterator().next();
      node.pay(
          AddressParser.getDefault(BitcoinNetwork.REGTEST)
              .parseAddress(wallet.get("address").getAsString()),
          Coin.COIN);
      Await.until(
          () -> browser.evaluate("payments.innerText"),
          text -> text.contains("+100,000,000") && text.contains("pending"));
      node.mine(1);
      Await.until(
          () -> browser.evaluate("payments.innerText"), text -> text.contains("1 confirmations"));

      String other = running.http().newWallet().get("address").getAsString();
      browser.fill("#pay input[name=address]", other);
      browser.fill("#pay input[name=amount]", "12345");
      browser.click("#pay button");
      Await.until(
          () -> browser.evaluate("payments.innerText"),
          text -> text.contains("−12,345") && text.contains("+12,345"));
      assertThat(browser.evaluate("error.innerText")).isEmpty();
      assertThat(browser.faults()).isEmpty();

      browser.fill("#pay input[name=address]", "nonsense");
      browser.fill("#pay input[name=amount]", "12345");
      browser.click("#pay button");
      Await.until(
          () -> browser.evaluate("error.innerText"), text -> text.contains("address: is none"));
    }
  }
}
