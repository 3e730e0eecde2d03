/**
 * A multiplexer, a node and a crowd of clients in virtual time, at random from one seed.
 *
 * <pre>
 *   Client ─ Habits, Misdeeds          what it asks for
 *      │   └ Expectation, Court        what is due to it
 *      └─ Pipe ─► Engine, BitcoinProtocol, a strategy ─ Pipe ─► NodeLine ─ Node, Tales
 *                                                                  │
 *                        Truth, Troubles ◄─────────────────────────┘
 * </pre>
 *
 * <p>The node answers as Bitcoin Core does, and fails the run on whatever Core would punish. Some
 * of what it says is not true, some is lost, some nobody asked for. Each client judges by itself
 * what it is sent: {@link org.bitcoinmultiplexer.simulation.Truth} says what the node has, {@link
 * org.bitcoinmultiplexer.simulation.Troubles} what excuses an answer that does not come.
 */
package org.bitcoinmultiplexer.simulation;
