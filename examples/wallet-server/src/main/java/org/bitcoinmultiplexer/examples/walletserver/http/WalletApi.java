package org.bitcoinmultiplexer.examples.walletserver.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.bitcoinmultiplexer.examples.walletserver.wallets.Payment;
import org.bitcoinmultiplexer.examples.walletserver.wallets.PaymentRequest;
import org.bitcoinmultiplexer.examples.walletserver.wallets.WalletAccount;
import org.bitcoinmultiplexer.examples.walletserver.wallets.WalletException;
import org.bitcoinmultiplexer.examples.walletserver.wallets.Wallets;
import org.jspecify.annotations.Nullable;

/** What can be asked for over HTTP. */
final class WalletApi {

  private static final int MOST_LABEL = 80;
  private static final int MOST_ADDRESS = 120;
  private static final int MOST_PAYMENTS = 1_000;
  private static final long ALL_COINS = 21_000_000L * 100_000_000L;
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");

  private final Guard guard;
  private final Wallets wallets;
  private final Supplier<Health> health;
  private final Consumer<WalletAccount> onCreated;
  private final Page page = new Page();

  WalletApi(
      Guard guard, Wallets wallets, Supplier<Health> health, Consumer<WalletAccount> onCreated) {
    this.guard = guard;
    this.wallets = wallets;
    this.health = health;
    this.onCreated = onCreated;
  }

  /** Answers a request. */
  Reply answer(HttpExchange exchange) throws IOException, HttpError, WalletException {
    guard.checkSource(exchange);
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("POST")) {
      throw new HttpError(405, "only GET and POST are served");
    }
    List<String> path = path(exchange);
    if (path.equals(List.of("")) && method.equals("GET")) {
      return page.reply(); // It has no secrets, and asks for the token.
    }
    if (path.equals(List.of("health")) && method.equals("GET")) {
      Health now = health.get();
      return Reply.json(now.isUp() ? 200 : 503, now);
    }
    guard.checkToken(exchange);
    if (method.equals("POST")) {
      Guard.checkJson(exchange);
    }
    return switch (path.get(0)) {
      case "wallets" -> wallets(exchange, path, method.equals("POST"));
      case "activity" -> activity(path, method.equals("POST"));
      default -> throw notFound();
    };
  }

  private static List<String> path(HttpExchange exchange) throws HttpError {
    String path = exchange.getRequestURI().getRawPath();
    if (path == null || !path.startsWith("/")) {
      throw notFound();
    }
    return List.of(path.substring(1).split("/", -1));
  }

  private static HttpError notFound() {
    return new HttpError(404, "there is nothing here");
  }

  private static HttpError notAllowed(String method) {
    return new HttpError(405, method + " makes no sense here");
  }

  private Reply activity(List<String> path, boolean posts) throws HttpError {
    if (path.size() != 1) {
      throw notFound();
    }
    if (posts) {
      throw notAllowed("POST");
    }
    return Reply.json(200, Map.of("payments", wallets.recentPayments()));
  }

  private Reply wallets(HttpExchange exchange, List<String> path, boolean posts)
      throws IOException, HttpError, WalletException {
    if (path.size() == 1) {
      return posts ? create(body(exchange)) : Reply.json(200, Map.of("wallets", wallets.views()));
    }
    WalletAccount wallet = wallets.get(path.get(1));
    if (path.size() == 2) {
      if (posts) {
        throw notAllowed("POST");
      }
      return Reply.json(200, wallet.view());
    }
    if (path.size() == 3 && path.get(2).equals("addresses")) {
      if (!posts) {
        throw notAllowed("GET");
      }
      body(exchange).only();
      return Reply.json(201, Map.of("address", wallet.freshAddress()));
    }
    if (path.size() == 3 && path.get(2).equals("payments")) {
      return posts
          ? pay(wallet, exchange)
          : Reply.json(200, Map.of("payments", wallet.payments(MOST_PAYMENTS)));
    }
    throw notFound();
  }

  private static RequestBody body(HttpExchange exchange) throws IOException, HttpError {
    return RequestBody.read(exchange.getRequestBody());
  }

  private Reply create(RequestBody body) throws HttpError, WalletException {
    WalletAccount created = wallets.create(body.only("label").text("label", MOST_LABEL));
    onCreated.accept(created);
    return Reply.json(201, created.view()).with("Location", "/wallets/" + created.id());
  }

  private static Reply pay(WalletAccount wallet, HttpExchange exchange)
      throws IOException, HttpError, WalletException {
    RequestBody body = body(exchange).only("address", "amount", "feeRate");
    Long feeRate = body.number("feeRate", 1, PaymentRequest.HIGHEST_FEE_RATE);
    Payment payment =
        wallet.pay(
            new PaymentRequest(
                key(exchange),
                body.requiredText("address", MOST_ADDRESS),
                body.requiredNumber("amount", 1, ALL_COINS),
                feeRate == null ? PaymentRequest.USUAL_FEE_RATE : feeRate.intValue()));
    return Reply.json(payment.isNew() ? 201 : 200, payment.view());
  }

  private static @Nullable String key(HttpExchange exchange) throws HttpError {
    String key = Guard.only(exchange.getRequestHeaders(), "Idempotency-Key");
    if (key != null && !KEY.matcher(key).matches()) {
      throw new HttpError(
          400, "Idempotency-Key: must be 1 to 128 printable ASCII characters without spaces");
    }
    return key;
  }
}
