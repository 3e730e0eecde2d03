package org.bitcoinmultiplexer.tck;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;

/**
 * The keys of the toy protocol: bodies are text, and names in it have no commas.
 *
 * <table>
 *   <caption>The toy protocol</caption>
 *   <tr><th>request</th><th>answer</th><th></th></tr>
 *   <tr><td>{@code get a,b}</td><td>{@code item a=value}, {@code item b=value}</td>
 *     <td>a key for each name; {@code none a,b} refuses</td></tr>
 *   <tr><td>{@code list a}</td><td>{@code part a/0}, {@code part a/1!}</td>
 *     <td>two keys, both in every part; complete with an exclamation mark, or with the marker only</td></tr>
 *   <tr><td>{@code ask a}</td><td>{@code told a}</td><td>no key</td></tr>
 *   <tr><td>{@code mark n}</td><td>{@code echo n}</td><td>the marker</td></tr>
 * </table>
 *
 * <p>An item whose value is a question mark is a forgery: its key says what it claims to be, and
 * the full check finds that it is not.
 */
public final class ToyKeys implements KeyStrategy {

  private static final int ITEM = 1;
  private static final int LIST = 2;
  private static final int ALIAS = 3;

  @Override
  public Set<Key> requestKeys(Message request) {
    return switch (request.command()) {
      case "get" -> keys(ITEM, names(request));
      case "list" -> listKeys(text(request));
      default -> Set.of();
    };
  }

  @Override
  public Set<Key> responseKeys(Message response) {
    return switch (response.command()) {
      case "item" -> keys(ITEM, List.of(before('=', response)));
      case "none" -> keys(ITEM, names(response));
      case "part" -> listKeys(before('/', response));
      default -> Set.of();
    };
  }

  @Override
  public boolean answers(Message request, Message response) {
    return switch (request.command() + " " + response.command()) {
      case "get item" ->
          names(request).contains(before('=', response)) && !text(response).endsWith("=?");
      case "get none" -> names(request).stream().anyMatch(names(response)::contains);
      case "list part" -> text(request).equals(before('/', response));
      case "ask told" -> text(request).equals(text(response));
      default -> false;
    };
  }

  @Override
  public boolean completes(Message request, Message response) {
    return switch (response.command()) {
      case "item", "told" -> true;
      default -> text(response).endsWith("!");
    };
  }

  @Override
  public boolean refuses(Message response) {
    return response.command().equals("none");
  }

  static String text(Message message) {
    return new String(message.toByteArray(), StandardCharsets.ISO_8859_1);
  }

  static List<String> names(Message message) {
    return List.of(text(message).split(","));
  }

  private static String before(char end, Message message) {
    String text = text(message);
    int index = text.indexOf(end);
    return index < 0 ? text : text.substring(0, index);
  }

  private static Set<Key> listKeys(String name) {
    Set<Key> keys = keys(LIST, List.of(name));
    keys.addAll(keys(ALIAS, List.of(name)));
    return keys;
  }

  private static Set<Key> keys(int kind, List<String> names) {
    Set<Key> keys = new LinkedHashSet<>();
    for (String name : names) {
      keys.add(Key.of(kind, name.getBytes(StandardCharsets.ISO_8859_1)));
    }
    return keys;
  }
}
