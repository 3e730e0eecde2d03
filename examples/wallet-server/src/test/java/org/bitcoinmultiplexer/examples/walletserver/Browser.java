package org.bitcoinmultiplexer.examples.walletserver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A Chromium without a window, told what to do by its DevTools protocol. */
final class Browser implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final WebSocket socket;
  private final Messages messages = new Messages();
  private final AtomicInteger serial = new AtomicInteger();

  private Browser(Process process, String pages) throws Exception {
    this.process = process;
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest list = HttpRequest.newBuilder(URI.create("http://" + pages + "/json/list")).build();
    JsonArray targets =
        JsonParser.parseString(http.send(list, BodyHandlers.ofString()).body()).getAsJsonArray();
    String page =
        targets.asList().stream()
            .map(JsonElement::getAsJsonObject)
            .filter(target -> target.get("type").getAsString().equals("page"))
            .map(target -> target.get("webSocketDebuggerUrl").getAsString())
            .findFirst()
            .orElseThrow();
    socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create(page), messages)
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    call("Runtime.enable", new JsonObject());
    call("Log.enable", new JsonObject());
  }

  static Optional<Path> executable() {
    return Stream.of("chromium-headless-shell", "chromium", "google-chrome")
        .flatMap(
            name ->
                Arrays.stream(String.valueOf(System.getenv("PATH")).split(File.pathSeparator))
                    .map(directory -> Path.of(directory, name)))
        .filter(Files::isExecutable)
        .filter(file -> !file.startsWith("/snap")) // confined, it sees no temporary files
        .findFirst();
  }

  static Browser start(Path profile) throws Exception {
    Process process =
        new ProcessBuilder(
                executable().orElseThrow().toString(),
                "--headless",
                "--no-sandbox", // or it does not run as root, as in a container
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .start();
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    while (line != null && !line.startsWith("DevTools listening on ws://")) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException("the browser ended");
    }
    Thread drain = new Thread(() -> out.lines().forEach(ignored -> {}), "browser");
    drain.setDaemon(true);
    drain.start();
    return new Browser(process, URI.create(line.substring(line.indexOf("ws://"))).getAuthority());
  }

  void open(String url) throws Exception {
    JsonObject parameters = new JsonObject();
    parameters.addProperty("url", url);
    call("Page.navigate", parameters);
    Await.until(() -> evaluate("document.readyState"), state -> state.equals("complete"));
  }

  /** What an expression comes to, as text. */
  String evaluate(String expression) throws Exception {
    JsonObject parameters = new JsonObject();
    parameters.addProperty("expression", "String(" + expression + ")");
    JsonObject result = call("Runtime.evaluate", parameters);
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result);
    }
    return result.getAsJsonObject("result").get("value").getAsString();
  }

  /** Writes into a field, as far as the page can tell. */
  void fill(String selector, String text) throws Exception {
    evaluate("document.querySelector('" + selector + "').value = '" + text + "'");
  }

  void click(String selector) throws Exception {
    evaluate("document.querySelector('" + selector + "').click()");
  }

  /** What went wrong in the page, and what it was forbidden to do. */
  List<String> faults() {
    return messages.faults;
  }

  private JsonObject call(String method, JsonObject parameters) throws Exception {
    int id = serial.incrementAndGet();
    JsonObject message = new JsonObject();
    message.addProperty("id", id);
    message.addProperty("method", method);
    message.add("params", parameters);
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    messages.expected.put(id, answer);
    socket.sendText(message.toString(), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    JsonObject done = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!done.has("result")) {
      throw new AssertionError(method + ": " + done);
    }
    return done.getAsJsonObject("result");
  }

  private static final class Messages implements WebSocket.Listener {

    final Map<Integer, CompletableFuture<JsonObject>> expected = new ConcurrentHashMap<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonObject message = JsonParser.parseString(text.toString()).getAsJsonObject();
        text.setLength(0);
        if (message.has("id")) {
          expected.remove(message.get("id").getAsInt()).complete(message);
        } else if (isFault(message)) {
          faults.add(message.toString());
        }
      }
      socket.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private static boolean isFault(JsonObject message) {
      return switch (message.get("method").getAsString()) {
        case "Runtime.exceptionThrown" -> true;
        case "Log.entryAdded" ->
            message
                .getAsJsonObject("params")
                .getAsJsonObject("entry")
                .get("level")
                .getAsString()
                .equals("error");
        default -> false;
      };
    }
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    process.destroyForcibly().waitFor();
  }
}
