package org.bitcoinmultiplexer.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Options as text, from several sources that overrule each other, each with the place where it was
 * said: properties, then environment variables, then flags.
 *
 * <p>Immutable: each {@code with…} returns a new configuration whose values overrule those that
 * were there. A value is only judged by {@code MultiplexerBuilder.configuration}, so a bad one that
 * is overruled does no harm.
 */
public final class Configuration {

  private static final Logger log = LoggerFactory.getLogger(Configuration.class);

  private static final String PREFIX = "multiplexer.";

  static final String ENVIRONMENT_PREFIX = "MULTIPLEXER_";

  /** Nothing configured: every option has its default. */
  public static final Configuration EMPTY = new Configuration(Map.of());

  private record Setting(String value, Origin origin) {}

  /** Takes an option and where it was said. */
  @FunctionalInterface
  public interface Visitor {

    /**
     * An option.
     *
     * @param name its bare name
     * @param value as text
     * @param origin where it was said
     */
    void visit(String name, String value, Origin origin);
  }

  private final Map<String, Setting> settings; // in the order in which they were said

  private Configuration(Map<String, Setting> settings) {
    this.settings = settings;
  }

  /**
   * Adds options in the form {@code multiplexer.NAME=VALUE}, such as a loaded {@link
   * java.util.Properties}. Names without the prefix belong to somebody else and are ignored.
   *
   * @param properties names and values
   * @return the richer configuration
   */
  public Configuration withProperties(Map<?, ?> properties) {
    Map<String, Setting> more = new TreeMap<>();
    properties.forEach(
        (key, value) -> {
          String name = key.toString();
          if (name.startsWith(PREFIX)) {
            more.put(
                name.substring(PREFIX.length()),
                new Setting(value.toString().strip(), Origin.property(name)));
          }
        });
    return with(more);
  }

  /**
   * Adds the options of a properties file, in the form {@code multiplexer.NAME=VALUE}. The file is
   * ours alone: a key without the prefix is refused.
   *
   * @param file in UTF-8
   * @return the richer configuration
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException naming the line and what is wrong with it
   */
  public Configuration withFile(Path file) throws IOException {
    Map<String, Setting> more = new LinkedHashMap<>();
    for (PropertiesFile.Entry entry : PropertiesFile.read(file)) {
      Origin origin = Origin.file(file.toString(), entry.line());
      if (!entry.key().startsWith(PREFIX)) {
        throw new IllegalArgumentException(
            "unknown key '" + entry.key() + "'; keys start with " + PREFIX + " (" + origin + ")");
      }
      more.put(entry.key().substring(PREFIX.length()), new Setting(entry.value().strip(), origin));
    }
    return with(more);
  }

  /**
   * Adds options in the form {@code MULTIPLEXER_NAME=VALUE}, such as {@link System#getenv()}. An
   * empty variable is one that is not set, as whoever fills in templates has no other way to say. A
   * variable with the prefix that names no option is refused when the configuration is used; those
   * with which Kubernetes tells of a service called {@code multiplexer} are ignored and logged.
   *
   * @param environment names and values
   * @return the richer configuration
   */
  public Configuration withEnvironment(Map<String, String> environment) {
    Map<String, Setting> more = new TreeMap<>();
    Set<String> ignored = new TreeSet<>();
    environment.forEach(
        (name, value) -> {
          if (!name.startsWith(ENVIRONMENT_PREFIX) || value.isBlank()) {
            return;
          }
          if (KubernetesVariables.contain(name, value)) {
            ignored.add(name);
          } else {
            more.put(optionOf(name), new Setting(value.strip(), Origin.variable(name)));
          }
        });
    if (!ignored.isEmpty()) {
      log.info("ignored as what Kubernetes tells of a service: {}", String.join(", ", ignored));
    }
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
    return rest.toLowerCase(Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
  }

  /**
   * Adds one option.
   *
   * @param name as in {@link Option#optionName()}, or a strategy's own
   * @param value as text
   * @return the richer configuration
   */
  public Configuration with(String name, String value) {
    return with(name, value, Origin.PROGRAM);
  }

  /**
   * Adds one option.
   *
   * @param name as in {@link Option#optionName()}, or a strategy's own
   * @param value as text
   * @param origin where it was said, for messages
   * @return the richer configuration
   */
  public Configuration with(String name, String value, Origin origin) {
    return with(Map.of(name, new Setting(value, origin)));
  }

  private Configuration with(Map<String, Setting> more) {
    Map<String, Setting> all = new LinkedHashMap<>(settings);
    all.putAll(more);
    return new Configuration(Collections.unmodifiableMap(all));
  }

  /**
   * Takes an option away.
   *
   * @param name its bare name
   * @return the configuration without it
   */
  public Configuration without(String name) {
    Map<String, Setting> others = new LinkedHashMap<>(settings);
    others.remove(name);
    return new Configuration(Collections.unmodifiableMap(others));
  }

  /**
   * Shows all options that are set.
   *
   * @param visitor called for each, in the order in which they were added first
   */
  public void forEach(Visitor visitor) {
    settings.forEach((name, setting) -> visitor.visit(name, setting.value, setting.origin));
  }

  /**
   * Whether an option is set.
   *
   * @param name its bare name
   * @return false if it has its default
   */
  public boolean has(String name) {
    return settings.containsKey(name);
  }

  /**
   * The value of an option, or its default.
   *
   * @param option which
   * @return as text; empty if it is not set and has no default
   */
  public String value(Option option) {
    return value(option.optionName(), option.defaultValue());
  }

  /**
   * The value of an option, or another.
   *
   * @param name its bare name
   * @param otherwise what is returned if it is not set
   * @return as text
   */
  public String value(String name, String otherwise) {
    Setting setting = settings.get(name);
    return setting == null ? otherwise : setting.value;
  }

  /**
   * Where an option was said.
   *
   * @param name its bare name
   * @return its origin; {@link Origin#PROGRAM} if it is not set
   */
  public Origin origin(String name) {
    Setting setting = settings.get(name);
    return setting == null ? Origin.PROGRAM : setting.origin;
  }

  @Override
  public String toString() {
    Map<String, String> values = new TreeMap<>();
    forEach((name, value, origin) -> values.put(name, value));
    return values.toString();
  }
}
