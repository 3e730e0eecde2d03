package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set that forgets what was added first when it is full. Not safe for use by several threads.
 *
 * @param <E> what it holds
 */
final class BoundedSet<E> implements Iterable<E> {

  private final int capacity;
  private final LinkedHashSet<E> elements = new LinkedHashSet<>();

  BoundedSet(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Adds an element.
   *
   * @return what was forgotten for it, null if nothing
   */
  @Nullable E push(E element) {
    if (elements.add(element) && elements.size() > capacity) {
      return poll();
    }
    return null;
  }

  /** Adds an element; whether it was not there. */
  boolean add(E element) {
    int size = elements.size();
    return push(element) != null || elements.size() > size;
  }

  /** Takes out what was added first; null if there is nothing. */
  @Nullable E poll() {
    Iterator<E> oldest = elements.iterator();
    if (!oldest.hasNext()) {
      return null;
    }
    E element = oldest.next();
    oldest.remove();
    return element;
  }

  /** Takes out everything, the oldest first. */
  List<E> drain() {
    List<E> all = new ArrayList<>(elements);
    elements.clear();
    return all;
  }

  boolean contains(E element) {
    return elements.contains(element);
  }

  boolean remove(E element) {
    return elements.remove(element);
  }

  boolean isEmpty() {
    return elements.isEmpty();
  }

  int size() {
    return elements.size();
  }

  void clear() {
    elements.clear();
  }

  /** From the oldest on. */
  @Override
  public Iterator<E> iterator() {
    return elements.iterator();
  }
}
