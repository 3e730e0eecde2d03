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
 * need. Shares of hits with room for 256 blocks, beside Guava's cache with a weigher, which evicts
 * what was used least recently ({@code AdmissionTest} measures it again):
 *
 * <table>
 *   <caption>hits</caption>
 *   <tr><th>who asks<th>here<th>Guava
 *   <tr><td>those at the tip; one walks through the chain as fast as they all<td>0.96<td>0.88
 *   <tr><td>those at the tip; he is 10 times as fast<td>0.94<td>0.40
 *   <tr><td>those at the tip; he is 100 times as fast<td>0.92<td>0.05
 *   <tr><td>50 who catch up from within 100 blocks of each other<td>0.42<td>0.42
 *   <tr><td>50 who catch up from within 1,000 blocks<td>0.16<td>0.16
 *   <tr><td>50 who catch up from within 10,000 blocks<td>0.03<td>0.03
 * </table>
 *
 * <p>Knows no Bitcoin: what lasts, what it weighs and what is true is for the protocol to say.
 *
 * <p>Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.cache;

import org.jspecify.annotations.NullMarked;
