/**
 * The table of requests and responses, and what follows from it: keys, completion, batches, weights
 * and full checks.
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.command.RequestTypes} is the door, {@link
 * org.bitcoinmultiplexer.bitcoin.command.BitcoinDialect} what correlators see of it. What a future
 * message of the protocol costs is a row, which a {@link
 * org.bitcoinmultiplexer.api.RequestTypeProvider} can add; its keys should be of kinds from 64 on.
 *
 * <p>In the table: who asks (the client only, or both sides), how well an answer can be told by its
 * content (exact: request and response hold the same unique name; member: it can only be seen that
 * the answer is possible), by what, when it is complete, and what becomes of a client's request.
 * Rows marked shared or marker are asked upstream and have a pair. Of the others the session takes
 * care (local), or the relay in our own name (owned), or they end with their connection; {@link
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
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.command;

import org.jspecify.annotations.NullMarked;
