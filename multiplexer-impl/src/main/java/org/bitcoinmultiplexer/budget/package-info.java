/**
 * What each host, and all of them together, may take of what clients share: one budget per host,
 * which survives reconnects.
 *
 * <p>A host is an IPv4 address or an IPv6 network of 64 bits, which is what one customer has.
 * Clients on this machine and in this process count alone, each as a host of its own that is
 * forgotten when it goes, under the same ceilings for all.
 *
 * <p>Two kinds of things are counted. A {@link org.bitcoinmultiplexer.budget.Rate} is used up and
 * comes back with time: messages, work. A {@link org.bitcoinmultiplexer.budget.Holding} is memory
 * that is held for a while and given back. Who is over its budget is delayed, then refused, then
 * closed; which of these, and when, is for whoever asks here to decide. That somebody was delayed
 * or refused is counted here.
 *
 * <p><b>Nobody waits for others.</b> Who has used little of its own budget is let through though
 * the ceiling for all is reached ({@link org.bitcoinmultiplexer.budget.HostBudget}).
 *
 * <p>Internal: knows neither Bitcoin nor sockets nor sessions.
 */
@NullMarked
package org.bitcoinmultiplexer.budget;

import org.jspecify.annotations.NullMarked;
