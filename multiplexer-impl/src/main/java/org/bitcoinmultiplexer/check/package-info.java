/**
 * What a node offers and lacks as the upstream of a multiplexer, found out in one short connection:
 * {@link org.bitcoinmultiplexer.check.UpstreamCheck} is the door.
 *
 * <pre>
 *   UpstreamCheck ──asks──► Probe ──sees──► Facts ──mean──► Assessment ──says──► Report
 * </pre>
 */
@NullMarked
package org.bitcoinmultiplexer.check;

import org.jspecify.annotations.NullMarked;
