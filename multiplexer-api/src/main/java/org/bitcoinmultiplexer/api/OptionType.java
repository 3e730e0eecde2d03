package org.bitcoinmultiplexer.api;

import java.util.List;

/** What the value of an option may be. */
public sealed interface OptionType {

  /** True or false. */
  OptionType YES_OR_NO = new Choice(List.of("true", "false"));

  /**
   * What may be written.
   *
   * @return a phrase, such as {@code "1 to 10000"}
   */
  String inWords();

  /**
   * Refuses a text that cannot be the value.
   *
   * @param name of the option, for the message
   * @param text what was written
   * @throws IllegalArgumentException naming the option and the text
   */
  void check(String name, String text);

  /**
   * Words or names that somebody else judges.
   *
   * @param inWords the form
   */
  record Text(String inWords) implements OptionType {
    @Override
    public void check(String name, String text) {
      if (text.isEmpty()) {
        throw new IllegalArgumentException(name + ": is empty; it is " + inWords);
      }
    }
  }

  /**
   * One of some words.
   *
   * @param words at least two
   */
  record Choice(List<String> words) implements OptionType {

    /**
     * Takes a copy.
     *
     * @param words at least two
     */
    public Choice {
      words = List.copyOf(words);
    }

    @Override
    public String inWords() {
      int last = words.size() - 1;
      return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    @Override
    public void check(String name, String text) {
      if (!words.contains(text)) {
        throw new IllegalArgumentException(name + " is " + inWords() + ", not '" + text + "'");
      }
    }
  }

  /** A number within bounds. */
  record Amount(AmountUnit unit, long least, long most) implements OptionType {

    /** More than there is anywhere, and can be multiplied by a few without overflow. */
    public static final long MOST_BYTES = Long.MAX_VALUE / 8;

    /**
     * A number of things.
     *
     * @param least the smallest
     * @param most the largest
     * @return the type
     */
    public static Amount items(long least, long most) {
      return new Amount(AmountUnit.ITEMS, least, most);
    }

    /**
     * A number of bytes, with or without a unit.
     *
     * @param least the smallest
     * @param most the largest
     * @return the type
     */
    public static Amount bytes(long least, long most) {
      return new Amount(AmountUnit.BYTES, least, most);
    }

    /**
     * A time in seconds, with or without a unit.
     *
     * @param least the shortest
     * @param most the longest
     * @return the type
     */
    public static Amount seconds(long least, long most) {
      return new Amount(AmountUnit.SECONDS, least, most);
    }

    @Override
    public String inWords() {
      return most >= MOST_BYTES
          ? "from " + unit.format(least)
          : unit.format(least) + " to " + unit.format(most);
    }

    @Override
    public void check(String name, String text) {
      parse(name, text);
    }

    /**
     * Reads a value.
     *
     * @param name of the option, for the message
     * @param text what was written
     * @return items, bytes or seconds
     * @throws IllegalArgumentException naming the option and the text
     */
    public long parse(String name, String text) {
      long amount;
      try {
        amount = unit.parse(text);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            name + ": " + e.getMessage() + "; it is " + inWords(), e);
      }
      return within(name, amount, text);
    }

    /**
     * Refuses an amount out of bounds.
     *
     * @param name of the option, for the message
     * @param amount items, bytes or seconds
     * @return the amount
     * @throws IllegalArgumentException naming the option and the amount
     */
    public long check(String name, long amount) {
      return within(name, amount, Long.toString(amount));
    }

    private long within(String name, long amount, String text) {
      if (amount < least || amount > most) {
        throw new IllegalArgumentException(
            name + ": " + text + " is out of range; it is " + inWords());
      }
      return amount;
    }
  }
}
