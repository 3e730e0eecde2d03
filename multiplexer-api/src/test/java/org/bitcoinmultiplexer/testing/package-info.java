/**
 * Real peers as child processes, for the tests of all modules. The kits need none of it.
 *
 * <p>Everything here waits on a condition with a deadline, and everything that is started is ended
 * again, at the latest when the virtual machine exits.
 */
package org.bitcoinmultiplexer.testing;
