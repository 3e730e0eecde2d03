/** The wallet server over HTTP, whole and in parts, and killed. */
@NullMarked
package org.bitcoinmultiplexer.examples.walletserver;

import org.jspecify.annotations.NullMarked;
