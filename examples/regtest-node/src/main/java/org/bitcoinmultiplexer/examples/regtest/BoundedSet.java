package org.bitcoinmultiplexer.examples.regtest;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** A set that forgets its oldest elements. */
final class BoundedSet<E> {
  private final int capacity;
  private final Set<E> elements = new LinkedHashSet<>();

  BoundedSet(int capacity) {
    this.capacity = capacity;
  }

  void add(E element) {
    if (elements.add(element) && elements.size() > capacity) {
      Iterator<E> oldest = elements.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  boolean contains(E element) {
    return elements.contains(element);
  }

  void clear() {
    elements.clear();
  }
}
