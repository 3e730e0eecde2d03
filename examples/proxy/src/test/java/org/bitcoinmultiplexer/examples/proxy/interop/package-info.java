/**
 * Unlike clients through one multiplexer to each kind of node.
 *
 * <p>{@link org.bitcoinmultiplexer.examples.proxy.interop.InteropSuite} is run for each {@link
 * org.bitcoinmultiplexer.examples.proxy.interop.Way} and each kind of node. One way is no
 * multiplexer at all: what fails there is the suite's own mistake.
 */
package org.bitcoinmultiplexer.examples.proxy.interop;
