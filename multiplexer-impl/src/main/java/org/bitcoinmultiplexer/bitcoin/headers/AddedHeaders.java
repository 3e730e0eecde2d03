package org.bitcoinmultiplexer.bitcoin.headers;

/**
 * What became of headers that were added.
 *
 * @param outcome whether they fit
 * @param fresh how many of them were new and are in the chain now, which may be some even if a
 *     later one did not fit
 * @param flaw what is wrong with the one that did not fit; empty if all did
 */
public record AddedHeaders(Outcome outcome, int fresh, String flaw) {

  /** Whether headers fit. */
  public enum Outcome {
    /** All of them are in the chain. */
    CONNECTED,
    /** One builds on a header that is not known, which is no fault. */
    UNCONNECTED,
    /**
     * One has no proof of work, or not the difficulty or time that its place demands, or builds on
     * an excluded one.
     */
    INVALID
  }

  /**
   * Whether all of them are in the chain.
   *
   * @return true if nothing is wrong
   */
  public boolean isConnected() {
    return outcome == Outcome.CONNECTED;
  }
}
