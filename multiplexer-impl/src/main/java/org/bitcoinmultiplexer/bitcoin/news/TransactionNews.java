package org.bitcoinmultiplexer.bitcoin.news;

import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.core.News;

/**
 * A transaction that the node has accepted, and that can be had from {@link Newsroom#transaction},
 * at least for a while. Immutable.
 *
 * @param txid its id without witness
 * @param wtxid its id with witness, equal to the other if it has none
 */
public record TransactionNews(Hash txid, Hash wtxid) implements News {}
