package org.bitcoinmultiplexer.examples.walletserver.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bitcoinmultiplexer.examples.walletserver.wallets.WalletAccount;
import org.bitcoinmultiplexer.examples.walletserver.wallets.WalletException;
import org.bitcoinmultiplexer.examples.walletserver.wallets.Wallets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves wallets over HTTP, with the server that comes with Java. */
public final class WalletHttpServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WalletHttpServer.class);
  private static final int THREADS = 16;
  private static final int WAITING = 256;
  private static final int BACKLOG = 128;

  static {
    // How long a request may take to arrive, and how many connections may stand: read once, when
    // the class of Java's server is loaded.
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    System.setProperty("sun.net.httpserver.maxRspTime", "60");
    System.setProperty("jdk.httpserver.maxConnections", "500");
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService executor;
  private final WalletApi api;

  private WalletHttpServer(HttpServer server, WalletApi api) {
    this.server = server;
    this.api = api;
    AtomicInteger serial = new AtomicInteger();
    this.executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "http-" + serial.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Begins to serve.
   *
   * @param listenHost as it was configured; requests may name the server so
   * @param address where to listen
   * @param token that requests must know; null if they need none
   * @param health how the server stands
   * @param onCreated called for each wallet that is made
   * @throws IOException if the address cannot be had
   */
  public static WalletHttpServer start(
      String listenHost,
      InetSocketAddress address,
      @Nullable String token,
      Wallets wallets,
      Supplier<Health> health,
      Consumer<WalletAccount> onCreated)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address, BACKLOG);
    } catch (IOException e) {
      throw new IOException(
          "cannot listen on " + listenHost + ":" + address.getPort() + ": " + e.getMessage(), e);
    }
    Guard guard = new Guard(listenHost, address.getAddress(), token);
    WalletHttpServer started =
        new WalletHttpServer(server, new WalletApi(guard, wallets, health, onCreated));
    server.setExecutor(started.executor);
    server.createContext("/", started::serve);
    server.start();
    return started;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      send(exchange, answer(exchange));
    }
  }

  private Reply answer(HttpExchange exchange) throws IOException {
    try {
      return api.answer(exchange);
    } catch (HttpError e) {
      Reply reply = Reply.error(e.status(), String.valueOf(e.getMessage()));
      return e.status() == 401 ? reply.with("WWW-Authenticate", "Bearer") : reply;
    } catch (WalletException e) {
      return Reply.error(status(e.kind()), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.error("a request failed", e);
      return Reply.error(500, "the server has a fault, its log tells more");
    }
  }

  private static int status(WalletException.Kind kind) {
    return switch (kind) {
      case INVALID -> 400;
      case UNKNOWN -> 404;
      case REFUSED -> 409;
      case STORAGE -> 507;
    };
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", reply.type());
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    reply.headers().forEach(headers::set);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(reply.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(reply.status(), reply.content().length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(reply.content());
    }
  }

  /** Ends at once; requests that are being served are cut off. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdown();
  }
}
