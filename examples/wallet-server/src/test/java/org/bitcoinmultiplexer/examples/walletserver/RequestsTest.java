package org.bitcoinmultiplexer.examples.walletserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitcoinj.base.AddressParser;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Context;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people say over HTTP, good and bad, to a server with a node. */
@Timeout(120)
class RequestsTest {

  private static final String OTHER = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

  @TempDir static Path directory;

  private static RegtestNode node;
  private static RunningServer running;
  private static Http http;
  private static String rich; // has one coin
  private static String address;

  @BeforeAll
  static void start() throws Exception {
    Context.propagate(new Context());
    node = RegtestNode.start(0);
    node.mine(110);
    running = RunningServer.start(directory.resolve("data"), "--upstream=127.0.0.1:" + node.port());
    http = running.http();
    running.server.ready().join();
    JsonObject wallet = http.newWallet();
    rich = wallet.get("id").getAsString();
    address = wallet.get("address").getAsString();
    node.pay(AddressParser.getDefault(BitcoinNetwork.REGTEST).parseAddress(address), Coin.COIN);
    node.mine(1);
    Await.until(
        () -> http.get("/wallets/" + rich).ok().get("spendable").getAsLong(),
        spendable -> spendable == Coin.COIN.value);
  }

  @AfterAll
  static void stop() {
    running.close();
    node.close();
  }

  private Http.Answer pay(String body, String... headers) throws Exception {
    return http.post("/wallets/" + rich + "/payments", body, headers);
  }

  private static long balance() throws Exception {
    return http.get("/wallets/" + rich).ok().get("balance").getAsLong();
  }

  @Test
  void aWalletTellsHowItStands() throws Exception {
    JsonObject wallet = http.get("/wallets/" + rich).ok();
    assertThat(wallet.get("height").getAsInt()).isGreaterThanOrEqualTo(111);
    assertThat(wallet.get("network").getAsString()).isEqualTo("regtest");
    assertThat(http.wallets()).containsKey(rich);
    assertThat(http.get("/health").ok().get("status").getAsString()).isEqualTo("up");
  }

  @Test
  void everyAddressIsANewOne() throws Exception {
    String path = "/wallets/" + rich + "/addresses";
    String one = http.post(path, "").ok().get("address").getAsString();
    assertThat(one).startsWith("bcrt1q").isNotEqualTo(address);
    assertThat(http.post(path, "{}").ok().get("address").getAsString()).isNotEqualTo(one);
  }

  @Test
  void aLabelIsKeptAndShown() throws Exception {
    JsonObject made = http.post("/wallets", "{\"label\":\"<b>Jürgen</b>\"}").ok();
    assertThat(made.get("label").getAsString()).isEqualTo("<b>Jürgen</b>");
  }

  @Test
  void aPaymentIsMadeOnceForItsKeyAndShownWithIt() throws Exception {
    String wish = "{\"address\":\"" + OTHER + "\",\"amount\":10000,\"feeRate\":5}";
    Http.Answer first = pay(wish, "Idempotency-Key", "rent-2026-11");
    Http.Answer second = pay(wish, "Idempotency-Key", "rent-2026-11");
    assertThat(first.status()).isEqualTo(201);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.json().get("txid")).isEqualTo(first.json().get("txid"));
    Http.Answer another = pay(wish.replace("10000", "10001"), "Idempotency-Key", "rent-2026-11");
    assertThat(another.status()).isEqualTo(409);
    assertThat(another.error()).contains("this Idempotency-Key has paid 10000");
    assertThat(http.get("/wallets/" + rich + "/payments").body())
        .containsOnlyOnce("rent-2026-11")
        .contains("\"direction\":\"out\"", "\"direction\":\"in\"");
  }

  @Test
  void aKeyThatIsSaidManyTimesAtOncePaysOnce() throws Exception {
    String wish = "{\"address\":\"" + OTHER + "\",\"amount\":6000}";
    List<Http.Answer> answers =
        IntStream.range(0, 8)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> payment(wish, "at-once")))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    assertThat(answers).extracting(Http.Answer::status).containsOnlyOnce(201).contains(200);
    assertThat(answers)
        .extracting(answer -> answer.ok().get("txid"))
        .containsOnly(answers.get(0).json().get("txid"));
  }

  private Http.Answer payment(String wish, String key) {
    try {
      return pay(wish, "Idempotency-Key", key);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void withoutAKeyEveryRequestPays() throws Exception {
    String wish = "{\"address\":\"" + OTHER + "\",\"amount\":7000}";
    assertThat(pay(wish).ok().get("txid")).isNotEqualTo(pay(wish).ok().get("txid"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"address":"OTHER","amount":0}           | amount: must be a whole number from 1
          {"address":"OTHER","amount":-5}          | amount: must be a whole number from 1
          {"address":"OTHER","amount":1.5}         | amount: must be a whole number from 1
          {"address":"OTHER","amount":1e5}         | amount: must be a whole number from 1
          {"address":"OTHER","amount":010000}      | the request is no JSON
          {"address":"OTHER","amount":"10000"}     | amount: must be a whole number from 1
          {"address":"OTHER","amount":2100000000000001} | amount: must be a whole number from 1
          {"address":"OTHER","amount":99999999999999999999} | amount: must be a whole number from 1
          {"address":"OTHER","amount":null}        | 'amount' is neither a text nor a number
          {"address":"OTHER","amount":[10000]}     | 'amount' is neither a text nor a number
          {"address":"OTHER"}                      | amount: is missing
          {"address":"OTHER","amount":12}          | amount: 12 is less than nodes pass on
          {"amount":10000}                         | address: is missing
          {"address":"","amount":10000}            | address: must be a text
          {"address":5,"amount":10000}             | address: must be a text
          {"address":"nonsense","amount":10000}    | address: is none, or mistyped
          {"address":"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt081","amount":10000} | address: is none, or mistyped
          {"address":"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4","amount":10000} | address: is of another network than regtest
          {"address":"OTHER","amount":10000,"feeRate":0} | feeRate: must be a whole number from 1
          {"address":"OTHER","amount":10000,"feeRate":100000} | feeRate: must be a whole number from 1
          {"address":"OTHER","amount":10000,"fee":5} | 'fee' is unknown; there are: address, amount
          {"address":"OTHER","amount":10000,"amount":20000} | 'amount' is there twice
          {"address":"OTHER","amount":10000} {}    | the request is no JSON
          {"address":"OTHER","amount":10000        | the request is no JSON
          {'address':'OTHER','amount':10000}       | the request is no JSON
          [1,2]                                    | the request is no JSON object
          10000                                    | the request is no JSON object
          nonsense                                 | the request is no JSON
          """)
  void aPaymentThatMakesNoSensePaysNothing(String body, String error) throws Exception {
    long before = balance();
    Http.Answer answer = pay(body.replace("OTHER", OTHER));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).startsWith(error);
    assertThat(balance()).isEqualTo(before);
  }

  @Test
  void moreThanThereIsCannotBePaid() throws Exception {
    long before = balance();
    Http.Answer answer = pay("{\"address\":\"" + OTHER + "\",\"amount\":100000000}");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.error()).contains("the wallet can spend", "are missing");
    assertThat(balance()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/wallets/0000000000000000",
        "/wallets/..%2f..%2fetc%2fpasswd",
        "/wallets/../../../../etc/passwd",
        "/wallets/%2e%2e",
        "/wallets/headers",
        "/wallets//payments",
        "/wallets/0000000000000000.wallet",
        "/wallets/a/b/c/d",
        "/nothing"
      })
  void aWalletThatDoesNotExistIsNotFound(String path) throws Exception {
    Http.Answer answer = http.get(path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.error()).isIn("there is no such wallet", "there is nothing here");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /health, 404",
    "POST, /activity, 405",
    "POST, /wallets/RICH, 405",
    "GET, /wallets/RICH/addresses, 405",
    "PUT, /wallets, 405",
    "DELETE, /wallets/RICH, 405",
    "OPTIONS, /wallets, 405",
    "TRACE, /wallets, 405"
  })
  void aMethodThatMakesNoSenseIsRefused(String method, String path, int status) throws Exception {
    Map<String, String> json = Map.of("Content-Type", "application/json");
    assertThat(http.request(method, path.replace("RICH", rich), json, "").status())
        .isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""})
  void whatIsPostedMustSayThatItIsJson(String type) throws Exception {
    int before = http.wallets().size();
    Http.Answer answer = http.request("POST", "/wallets", Map.of("Content-Type", type), "{}");
    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.error()).contains("application/json");
    assertThat(http.wallets()).hasSize(before);
  }

  @ParameterizedTest
  @CsvSource({
    "Host, evil.example, 403",
    "Host, evil.example:8080, 403",
    "Host, 192.0.2.1, 403",
    "Host, localhost.evil.example, 403",
    "Host, '', 403",
    "Host, localhost, 200",
    "Host, LOCALHOST:1, 200",
    "Host, [::1]:8080, 200",
    "Origin, http://evil.example, 403",
    "Origin, null, 403",
    "Origin, http://localhost, 403"
  })
  void aPageOfSomebodyElseIsTurnedAway(String header, String value, int status) throws Exception {
    Http.Answer answer = http.request("GET", "/wallets", Map.of(header, value), "");
    assertThat(answer.status()).isEqualTo(status);
    if (status != 200) {
      assertThat(answer.error()).startsWith(header + ":");
    }
  }

  @Test
  void thePageOfTheServerItselfIsServed() throws Exception {
    String host = running.server.listen();
    assertThat(
            http.request("GET", "/wallets", Map.of("Host", host, "Origin", "http://" + host), "")
                .status())
        .isEqualTo(200);
    Http.Answer page = http.get("/");
    assertThat(page.body()).contains("An example to build on");
    assertThat(page.head()).contains("script-src 'sha256-", "frame-ancestors 'none'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"with space", "ümlaut", "\t"})
  void aKeyThatCannotBeToldApartIsRefused(String key) throws Exception {
    Http.Answer answer =
        pay("{\"address\":\"" + OTHER + "\",\"amount\":10000}", "Idempotency-Key", "a" + key + "b");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).startsWith("Idempotency-Key:");
  }

  @Test
  void whatIsTooLongOrNoTextIsRefused() throws Exception {
    Map<String, String> json = new HashMap<>(Map.of("Content-Type", "application/json"));
    assertThat(http.request("POST", "/wallets", json, " ".repeat(20_000)).status()).isEqualTo(413);
    byte[] latin = "{\"label\":\"J\u00fcrgen\"}".getBytes(StandardCharsets.ISO_8859_1);
    Http.Answer answer = http.request("POST", "/wallets", json, latin);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains("UTF-8");
    assertThat(http.post("/wallets", "{\"label\":\"" + "x".repeat(81) + "\"}").status())
        .isEqualTo(400);
    assertThat(http.post("/wallets", "{\"label\":\"a\\u0007\"}").status()).isEqualTo(400);
    assertThat(http.post("/wallets", "[".repeat(10_000)).status()).isEqualTo(400);
  }

  @Test
  void filesAreTheOwnersAlone() throws Exception {
    try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
      List<String> open =
          files
              .filter(file -> file.toString().matches(".*(\\.wallet|\\.payments|headers|wallets)"))
              .filter(file -> !permissions(file).matches("rw.------|rwx------"))
              .map(Path::toString)
              .toList();
      assertThat(open).isEmpty();
    }
  }

  private static String permissions(Path file) {
    try {
      return java.nio.file.attribute.PosixFilePermissions.toString(
          Files.getPosixFilePermissions(file));
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
