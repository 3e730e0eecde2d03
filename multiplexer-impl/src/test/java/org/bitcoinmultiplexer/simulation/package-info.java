/**
 * A multiplexer, a node and a crowd of clients in virtual time, at random from one seed.
 *
 * <pre>
 *   Client ─ ClientBehaviour, ClientMisbehaviour   what it asks for
 *      │   ├ UnpromptedMessages, Submissions       what it brings
 *      │   ├ Expectation, DeliveryOracle           what is due to it
 *      │   └ AnnouncementOracle                    what may be news to it
 *      └─ Pipe ─► Engine, BitcoinProtocol, a strategy ─ Pipe ─► NodeLine ─ Node
 *                                          GetDataServer, ForgedAnswers ┤   what it serves
 *                                                      SubmissionOracle ┤   what it is given
 *                                                   UnsolicitedMessages ┤   what it adds
 *                                            GroundTruth, Chain, FaultLog
 * </pre>
 *
 * <p>The node answers as Bitcoin Core does, and fails the run on whatever Core would punish. Some
 * of what it says is not true, some is lost, some nobody asked for. Each client judges by itself
 * what it is sent: {@link org.bitcoinmultiplexer.simulation.GroundTruth} says what the node has and
 * had, chain by chain, {@link org.bitcoinmultiplexer.simulation.FaultLog} what excuses an answer
 * that does not come.
 */
package org.bitcoinmultiplexer.simulation;
