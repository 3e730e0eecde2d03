/**
 * The multiplexer as a program: listens for clients, dials a node, and shows how the library is
 * embedded.
 *
 * <p>{@link org.bitcoinmultiplexer.examples.proxy.ProxyMain} is the entry; {@code --help} tells the
 * rest. Standard output belongs to results: the one line that says that the proxy is ready, the
 * report of {@code --check}, the course of {@code --demo}. Everything else goes to standard error.
 */
@NullMarked
package org.bitcoinmultiplexer.examples.proxy;

import org.jspecify.annotations.NullMarked;
