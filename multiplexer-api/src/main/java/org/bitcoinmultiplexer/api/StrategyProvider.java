package org.bitcoinmultiplexer.api;

import java.util.Map;

/**
 * Provides a {@link Strategy} by name; found through {@link java.util.ServiceLoader}.
 *
 * <p>The built-in names are {@code passthrough}, {@code serial}, {@code key}, {@code sequence} and
 * {@code cache}; providing one of them again is refused when a multiplexer is built.
 */
public interface StrategyProvider {

  /**
   * The word that chooses this strategy.
   *
   * @return lower case letters and digits, parts joined by hyphens
   */
  String name();

  /**
   * Makes the strategy. Also called, and what it returns dropped, for a strategy that is not chosen
   * but has options: that is how they are judged, so nothing is to be opened or started here.
   *
   * @param options this strategy's own options: what was configured as {@code NAME.OPTION}, by the
   *     part after the first dot
   * @return the strategy
   * @throws IllegalArgumentException naming an option or value that it does not know
   */
  Strategy create(Map<String, String> options);
}
