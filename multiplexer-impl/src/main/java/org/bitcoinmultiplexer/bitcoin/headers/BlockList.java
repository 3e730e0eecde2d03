package org.bitcoinmultiplexer.bitcoin.headers;

import java.util.Optional;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * The answer to a {@code getblocks}.
 *
 * @param inv the blocks to be announced
 * @param continuation the last of them, if the list was cut off there: as soon as the client asks
 *     for that block it is to be told the tip, in an inv of its own right after the block, so that
 *     it asks for the next list
 */
public record BlockList(Message inv, Optional<Hash> continuation) {}
