package org.bitcoinmultiplexer.config;

import java.util.Locale;

/**
 * An option: all that help, documentation and refusals say of it.
 *
 * @param name such as {@code "window.items"}; a strategy's own is {@code STRATEGY.OPTION}
 * @param defaultValue as it would be written; empty if there is none
 * @param type what its value may be
 * @param meaning a short phrase
 */
public record OptionDescription(String name, String defaultValue, OptionType type, String meaning) {

  static final String ENVIRONMENT_PREFIX = "MULTIPLEXER_";

  /**
   * The environment variable that sets it.
   *
   * @return such as {@code "MULTIPLEXER_WINDOW_ITEMS"}
   */
  public String environmentName() {
    return ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /**
   * Refuses a text that cannot be the value.
   *
   * @param text what was written
   * @throws IllegalArgumentException naming the option, the text and what it may be
   */
  public void check(String text) {
    type.check(name, text);
  }

  /**
   * Reads an amount.
   *
   * @param text what was written
   * @return items, bytes or seconds
   * @throws IllegalArgumentException naming the option, the text and the bounds
   */
  public long parse(String text) {
    return amount().parse(name, text);
  }

  /**
   * Refuses an amount out of bounds.
   *
   * @param value items, bytes or seconds
   * @return the value
   * @throws IllegalArgumentException naming the option, the value and the bounds
   */
  public long check(long value) {
    return amount().check(name, value);
  }

  private OptionType.Amount amount() {
    if (type instanceof OptionType.Amount amount) {
      return amount;
    }
    throw new IllegalStateException(name + " is no amount");
  }
}
