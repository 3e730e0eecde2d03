package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.BOTH;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.CLIENT;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.CONNECTION;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.LOCAL;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.OWNED;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.EXACT;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.NONE;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * All requests that the protocol has, as the documentation shows them: those that are asked
 * upstream, whose classes hold their rows, and the rest.
 */
final class RequestTable {

  private static final List<Row> NEVER_ASKED =
      List.of(
          Row.of(3, "getblocks", "inv", BOTH, NONE, "-", "-", LOCAL),
          Row.of(15, "mempool", "inv", CLIENT, NONE, "-", "-", LOCAL),
          Row.of(16, "getaddr", "addr, addrv2", BOTH, NONE, "-", "-", LOCAL),
          Row.of(17, "inv", "getdata", BOTH, EXACT, "hash", "any time", OWNED),
          Row.of(
              18,
              "headers, cmpctblock",
              "getdata, getblocktxn",
              BOTH,
              EXACT,
              "block hash",
              "any time",
              OWNED),
          Row.of(19, "tx, block", "reject", CLIENT, EXACT, "command, hash", "never", OWNED),
          Row.of(20, "version", "version, verack", BOTH, NONE, "-", "-", CONNECTION),
          Row.of(21, "getutxos", "utxos", CLIENT, NONE, "-", "-", LOCAL),
          Row.of(
              22,
              "reqrecon, reqsketchext",
              "sketch, reconcildiff",
              BOTH,
              NONE,
              "-",
              "-",
              CONNECTION),
          Row.of(23, "sendpackages, getpkgtxns", "pkgtxns", BOTH, NONE, "-", "-", CONNECTION),
          Row.of(24, "sendheaders, feefilter, ...", "-", BOTH, NONE, "-", "-", CONNECTION));

  /** In the order of the protocol's reference. */
  static final List<Row> ROWS =
      Stream.of(
              PingRequestType.ROWS,
              HeadersRequestType.ROWS,
              GetDataRequestType.ROWS,
              BlockTransactionsRequestType.ROWS,
              FilterRequestType.ROWS,
              NEVER_ASKED)
          .flatMap(List::stream)
          .sorted(Comparator.comparingInt(Row::number))
          .toList();

  private RequestTable() {}
}
