/**
 * What is kept in a directory and survives: answers, in one file of an embedded store (H2's
 * MVStore, an optional dependency that nothing outside of this package knows).
 *
 * <p>That store writes behind what is there and never over what is in use, so a process that is
 * killed at any moment leaves what it had committed. A file that cannot be read is set aside with
 * one line in the log, and a new one begun: everything in it can be had again.
 *
 * <p>Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.cache.disk;

import org.jspecify.annotations.NullMarked;
