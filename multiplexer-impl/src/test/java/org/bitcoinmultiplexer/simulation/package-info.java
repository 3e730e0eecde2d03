/**
 * A multiplexer, a node and a crowd of clients in virtual time, at random from one seed.
 *
 * <pre>
 *   Client ─ Habits, Misdeeds          what it asks for
 *      │   ├ Offerings, Goods          what it brings
 *      │   ├ Expectation, Court        what is due to it
 *      │   └ Announced                 what may be news to it
 *      └─ Pipe ─► Engine, BitcoinProtocol, a strategy ─ Pipe ─► NodeLine ─ Node
 *                                                                  ├ Shelf, Tales   what it serves
 *                                                                  ├ Intake         what it is given
 *                                                                  └ Noise          what it adds
 *                   Truth, Chain, Troubles ◄───────────────────────┘
 * </pre>
 *
 * <p>The node answers as Bitcoin Core does, and fails the run on whatever Core would punish. Some
 * of what it says is not true, some is lost, some nobody asked for. Each client judges by itself
 * what it is sent: {@link org.bitcoinmultiplexer.simulation.Truth} says what the node has and had,
 * chain by chain, {@link org.bitcoinmultiplexer.simulation.Troubles} what excuses an answer that
 * does not come.
 */
package org.bitcoinmultiplexer.simulation;
