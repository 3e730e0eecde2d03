package org.bitcoinmultiplexer.examples.walletserver.http;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The answer to a request.
 *
 * @param status as HTTP has it
 * @param type of the content
 * @param content in bytes
 * @param headers beside those that every answer has
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never written to
record Reply(int status, String type, byte[] content, Map<String, String> headers) {

  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  /** A record, or a map, as JSON. */
  static Reply json(int status, Object value) {
    return new Reply(
        status, "application/json", GSON.toJson(value).getBytes(StandardCharsets.UTF_8), Map.of());
  }

  static Reply error(int status, String message) {
    return json(status, Map.of("error", message));
  }

  Reply with(String header, String value) {
    return new Reply(status, type, content, Map.of(header, value));
  }
}
