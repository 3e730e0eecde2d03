package org.bitcoinmultiplexer.check;

import java.time.Duration;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.jspecify.annotations.Nullable;

/**
 * What a probe saw.
 *
 * @param target what was dialled
 * @param connected whether the connection was opened at all
 * @param version how the node introduced itself; null if it did not
 * @param clockAhead by how many seconds its clock is ahead of ours
 * @param shaken whether the handshake was completed
 * @param wtxidRelay whether transactions are announced by witness id
 * @param feeFilter the last it said, in satoshi per 1000 virtual bytes; negative if it said nothing
 * @param roundTrip of a ping; null if it was not answered
 * @param fence how long a ping behind a request for the unknown took; null if it was not answered
 * @param notFound whether it said that it does not have the unknown transaction
 * @param headers how many headers came for the genesis block's successors; negative if no answer
 * @param friend whether it grants us permissions that not everybody has; null if that was not seen
 * @param unreadable whether it sent what is no message of the network
 * @param end why the probe ended early; empty if it did not
 */
record Facts(
    String target,
    boolean connected,
    @Nullable Version version,
    long clockAhead,
    boolean shaken,
    boolean wtxidRelay,
    long feeFilter,
    @Nullable Duration roundTrip,
    @Nullable Duration fence,
    boolean notFound,
    int headers,
    @Nullable Boolean friend,
    boolean unreadable,
    String end) {}
