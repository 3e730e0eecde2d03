/**
 * Answers that are kept, so that the node is asked once: the stage in front of the upstream.
 *
 * <p>Two tiers. What is in {@link org.bitcoinmultiplexer.cache.MemoryStore memory} is served in the
 * loop of the client that asks, without a hop and without a lock. What is in an {@link
 * org.bitcoinmultiplexer.api.AnswerStore}, such as the one on a disk, is searched on threads of its
 * own, once for all who ask at the time, and is checked in full before it is believed: a store that
 * was damaged costs a question to the node and nothing else.
 *
 * <p><b>Admission.</b> Memory is shared by clients that need the same few blocks at the tip and by
 * clients that walk through the whole chain once. Whatever comes in is on probation: it is promoted
 * only if it is asked for again, so a walk pushes out what other walks brought, and never what many
 * need. Measured (see {@code AdmissionTest}) against Guava's cache, which evicts what was used
 * least recently.
 *
 * <p>Knows no Bitcoin: what lasts, what it weighs and what is true is for the protocol to say.
 *
 * <p>Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.cache;

import org.jspecify.annotations.NullMarked;
