package org.bitcoinmultiplexer.api;

/**
 * An option: all that help, documentation and refusals say of it.
 *
 * @param name such as {@code "window.items"}; of a strategy's own {@link StrategyProvider#options}
 *     the part behind the strategy's name
 * @param defaultValue as it would be written; empty if there is none
 * @param type what its value may be, with bounds and unit
 * @param meaning a short phrase
 * @param changesLive whether another value takes effect while a multiplexer runs
 */
public record OptionDescription(
    String name, String defaultValue, OptionType type, String meaning, boolean changesLive) {

  /**
   * An option that takes effect when a multiplexer is built.
   *
   * @param name as above
   * @param defaultValue as above
   * @param type as above
   * @param meaning as above
   */
  public OptionDescription(String name, String defaultValue, OptionType type, String meaning) {
    this(name, defaultValue, type, meaning, false);
  }

  /**
   * The same option as it is configured for a strategy.
   *
   * @param strategy whose own it is
   * @return called {@code STRATEGY.NAME}
   */
  public OptionDescription of(String strategy) {
    return new OptionDescription(
        strategy + "." + name,
        defaultValue,
        type,
        "of strategy " + strategy + ": " + meaning,
        changesLive);
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
