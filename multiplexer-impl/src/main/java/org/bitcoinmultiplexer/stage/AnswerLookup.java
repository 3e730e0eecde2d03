package org.bitcoinmultiplexer.stage;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * Answers that are known already, by the {@linkplain org.bitcoinmultiplexer.api.Request#lasting
 * lasting name} of what was asked: what is found here is not asked upstream.
 *
 * <p>Two kinds of look-up, because they differ in what they may cost. {@link #find} is called in
 * the loop of the client that asks, before anything is handed over: it never waits, and never locks
 * against another client. {@link #search} may take its time, so it is called once for all who ask
 * the same.
 */
public interface AnswerLookup {

  /** Knows nothing and keeps nothing. */
  AnswerLookup NONE =
      new AnswerLookup() {
        @Override
        public @Nullable Message find(Key name) {
          return null;
        }

        @Override
        public boolean search(
            Key name, Predicate<Message> isTrue, Consumer<? super @Nullable Message> then) {
          return false;
        }

        @Override
        public void keep(Key name, Message answer) {}
      };

  /**
   * Finds an answer that is at hand. Any thread; at once.
   *
   * @param name of what is asked
   * @return the same instance to everybody, or null
   */
  @Nullable Message find(Key name);

  /**
   * Searches for an answer where that takes time. Called in the engine's loop, after {@link #find}
   * found nothing; returns at once.
   *
   * @param name of what is asked
   * @param isTrue decides whether what was found is what was asked for; pure, any thread, may take
   *     milliseconds. What fails is forgotten.
   * @param then hears what was found, or null: once, on any thread, also before this returns
   * @return false if there is nowhere to search; then nothing is heard
   */
  boolean search(Key name, Predicate<Message> isTrue, Consumer<? super @Nullable Message> then);

  /**
   * Keeps an answer of upstream's, or does not. Any thread; at once.
   *
   * @param name of what was asked
   * @param answer checked in full
   */
  void keep(Key name, Message answer);
}
