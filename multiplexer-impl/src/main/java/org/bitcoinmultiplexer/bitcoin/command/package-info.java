/**
 * The table of requests and responses, and what follows from it: keys, completion, batches, weights
 * and full checks.
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.command.RequestTypes} is the door, {@link
 * org.bitcoinmultiplexer.bitcoin.command.BitcoinDialect} what routers see of it. What a future
 * message of the protocol costs is a class, which holds its row of the tables below, and its line
 * in {@code RequestTypes.builtIn}: from then on a client's request of that command is asked
 * upstream, in its canonical form, and all of its answer is the client's, unless the session has
 * something better to do. A {@link org.bitcoinmultiplexer.api.RequestTypeProvider} adds such a row
 * from outside; its keys should be of kinds from 64 on.
 *
 * <p>In the table: who asks (the client only, or both sides), how well an answer can be told by its
 * content (exact: request and response hold the same unique name; member: it can only be seen that
 * the answer is possible), by what, when it is complete, and what becomes of a client's request.
 * Rows marked shared or marker are asked upstream. Of the others the session takes care (local), or
 * the relay in our own name (owned), or they end with their connection; {@link
 * org.bitcoinmultiplexer.bitcoin.command.RequestTypes} claims none of their answers.
 *
 * <pre>
 *  # | request                      | responses                   | asked  | told   | by                      | complete    | treatment
 *  1 | ping                         | pong                        | both   | exact  | nonce                   | one message | marker
 *  2 | getheaders                   | headers                     | both   | member | parent in locator       | one message | shared
 *  3 | getblocks                    | inv                         | both   | none   | -                       | -           | local
 *  4 | getdata (last of getblocks)  | inv                         | both   | none   | -                       | -           | local
 *  5 | getdata BLOCK, WITNESS_BLOCK | block, notfound             | both   | exact  | block hash              | one message | shared
 *  6 | getdata FILTERED_BLOCK       | merkleblock, tx, notfound   | both   | exact  | block hash; none for tx | marker      | local
 *  7 | getdata CMPCT_BLOCK          | cmpctblock, block, notfound | both   | exact  | block hash              | one message | shared
 *  8 | getdata TX, WITNESS_TX       | tx, notfound                | both   | exact  | txid                    | one message | shared
 *  9 | getdata WTX                  | tx, notfound                | both   | exact  | wtxid                   | one message | shared
 * 10 | getdata of other types       | -                           | client | none   | -                       | -           | local
 * 11 | getblocktxn                  | blocktxn, block             | both   | member | block hash and count    | one message | shared
 * 12 | getcfilters                  | cfilter                     | client | member | type, hash; one block   | one message | shared
 * 13 | getcfheaders                 | cfheaders                   | client | member | type, stop; not start   | one message | shared
 * 14 | getcfcheckpt                 | cfcheckpt                   | client | exact  | type, stop              | one message | shared
 * 15 | mempool                      | inv                         | client | none   | -                       | -           | local
 * 16 | getaddr                      | addr, addrv2                | both   | none   | -                       | -           | local
 * 17 | inv                          | getdata                     | both   | exact  | hash                    | any time    | owned
 * 18 | headers, cmpctblock          | getdata, getblocktxn        | both   | exact  | block hash              | any time    | owned
 * 19 | tx, block                    | reject                      | client | exact  | command, hash           | never       | owned
 * 20 | version                      | version, verack             | both   | none   | -                       | -           | connection
 * 21 | getutxos                     | utxos                       | client | none   | -                       | -           | local
 * 22 | reqrecon, reqsketchext       | sketch, reconcildiff        | both   | none   | -                       | -           | connection
 * 23 | sendpackages, getpkgtxns     | pkgtxns                     | both   | none   | -                       | -           | connection
 * 24 | sendheaders, feefilter, ...  | -                           | both   | none   | -                       | -           | connection
 * </pre>
 *
 * <p>Of what is asked upstream: how much one request may ask for, by Bitcoin Core's name; at how
 * many bytes its answer is reckoned, for each item of {@code getdata} and {@code getcfilters}; what
 * an answer must be besides one to the request, before anybody gets it; and under which name it is
 * kept where answers are kept.
 *
 * <pre>
 *  # | request                      | limit                       | weighs            | checked                                | kept by
 *  1 | ping                         | -                           | 8                 | -                                      | -
 *  2 | getheaders                   | MAX_LOCATOR_SZ 101          | 162,003           | work, in a row, none behind the stop   | -
 *  5 | getdata BLOCK, WITNESS_BLOCK | MAX_INV_SZ 50,000           | average of blocks | work, merkle root, witnesses           | hash, if with witness
 *  7 | getdata CMPCT_BLOCK          | MAX_INV_SZ 50,000           | average of blocks | work; of a block all                   | -
 *  8 | getdata TX, WITNESS_TX       | MAX_INV_SZ 50,000           | 1,000             | nothing behind its end                 | -
 *  9 | getdata WTX                  | MAX_INV_SZ 50,000           | 1,000             | nothing behind its end                 | wtxid
 * 11 | getblocktxn                  | -                           | 1,000 each        | nothing behind its end; of a block all | -
 * 12 | getcfilters                  | MAX_GETCFILTERS_SIZE 1,000  | 25,000            | the hash that the filter headers name  | block and filter hash
 * 13 | getcfheaders                 | MAX_GETCFHEADERS_SIZE 2,000 | 64,000            | at least one, not more than the limit  | -
 * 14 | getcfcheckpt                 | -                           | 32,000            | -                                      | -
 * </pre>
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.command;

import org.jspecify.annotations.NullMarked;
