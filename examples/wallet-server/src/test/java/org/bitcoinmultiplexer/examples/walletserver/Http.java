package org.bitcoinmultiplexer.examples.walletserver;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Speaks HTTP literally, so that it can say what a library would not. */
final class Http {

  private final String host;
  private final int port;
  private final Map<String, String> always = new LinkedHashMap<>();

  /** The server of a ready line's {@code listen}. */
  Http(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    host = hostAndPort.substring(0, colon);
    port = Integer.parseInt(hostAndPort.substring(colon + 1));
  }

  /** What came back. */
  record Answer(int status, String head, String body) {

    JsonObject json() {
      return JsonParser.parseString(body).getAsJsonObject();
    }

    String error() {
      JsonObject json = json();
      if (!json.keySet().equals(java.util.Set.of("error"))) {
        throw new AssertionError("not an error: " + body);
      }
      return json.get("error").getAsString();
    }

    JsonObject ok() {
      if (status / 100 != 2) {
        throw new AssertionError(status + " " + body);
      }
      return json();
    }
  }

  Http with(String header, String value) {
    always.put(header, value);
    return this;
  }

  Answer get(String path) throws IOException {
    return request("GET", path, Map.of(), "");
  }

  Answer post(String path, String body, String... headers) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("Content-Type", "application/json");
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return request("POST", path, all, body);
  }

  Answer request(String method, String path, Map<String, String> headers, String body)
      throws IOException {
    return request(method, path, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  Answer request(String method, String path, Map<String, String> headers, byte[] body)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("Host", host + ":" + port);
    all.put("Connection", "close");
    if (body.length > 0 || method.equals("POST")) {
      all.put("Content-Length", Integer.toString(body.length));
    }
    all.putAll(always);
    all.putAll(headers);
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    all.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    try (Socket socket = new Socket(host, port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(body);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = answer.indexOf("\r\n\r\n");
      if (end < 0) {
        throw new IOException("no answer: " + answer);
      }
      return new Answer(
          Integer.parseInt(answer.split(" ", 3)[1]),
          answer.substring(0, end),
          answer.substring(end + 4));
    }
  }

  /** A new wallet's identity and address. */
  JsonObject newWallet() throws IOException {
    return post("/wallets", "").ok();
  }

  Map<String, JsonObject> wallets() throws IOException {
    List<JsonElement> all =
        new ArrayList<>(get("/wallets").ok().getAsJsonArray("wallets").asList());
    return all.stream()
        .map(JsonElement::getAsJsonObject)
        .collect(Collectors.toMap(wallet -> wallet.get("id").getAsString(), wallet -> wallet));
  }

  Answer pay(String from, String to, long amount, String key) throws IOException {
    return post(
        "/wallets/" + from + "/payments",
        "{\"address\":\"" + to + "\",\"amount\":" + amount + "}",
        "Idempotency-Key",
        key);
  }
}
