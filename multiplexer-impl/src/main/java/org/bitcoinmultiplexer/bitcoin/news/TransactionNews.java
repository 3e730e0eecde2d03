package org.bitcoinmultiplexer.bitcoin.news;

import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.core.News;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that can be had from {@link Newsroom#transaction}, at least for a while. Immutable.
 *
 * @param txid its id without witness
 * @param wtxid its id with witness, equal to the other if it has none
 * @param origin the client that brought it and need not be told, compared by identity; null if it
 *     came from the node
 */
public record TransactionNews(Hash txid, Hash wtxid, @Nullable Client origin) implements News {}
