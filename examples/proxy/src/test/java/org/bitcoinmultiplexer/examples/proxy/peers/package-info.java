/**
 * Real peers for tests: a bcoin full node, a bitcoind, a bitcoinj wallet, and a raw client that
 * checks every byte. None of them shares a line of code with the multiplexer, so each is a second
 * opinion on it.
 *
 * <p>Everything here waits on a condition with a deadline, and everything that is started is ended
 * again, at the latest when the virtual machine exits.
 */
package org.bitcoinmultiplexer.examples.proxy.peers;
