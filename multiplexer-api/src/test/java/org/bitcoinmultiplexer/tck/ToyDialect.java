package org.bitcoinmultiplexer.tck;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Numbering;

/** A protocol of a few commands, see {@link ToyKeys}, with which routers are tested. */
public final class ToyDialect implements Dialect {

  private final KeyStrategy keys = new ToyKeys();
  private final Optional<Numbering> numbering;
  private long markers;

  /** Of a peer that knows no numbers. */
  public ToyDialect() {
    numbering = Optional.empty();
  }

  /** Of a peer that agreed to numbers. */
  public ToyDialect(Numbering numbering) {
    this.numbering = Optional.of(numbering);
  }

  @Override
  public Optional<Numbering> numbering() {
    return numbering;
  }

  @Override
  public KeyStrategy keys() {
    return keys;
  }

  @Override
  public Message newMarker() {
    return message("mark", Long.toString(++markers));
  }

  @Override
  public boolean isEcho(Message response) {
    return response.command().equals("echo");
  }

  @Override
  public boolean echoes(Message marker, Message response) {
    return isEcho(response) && ToyKeys.text(marker).equals(ToyKeys.text(response));
  }

  /** Neighbouring {@code get}s become one. */
  @Override
  public Iterable<Message> batch(Iterable<Message> requests) {
    List<Message> batched = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Message request : requests) {
      if (request.command().equals("get")) {
        names.addAll(ToyKeys.names(request));
      } else {
        addGet(names, batched);
        batched.add(request);
      }
    }
    addGet(names, batched);
    return batched;
  }

  private static void addGet(List<String> names, List<Message> batched) {
    if (!names.isEmpty()) {
      batched.add(get(names.toArray(String[]::new)));
      names.clear();
    }
  }

  public static Message get(String... names) {
    return message("get", String.join(",", names));
  }

  public static Message item(String name) {
    return message("item", name + "=value of " + name);
  }

  /** Has the key of an item, and is not that item. */
  public static Message forgedItem(String name) {
    return message("item", name + "=?");
  }

  public static Message none(String... names) {
    return message("none", String.join(",", names));
  }

  public static Message list(String name) {
    return message("list", name);
  }

  public static Message part(String name, int index) {
    return message("part", name + "/" + index);
  }

  /** The part after which no other comes. */
  public static Message lastPart(String name, int index) {
    return message("part", name + "/" + index + "!");
  }

  public static Message ask(String question) {
    return message("ask", question);
  }

  public static Message told(String question) {
    return message("told", question);
  }

  public static Message echo(String marker) {
    return message("echo", marker);
  }

  /** What nobody has asked for. */
  public static Message news(String text) {
    return message("news", text);
  }

  private static Message message(String command, String text) {
    return Message.of(command, text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
