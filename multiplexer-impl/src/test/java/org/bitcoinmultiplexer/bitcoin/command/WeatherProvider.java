package org.bitcoinmultiplexer.bitcoin.command;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.api.RequestTypeProvider;

/**
 * Adds an invented message, as an embedder would: {@code getweather PLACE} → {@code weather PLACE:
 * SKY}, and {@code getweather PLACE YEAR} → {@code weather PLACE YEAR: SKY}.
 *
 * <p>Today's weather changes; that of a year is history, of which there is much more. The sky is
 * sun, rain or snow; everything else is false.
 */
public final class WeatherProvider implements RequestTypeProvider {

  /** How many bytes the weather of a year is reckoned at. */
  static final int HISTORY = 12_000;

  @Override
  public Collection<RequestType> types() {
    return List.of(new Weather());
  }

  /** The weather of a place. */
  static final class Weather implements RequestType {

    private static final int BY_PLACE = 64;
    private static final Pattern REQUEST = Pattern.compile("([A-Z][a-z]{1,20}( [0-9]{4})?)\0?");
    private static final Pattern RESPONSE = Pattern.compile("([^:]*): (.*)");
    private static final Set<String> SKIES = Set.of("sun", "rain", "snow");

    @Override
    public String request() {
      return "getweather";
    }

    @Override
    public Set<String> responses() {
      return Set.of("weather");
    }

    /** A zero at the end is tolerated, and cut off. */
    @Override
    public Optional<Message> canonical(Message request) {
      return Optional.of(REQUEST.matcher(text(request)))
          .filter(Matcher::matches)
          .map(matcher -> message(request(), matcher.group(1)));
    }

    @Override
    public Set<Key> requestKeys(Message request) {
      return Set.of(Key.of(BY_PLACE, request.toByteArray()));
    }

    @Override
    public Set<Key> responseKeys(Message response) {
      Matcher matcher = RESPONSE.matcher(text(response));
      return matcher.matches()
          ? Set.of(Key.of(BY_PLACE, matcher.group(1).getBytes(StandardCharsets.ISO_8859_1)))
          : Set.of();
    }

    @Override
    public boolean answers(Message request, Message response) {
      return requestKeys(request).equals(responseKeys(response));
    }

    @Override
    public long weight(Message request) {
      return isHistory(request) ? HISTORY : RequestType.super.weight(request);
    }

    @Override
    public Optional<String> check(Message request, List<Message> answer) {
      if (answer.size() != 1) {
        return Optional.of(answer.size() + " skies over one place");
      }
      Matcher matcher = RESPONSE.matcher(text(answer.get(0)));
      return matcher.matches() && SKIES.contains(matcher.group(2))
          ? Optional.empty()
          : Optional.of("no such sky: " + text(answer.get(0)));
    }

    @Override
    public Optional<Key> lastingName(Message request, Set<Key> keys) {
      return isHistory(request) ? keys.stream().findFirst() : Optional.empty();
    }

    private static boolean isHistory(Message request) {
      return text(request).indexOf(' ') > 0;
    }

    private static String text(Message message) {
      return new String(message.toByteArray(), StandardCharsets.ISO_8859_1);
    }
  }

  /** A message of this invented kind. */
  public static Message message(String command, String text) {
    return Message.of(command, text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
