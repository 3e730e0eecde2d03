package org.bitcoinmultiplexer.bitcoin.command;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.api.RequestTypeProvider;

/** Adds an invented pair: {@code getweather PLACE} → {@code weather PLACE: words}. */
public final class WeatherProvider implements RequestTypeProvider {

  @Override
  public Collection<RequestType> types() {
    return List.of(new Weather());
  }

  private static final class Weather implements RequestType {

    @Override
    public String request() {
      return "getweather";
    }

    @Override
    public Set<String> responses() {
      return Set.of("weather");
    }

    @Override
    public Optional<Message> canonical(Message request) {
      return Optional.of(request);
    }

    @Override
    public Set<Key> requestKeys(Message request) {
      return Set.of(Key.of(64, request.toByteArray()));
    }

    @Override
    public Set<Key> responseKeys(Message response) {
      int end = 0;
      byte[] text = response.toByteArray();
      while (end < text.length && text[end] != ':') {
        end++;
      }
      return Set.of(Key.of(64, text, 0, end));
    }

    @Override
    public boolean answers(Message request, Message response) {
      return requestKeys(request).equals(responseKeys(response));
    }
  }
}
