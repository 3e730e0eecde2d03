package org.bitcoinmultiplexer.examples.walletserver.http;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request says: one flat JSON object, taken literally. What is said twice, or is not asked
 * for, is refused: where money is moved, nobody guesses what was meant.
 */
final class RequestBody {

  private static final int MOST_BYTES = 16_384;
  private static final Pattern SATOSHI = Pattern.compile("0|[1-9][0-9]{0,15}");

  private record Value(JsonToken type, String text) {}

  private final Map<String, Value> values = new LinkedHashMap<>();

  private RequestBody() {}

  /** Reads all of it; nothing at all is an empty object. */
  static RequestBody read(InputStream in) throws IOException, HttpError {
    byte[] bytes = in.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new HttpError(413, "the request is longer than " + MOST_BYTES + " bytes");
    }
    RequestBody body = new RequestBody();
    if (bytes.length > 0) {
      body.parse(text(bytes));
    }
    return body;
  }

  private static String text(byte[] bytes) throws HttpError {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new HttpError(400, "the request is not UTF-8");
    }
  }

  private void parse(String text) throws HttpError {
    try (JsonReader json = new JsonReader(new StringReader(text))) {
      json.setStrictness(Strictness.STRICT);
      if (json.peek() != JsonToken.BEGIN_OBJECT) {
        throw new HttpError(400, "the request is no JSON object");
      }
      json.beginObject();
      while (json.hasNext()) {
        String name = json.nextName();
        if (values.put(name, value(name, json)) != null) {
          throw new HttpError(400, quoted(name) + " is there twice");
        }
      }
      json.endObject();
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new HttpError(400, "something follows the JSON object");
      }
    } catch (MalformedJsonException | EOFException | IllegalStateException e) {
      throw new HttpError(400, "the request is no JSON");
    } catch (IOException e) {
      throw new IllegalStateException("a text does not fail", e);
    }
  }

  private static Value value(String name, JsonReader json) throws IOException, HttpError {
    JsonToken type = json.peek();
    if (type != JsonToken.STRING && type != JsonToken.NUMBER) {
      throw new HttpError(400, quoted(name) + " is neither a text nor a number");
    }
    return new Value(type, json.nextString());
  }

  /** Refuses what nobody asks for. */
  RequestBody only(String... names) throws HttpError {
    for (String name : values.keySet()) {
      if (!List.of(names).contains(name)) {
        throw new HttpError(
            400,
            quoted(name)
                + " is unknown"
                + (names.length == 0 ? "" : "; there are: " + String.join(", ", names)));
      }
    }
    return this;
  }

  @Nullable String text(String name, int most) throws HttpError {
    Value value = values.get(name);
    if (value == null) {
      return null;
    }
    if (value.type != JsonToken.STRING || value.text.isBlank() || value.text.length() > most) {
      throw new HttpError(400, name + ": must be a text of 1 to " + most + " characters");
    }
    if (value.text.chars().anyMatch(Character::isISOControl)) {
      throw new HttpError(400, name + ": has characters that cannot be printed");
    }
    return value.text;
  }

  String requiredText(String name, int most) throws HttpError {
    return required(name, text(name, most));
  }

  /** A whole number, written as a number. */
  @Nullable Long number(String name, long least, long most) throws HttpError {
    Value value = values.get(name);
    if (value == null) {
      return null;
    }
    if (value.type == JsonToken.NUMBER && SATOSHI.matcher(value.text).matches()) {
      long number = Long.parseLong(value.text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new HttpError(400, name + ": must be a whole number from " + least + " to " + most);
  }

  long requiredNumber(String name, long least, long most) throws HttpError {
    return required(name, number(name, least, most));
  }

  private static <T> T required(String name, @Nullable T value) throws HttpError {
    if (value == null) {
      throw new HttpError(400, name + ": is missing");
    }
    return value;
  }

  private static String quoted(String name) {
    return "'" + (name.length() > 40 ? name.substring(0, 40) + "…" : name) + "'";
  }
}
