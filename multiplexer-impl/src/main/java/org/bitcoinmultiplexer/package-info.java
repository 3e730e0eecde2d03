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
 *  3 core                 Session             charges the client's host; reads on while it owes little
 *  4 bitcoin.session      BitcoinConversation is past the handshake, and hands on to
 *  5 bitcoin.session      ReadyClient         which knows the message
 *  6 bitcoin.session      ClientRequests      makes a DataBatch of it, of an item for each block
 *  7 core                 DeliveryQueue       keeps the order; asks as far ahead as the budget allows,
 *                                             item by item, for which
 *  8 bitcoin.session      DataBatch           says in our own words what to ask: the block, with witness
 *  9 core                 RequestIntake       has RequestTypes read keys and weight, once; hands over to
 *                         the engine's loop
 * 10 stage                CoalescingStage     joins who asks for the same
 * 11 core                 RequestDispatcher   makes an attempt of it, and another if that fails
 * 12 core                 RequestQueue        has each host wait for its turn
 * 13 core                 RequestWriter       takes what there is room for, but what may cost the connection
 * 14 strategy             KeyRouter           admits what can be told apart; at the end of the task
 * 15 bitcoin.command      Batches             merges neighbours into one getdata, behind which
 * 16 strategy             MarkerQueue         puts a ping, whose pong ends silence
 * 17 core                 UpstreamConnection  writes them, and watches for an answer
 * 18 transport            Outbox              has FrameEncoder frame them, for TcpTransport
 *
 *                         and back: the engine's loop
 *  1 transport.tcp        TcpTransport
 *  2 bitcoin.wire         FrameDecoder
 *  3 core                 UpstreamConnection  the node is alive
 *  4 bitcoin.relay        UpstreamConversation tells the relay what is news in it, lets answers pass
 *  5 strategy             KeyRouter           whose is it? finds the slot by key, and asks
 *  6 bitcoin.command      GetDataRequestType  whether it can be the answer to that request
 *  7 core                 RequestAttempt      has its answer complete
 *  8 core                 AnswerChecker       has it checked in full, beside the loop if it is large
 *  9 bitcoin.chain        BlockCheck          proof of work, merkle root, witness commitment
 * 10 core                 DispatchedRequest   has its outcome
 * 11 stage                SharedRequest       tells everybody who had joined
 *                         the client's loop
 * 12 core                 DeliveryQueue       waits for its turn in the client's order
 * 13 bitcoin.session      DataBatch           makes of it the form that was asked for
 * 14 transport            Outbox              has FrameEncoder frame it; its checksum is made once for all
 * 15 transport.tcp        TcpTransport        writes it
 * </pre>
 *
 * <p>Between a transport's thread and the loop that is meant to hear it stands an {@code
 * InboundGate}. Under {@code cache} a {@code CachingStage} follows 10, and 9 looks there first, in
 * the client's loop; under {@code serial} and {@code sequence} there are other routers at 14. What
 * {@code bitcoin.node} knows already {@code DataBatch} answers by itself, at 8; what a client hands
 * in leaves at 5 for {@code ClientAnnouncements}. What the node says unasked is heard at 4, and
 * counted at 5 if nobody there knows it. Under {@code passthrough} there are two transports with a
 * {@code PassthroughSession} in between, and nothing else.
 *
 * <p>Where to go for what is no message: {@code core} is clients and connections, with everything
 * that dials, queues and gives up; {@code bitcoin.node} only knows what the node has shown, {@code
 * bitcoin.relay} does something about it. A codec such as BIP324's belongs to {@code bitcoin.wire},
 * and to {@code transport}, which frames.
 *
 * <p>This package wires the others together and is imported by none of them but {@code bitcoinj},
 * which is an embedder like others. It never refers to Netty or bitcoinj: whoever wants these says
 * so himself.
 */
@NullMarked
package org.bitcoinmultiplexer;

import org.jspecify.annotations.NullMarked;
