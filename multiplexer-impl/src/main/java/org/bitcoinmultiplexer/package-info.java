/**
 * The composition root: what an embedder starts with.
 *
 * <p>{@link org.bitcoinmultiplexer.BitcoinMultiplexer#builder()} puts a multiplexer together from
 * typed calls; {@link org.bitcoinmultiplexer.config.Configuration} is the same builder spoken to in
 * properties, environment variables and flags. Both know the options of {@link
 * org.bitcoinmultiplexer.config.Option} and refuse what is unknown, contradictory, out of range or
 * said twice, naming it and where it was said.
 *
 * <p><b>One {@code getdata}, there and back.</b> A client asks for a block, under {@code key}.
 * Whoever knows these classes knows where a change belongs; each says what it is for.
 *
 * <pre>
 *                         the client's loop
 *  1 transport.tcp        TcpTransport        reads bytes
 *  2 bitcoin.wire         FrameDecoder        makes messages of them, with the checksum right
 *  3 core                 InboundGate         reads no more while the client owes too much
 *  4 core                 Session             charges the host, bounds what the client may have open
 *  5 bitcoin.session      BitcoinConversation is past the handshake, and hands on to
 *  6 bitcoin.session      ReadyClient         which knows the message
 *  7 bitcoin.session      ClientRequests      makes a batch of it
 *  8 bitcoin.session      DataBatch           says it in our own words: the block, with witness
 *  9 core                 DeliveryQueue       keeps the order; asks as far ahead as the budget allows
 * 10 core                 RequestIntake       reads keys and weight, once, and hands over to
 *                         the engine's loop
 * 11 stage                CoalescingStage     joins who asks for the same
 * 12 core                 RequestDispatcher   asks again what has to be asked again
 * 13 core                 RequestQueue        has each host wait for its turn
 * 14 strategy             KeyRouter           admits what can be told apart; writes it, and a ping
 * 15 core                 UpstreamConnection  watches whether the node is alive
 * 16 transport.tcp        TcpTransport        frames it and writes it
 *
 *                         and back: the engine's loop
 *  1 transport.tcp        TcpTransport
 *  2 bitcoin.wire         FrameDecoder
 *  3 core                 UpstreamConnection  is told by InboundGate; the node is alive
 *  4 bitcoin.relay        UpstreamConversation hears what is news in it, and lets answers pass
 *  5 strategy             KeyRouter           whose is it? finds the slot by key, and asks
 *  6 bitcoin.command      GetDataRequestType  whether it can be the answer to that request
 *  7 core                 RequestAttempt      has its answer complete
 *  8 core                 RequestDispatcher   has it checked in full, beside the loop if it is large
 *  9 bitcoin.chain        BlockCheck          proof of work, merkle root, witness commitment
 * 10 core                 DispatchedRequest   has its outcome
 * 11 stage                SharedRequest       tells everybody who had joined
 *                         the client's loop
 * 12 core                 DeliveryQueue       waits for its turn in the client's order
 * 13 bitcoin.session      DataBatch           makes of it the form that was asked for
 * 14 core                 Session             sends it, if the client reads
 * 15 bitcoin.wire         FrameEncoder        frames it; the checksum is made once for all
 * 16 transport.tcp        TcpTransport        writes it
 * </pre>
 *
 * <p>Under {@code cache} there is a {@code CachingStage} behind 11, and 10 looks there first, in
 * the client's loop; under {@code serial} and {@code sequence} other routers stand at 14. What the
 * node says unasked goes no further than 4. What a client hands in leaves at 6 for {@code
 * ClientAnnouncements}, and what it asks in passing for {@code bitcoin.node} is answered at 9.
 *
 * <p>This package wires the others together and is imported by none of them. It never refers to the
 * optional adapters: whoever listens with Netty says so himself.
 */
@NullMarked
package org.bitcoinmultiplexer;

import org.jspecify.annotations.NullMarked;
