package org.bitcoinmultiplexer.api;

/** What a {@link Strategy} composes its stages of, beside its own. */
public interface StageContext {

  /**
   * The loop of the upstream, to which stages are confined.
   *
   * @return the same each time
   */
  EventLoop loop();

  /**
   * Lets requests with the same single key that are equal in full share one. An answer settles
   * everybody; a negative outcome those who had asked before the request was written, while the
   * others are asked for once more, together.
   *
   * @param next is asked
   * @return a stage
   */
  Stage coalescing(Stage next);

  /**
   * Answers what is kept, and keeps what lasts of what is answered.
   *
   * @param next is asked for the rest
   * @return a stage; the next one itself where nothing is kept
   */
  Stage caching(Stage next);
}
