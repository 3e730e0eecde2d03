/**
 * What is counted: {@link org.bitcoinmultiplexer.metrics.Counter} names every counter and says what
 * it counts.
 */
@NullMarked
package org.bitcoinmultiplexer.metrics;

import org.jspecify.annotations.NullMarked;
