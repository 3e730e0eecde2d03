package org.bitcoinmultiplexer.api;

import java.util.Optional;
import java.util.Set;

/**
 * What is asked of upstream, with all that has to be known of it: read once, when it is made.
 * Immutable, as far as the set of keys is, which nobody changes.
 *
 * @param message in the canonical form in which it is written upstream
 * @param keys of its answer, as {@link KeyStrategy#requestKeys}
 * @param weight how many bytes the answer is expected to have, at least 1
 * @param lasting the name under which the answer may be kept, because it will never be another one;
 *     empty if it does not last, or if nothing is kept
 */
public record Request(Message message, Set<Key> keys, long weight, Optional<Key> lasting) {}
