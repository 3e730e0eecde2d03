package org.bitcoinmultiplexer.tck;

import java.nio.charset.StandardCharsets;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Numbering;

/**
 * The numbers of the toy protocol: {@code number PART 7} stands before a part of the answer to the
 * request 7.
 *
 * @param window how many numbered requests the peer takes in flight
 */
public record ToyNumbering(int window) implements Numbering {

  @Override
  public Message request(long number) {
    return message(Kind.REQUEST, number);
  }

  /**
   * What a peer says of the message behind it.
   *
   * @param kind anything but NONE
   * @param number of a request
   * @return a number
   */
  public static Message message(Kind kind, long number) {
    String text = kind + " " + number;
    return Message.of("number", text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public Kind kind(Message message) {
    return message.command().equals("number") ? Kind.valueOf(words(message)[0]) : Kind.NONE;
  }

  @Override
  public long number(Message message) {
    return Long.parseLong(words(message)[1]);
  }

  private static String[] words(Message message) {
    return ToyKeys.text(message).split(" ");
  }
}
