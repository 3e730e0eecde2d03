package org.bitcoinmultiplexer.api;

import java.util.List;
import java.util.Map;

/**
 * Provides a {@link Strategy} by name; found through {@link java.util.ServiceLoader}.
 *
 * <p>The built-in names are {@code passthrough}, {@code serial}, {@code key}, {@code sequence} and
 * {@code cache}; providing one of them again is refused when a multiplexer is built. The built-in
 * strategies are made by providers of the same kind.
 */
public interface StrategyProvider {

  /**
   * The word that chooses this strategy.
   *
   * @return lower case letters and digits, parts joined by hyphens
   */
  String name();

  /**
   * What it does, for help and documentation.
   *
   * @return a short phrase, such as {@code "one request at a time"}; empty if there is nothing to
   *     say
   */
  default String meaning() {
    return "";
  }

  /**
   * The strategy's own options, each configured as {@code NAME.OPTION}: help and documentation list
   * them, and what is none of them, or cannot be the value of one, is refused before {@link
   * #create} is called.
   *
   * @return their descriptions, by the part of their names behind the first dot; empty if there are
   *     none, or if {@link #create} judges them itself
   */
  default List<OptionDescription> options() {
    return List.of();
  }

  /**
   * Makes the strategy. Also called, and what it returns dropped, for a strategy that is not chosen
   * but has options: that is how they are judged, so nothing is to be opened or started here.
   *
   * @param options what was configured of this strategy's own options, by the part behind the first
   *     dot; what is not there has its default
   * @return the strategy
   * @throws IllegalArgumentException naming an option or value that it does not know
   */
  Strategy create(Map<String, String> options);
}
