package org.bitcoinmultiplexer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Options as text, from several sources that overrule each other: properties, then environment
 * variables, then flags.
 *
 * <p>Immutable: each {@code with…} returns a new configuration whose values overrule those that
 * were there. A value is only judged by {@link MultiplexerBuilder#configuration}, so a bad one that
 * is overruled does no harm.
 */
public final class Configuration {

  private static final String PREFIX = "multiplexer.";
  private static final String ENVIRONMENT_PREFIX = "MULTIPLEXER_";

  /** Nothing configured: every option has its default. */
  public static final Configuration EMPTY = new Configuration(Map.of());

  private final Map<String, String> values;

  private Configuration(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Adds options in the form {@code multiplexer.NAME=VALUE}, such as a loaded {@link
   * java.util.Properties}. Names without the prefix belong to somebody else and are ignored.
   *
   * @param properties names and values
   * @return the richer configuration
   */
  public Configuration withProperties(Map<?, ?> properties) {
    Map<String, String> more = new TreeMap<>();
    properties.forEach(
        (name, value) -> {
          if (name.toString().startsWith(PREFIX)) {
            more.put(name.toString().substring(PREFIX.length()), value.toString().strip());
          }
        });
    return with(more);
  }

  /**
   * Adds options in the form {@code MULTIPLEXER_NAME=VALUE}, such as {@link System#getenv()}. A
   * variable with the prefix that names no option is refused when the configuration is used.
   *
   * @param environment names and values
   * @return the richer configuration
   */
  public Configuration withEnvironment(Map<String, String> environment) {
    Map<String, String> more = new TreeMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(ENVIRONMENT_PREFIX)) {
            more.put(optionOf(name), value.strip());
          }
        });
    return with(more);
  }

  private static String optionOf(String variable) {
    for (Option option : Option.values()) {
      if (option.environmentName().equals(variable)) {
        return option.optionName();
      }
    }
    // A strategy's own option: KEY_SIZE is key.size.
    String rest = variable.substring(ENVIRONMENT_PREFIX.length());
    return rest.toLowerCase(java.util.Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
  }

  /**
   * Adds one option.
   *
   * @param name as in {@link Option#optionName()}, or a strategy's own
   * @param value as text
   * @return the richer configuration
   */
  public Configuration with(String name, String value) {
    return with(Map.of(name, value));
  }

  /**
   * Adds options by their bare names.
   *
   * @param options names and values
   * @return the richer configuration
   */
  public Configuration with(Map<String, String> options) {
    Map<String, String> all = new LinkedHashMap<>(values);
    all.putAll(options);
    return new Configuration(Map.copyOf(all));
  }

  /**
   * All options that are set, by their bare names.
   *
   * @return an immutable map
   */
  public Map<String, String> values() {
    return values;
  }

  /**
   * The value of an option, or its default.
   *
   * @param option which
   * @return as text; empty if it is not set and has no default
   */
  public String value(Option option) {
    return values.getOrDefault(option.optionName(), option.defaultValue());
  }

  @Override
  public String toString() {
    return new TreeMap<>(values).toString();
  }
}
