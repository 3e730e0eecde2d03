package org.bitcoinmultiplexer.api;

import java.util.Optional;

/**
 * Keeps answers that never change, by the name of what was asked: in memory, on a disk, or at a
 * place that several multiplexers share.
 *
 * <p>A store is a help and no authority. It may forget anything at any time, and may refuse to keep
 * anything; whatever it returns is checked before it is used, so it may even be wrong. What it must
 * not do is to return an answer under a name that it was not put under while it lives.
 *
 * <p><b>Threading.</b> All methods may be called from any number of threads at once, and may take
 * their time: they are called on threads that have nothing else to do. An unchecked exception is
 * taken for "not there".
 */
public interface AnswerStore extends AutoCloseable {

  /**
   * Looks an answer up.
   *
   * @param name under which it was put
   * @return the answer, equal to what was put; empty if it is not there
   */
  Optional<Message> get(Key name);

  /**
   * Keeps an answer, if there is room for it or room can be made. Answers do not change: if there
   * is one of that name already, either may stay.
   *
   * @param name of what was asked
   * @param answer its answer
   */
  void put(Key name, Message answer);

  /**
   * Forgets an answer, because it turned out to be wrong.
   *
   * @param name under which it was put
   */
  void remove(Key name);

  /**
   * Ends the store; idempotent. Afterwards nothing is there and nothing is kept. What survives is
   * for the implementation to say.
   */
  @Override
  void close();
}
