/**
 * Numbered requests: the specification of the {@code seq} extension, and the side that answers.
 *
 * <h2>Abstract</h2>
 *
 * <p>Two messages for the Bitcoin P2P protocol. {@code sendseq} agrees, during the handshake, that
 * requests may be numbered. {@code seq} gives the next message on the wire a number: a request the
 * number that its sender chose, each message of the answer the number of its request. The last one
 * is marked, and where there is no answer that is said.
 *
 * <h2>Motivation</h2>
 *
 * <p>Nothing in a Bitcoin response says which request it answers. Whoever has asked two things must
 * tell the answers apart by content, which a {@code headers} or an {@code inv} does not have enough
 * of, or by order, and cannot tell at all that there will be none, which is common: a node is
 * silent about a block it does not have. On a connection of one's own that is bearable. Where many
 * share one connection, as behind this multiplexer, it decides what can be shared: requests without
 * a key wait for each other, and silence is only proven by a {@code ping} behind every group. With
 * numbers each request stands for itself, in any order, with an end of its own.
 *
 * <h2>Specification</h2>
 *
 * <p>The key words MUST, SHOULD and MAY are those of RFC 2119. Numbers are little endian. The
 * <i>dialler</i> opened the connection, the <i>acceptor</i> took it; the <i>requester</i> asked,
 * the <i>answerer</i> answers, and both sides may be either.
 *
 * <h3>Negotiation</h3>
 *
 * <pre>
 * sendseq: version u32 | window u32
 * </pre>
 *
 * <p>{@code version} is the highest version of this extension that the sender speaks; there is 1,
 * and the lesser of both counts. 0 is no offer. {@code window} is how many numbered requests the
 * sender takes in flight at a time; 0 takes none, which leaves the sender free to number its own.
 * Bytes that follow MUST be ignored.
 *
 * <p>A dialler that is going to offer says so in the services of its {@code version}: bit 28, one
 * of those that are set aside for experiments.
 *
 * <pre>
 *   dialler                         acceptor
 *   version, bit 28 set   ───►
 *                         ◄───      version, and what else it says before verack
 *   sendseq, verack       ───►
 *                         ◄───      sendseq, verack
 * </pre>
 *
 * <ol>
 *   <li>The dialler MAY send {@code sendseq} between the acceptor's {@code version} and its own
 *       {@code verack}. If it set bit 28 it MUST send one of them without waiting for the
 *       acceptor's {@code verack}.
 *   <li>The acceptor MUST NOT send {@code sendseq} before it has received one: there are clients
 *       that give a connection up for a command they do not know. It answers an offer with its own
 *       {@code sendseq} in front of its {@code verack}. From a dialler that set bit 28 it therefore
 *       holds its {@code verack} until the dialler's {@code sendseq} or {@code verack} has come.
 *   <li>Numbers are agreed if each side has received {@code sendseq} before the other's {@code
 *       verack}. Both sides then know it, and both from the same two messages. A {@code sendseq}
 *       that comes later, or a second time, or that cannot be read, MUST be ignored.
 * </ol>
 *
 * <h3>Numbers</h3>
 *
 * <pre>
 * seq: id u64 | kind u8
 *
 * kind  name     the next message of the same sender on the wire
 * ----  -------  ---------------------------------------------------------------------------------
 *    0  REQUEST  is a request with this id
 *    1  PART     belongs to the answer to the request with this id; more may come
 *    2  LAST     is the rest of that answer
 *    3  END      has nothing to do with it: the answer is over. Without any part before, there is
 *                none
 *    4  FAILED   has nothing to do with it: what is missing of the answer could not be found out.
 *                It is no answer, least of all that there is none
 * </pre>
 *
 * <p>After kind 0, 1 and 2 the next message MUST be the one that is meant: nothing may stand
 * between. Bytes that follow the kind MUST be ignored. Kinds from 5 on are an error.
 *
 * <p><b>Ids</b> are the requester's to choose, any 64 bits. An id MUST NOT be in use twice at a
 * time; it is free again as soon as the answer has ended, by LAST, END or FAILED. Counting up will
 * do. Each direction has its own ids: the kind tells a request from an answer, so both sides may
 * number requests, and may happen to use the same ids.
 *
 * <p><b>Answers.</b> The answer to a request is what the answerer would have sent had it been asked
 * without a number, message by message in that order, each behind a PART, and the last behind a
 * LAST or followed by an END. An answerer that cannot tell the last message in advance uses END. A
 * refusal in words, such as {@code notfound}, is a message of the answer like any other. Where the
 * protocol knows only silence there is END. {@code getblocks} and {@code getdata} neither set nor
 * use the continuation of a connection when they are numbered: the answer says by itself where it
 * ends.
 *
 * <p><b>Order.</b> Numbered requests are independent of each other and of everything else on the
 * connection. Their answers may come in any order, and the parts of several answers may alternate,
 * message by message. What is not numbered keeps the order it always had: unnumbered requests among
 * themselves, and the {@code pong} behind the answers to unnumbered requests. Announcements, pings
 * and unnumbered answers may stand between any two pairs of {@code seq} and message.
 *
 * <p><b>Anything can be numbered.</b> A message that is no request, or none that the answerer
 * knows, is treated as it would be without a number and answered with END at once.
 *
 * <h3>Errors and limits</h3>
 *
 * <p>A side that meets one of these MUST give the connection up, because from here on it cannot
 * know what belongs to what:
 *
 * <ul>
 *   <li>a {@code seq} of less than 9 bytes or of an unknown kind, or followed by a {@code seq};
 *   <li>once numbers are agreed, a frame that has to be dropped, for its checksum for example: it
 *       may have been either half of a pair;
 *   <li>for the answerer: an id that is in use already, or more requests in flight than the {@code
 *       window} it announced;
 *   <li>for the requester: an answer to an id that is not in use, the answer having ended or never
 *       having been asked for.
 * </ul>
 *
 * <p>Requests whose answers have not ended then have failed, and MAY be repeated on another
 * connection. Without an agreement {@code seq} is an unknown command and ignored.
 *
 * <p>An answerer owes an end to every numbered request. How long that may take is not said here; a
 * requester that loses patience closes the connection, as it does today.
 *
 * <h3>Test vectors</h3>
 *
 * <p>Bodies, without the frame around them, and one exchange as it is on the wire of the main
 * network: {@code getheaders} from the genesis block under id 7, to which there is no answer.
 *
 * <pre>
 * sendseq  version 1, window 256         0100000000010000
 * sendseq  version 1, window 0           0100000000000000
 * seq      REQUEST 1                     010000000000000000
 * seq      PART 0x0102030405060708       080706050403020101
 * seq      LAST 0xffffffffffffffff       ffffffffffffffff02
 * seq      END 0                         000000000000000003
 * seq      FAILED 255                    ff0000000000000004
 *
 * requester:
 *   f9beb4d973657100000000000000000009000000adb4f7a9070000000000000000
 *   f9beb4d9676574686561646572730000450000001d36fe538011010001
 *   6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000
 *   0000000000000000000000000000000000000000000000000000000000000000
 * answerer:
 *   f9beb4d97365710000000000000000000900000085d577c0070000000000000003
 * </pre>
 *
 * <h2>Rationale</h2>
 *
 * <p><b>A message in front instead of a field within.</b> No existing message changes, so whoever
 * stores, hashes, relays or shares messages need not know of numbers; the same encoded block goes
 * to a numbered and to an unnumbered client.
 *
 * <p><b>END and FAILED are two kinds</b> because the answerer may itself depend on somebody: a
 * multiplexer whose node is lost does not know whether there is an answer. To say END would be to
 * say that there is none, and somebody further down would tell a wallet so; to close the connection
 * would fail every other request with it.
 *
 * <p><b>The service bit</b> is what keeps everybody else out of this. Without it the acceptor would
 * have to hold its {@code verack} from every client, because any of them might be about to offer;
 * and one that waits for the acceptor's {@code verack} before it sends its own, as many a script
 * does, would wait for ever, or until a timer lets it go, which at the same time is too short for a
 * dialler far away. With it the handshake of every other client is as it always was, and the
 * agreement does not depend on how long a message takes.
 *
 * <p><b>BIP434</b> ({@code feature}) negotiates features between {@code version} and {@code verack}
 * among peers of version 70017 or more, who know that they must ignore features they do not know.
 * Between two such peers {@code feature("seq", the body of sendseq)} can stand in the place of
 * {@code sendseq}, and nobody need hold a {@code verack}, because both sides may then say it first.
 * {@code sendseq} exists for everybody else: a peer below 70017 must not be sent {@code feature}
 * (Bitcoin Core disconnects), but ignores an unknown command.
 *
 * <h2>Compatibility</h2>
 *
 * <p>A node that does not know {@code sendseq} ignores it, as Bitcoin Core, bcoin and btcd do with
 * every unknown command at that point, and with service bits that they do not know; it never sends
 * one, and the requester then asks as ever. A client that does not know it never sees it, because
 * the acceptor does not speak first.
 *
 * <h2>Security</h2>
 *
 * <p><b>An id never replaces the check of content.</b> An id says what the answerer <i>claims</i>
 * to answer. It is as good as the answerer, and it is not signed: a broken or lying one puts the
 * right number on the wrong block as easily as anything else. Whatever could be checked before must
 * be checked still: that the block has the hash that was asked for, that the headers connect to the
 * locator. What numbers add is that honest answers without such marks find their request too. A
 * wrong answer under a right id ends that exchange as a lie and no other.
 *
 * <p><b>Memory.</b> The window bounds what a requester can make an answerer hold; the requester
 * bounds the bytes of an answer that it collects. <b>Privacy.</b> Ids tell the answerer how many
 * requests were made on this connection, if they count up, which it knows anyway. They must not be
 * ids that a client behind the requester chose.
 *
 * <h2>What is here</h2>
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.sequence.SequenceResponder} is the answering side, for
 * any Java node or another multiplexer; {@link
 * org.bitcoinmultiplexer.bitcoin.sequence.SequenceNumbering} is what a router needs to ask. The
 * negotiation is in {@code bitcoin.handshake}, the bytes are {@link
 * org.bitcoinmultiplexer.bitcoin.wire.SendSequence} and {@link
 * org.bitcoinmultiplexer.bitcoin.wire.Sequence}.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.sequence;

import org.jspecify.annotations.NullMarked;
