package org.bitcoinmultiplexer.core;

import java.util.HashSet;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the node of one connection answered with something else. A few such answers may be an
 * accident; a node that gives more of them is not one to ask.
 *
 * <p>Counts different questions: one that a client asks again and again says nothing new, and must
 * not cost the others their node.
 *
 * <p>Confined to the engine's loop.
 */
final class MisbehaviourTracker {

  private static final Logger log = LoggerFactory.getLogger(MisbehaviourTracker.class);

  static final int MOST = 16;

  private final Set<Message> questions = new HashSet<>();

  /** A new connection. */
  void clear() {
    questions.clear();
  }

  /**
   * One more.
   *
   * @return whether that is the one too many, which is said once
   */
  boolean areTooMany(Message question, String lie) {
    if (questions.size() == MOST || !questions.add(question)) {
      log.debug("upstream answered {} with something else: {}", question, lie);
      return false;
    }
    log.warn("upstream answered {} with something else: {}", question, lie);
    return questions.size() == MOST;
  }
}
