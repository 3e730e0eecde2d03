package org.bitcoinmultiplexer.config;

import java.util.function.Supplier;

/**
 * Where the value of an option was said, for whoever has to correct it.
 *
 * @param words such as {@code "flag --upstream"}
 */
public record Origin(String words) {

  /** A call of the builder. */
  public static final Origin BUILDER = new Origin("the builder");

  /** A call of a program that adds to a configuration. */
  public static final Origin PROGRAM = new Origin("the program");

  /**
   * A line of a file.
   *
   * @param file its name
   * @param line its number, from 1
   * @return the origin
   */
  public static Origin file(String file, int line) {
    return new Origin(file + ":" + line);
  }

  /**
   * A property of a map.
   *
   * @param name of the property
   * @return the origin
   */
  public static Origin property(String name) {
    return new Origin("property " + name);
  }

  /**
   * An environment variable.
   *
   * @param name of the variable
   * @return the origin
   */
  public static Origin variable(String name) {
    return new Origin("variable " + name);
  }

  /**
   * A flag of a command line.
   *
   * @param name such as {@code "--upstream"}
   * @return the origin
   */
  public static Origin flag(String name) {
    return new Origin("flag " + name);
  }

  /**
   * Adds where a value was said to whatever is refused about it.
   *
   * @param judgement refuses a bad value by an {@link IllegalArgumentException}
   * @param <T> of the value
   * @return what the judgement returns
   */
  public <T> T blamed(Supplier<T> judgement) {
    try {
      return judgement.get();
    } catch (BadOptionException e) {
      throw e; // it says so already
    } catch (IllegalArgumentException e) {
      throw new BadOptionException(e.getMessage() + " (from " + words + ")", e);
    }
  }

  @Override
  public String toString() {
    return words;
  }
}
