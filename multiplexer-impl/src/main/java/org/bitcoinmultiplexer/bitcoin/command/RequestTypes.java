package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.BOTH;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.CLIENT;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.CONNECTION;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.LOCAL;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.MARKER;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.OWNED;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.SHARED;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.EXACT;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.MEMBER;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.NONE;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.api.RequestTypeProvider;
import org.bitcoinmultiplexer.bitcoin.filter.FilterIndex;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * The table of requests and responses: what may be asked upstream, how its answers are known, what
 * they weigh, and whether they are true.
 *
 * <p>The package's description shows the whole table. Rows of providers come on top of it; a
 * request that the protocol knows is not theirs to take, because the built-in rows carry the checks
 * that protect the shared connection.
 *
 * <p>Safe on any thread.
 */
public final class RequestTypes {

  /** All that the protocol has, in the order of its reference. */
  static final List<Row> ROWS =
      List.of(
          row(1, "ping", "pong", BOTH, EXACT, "nonce", "one message", MARKER),
          row(2, "getheaders", "headers", BOTH, MEMBER, "parent in locator", "one message", SHARED),
          row(3, "getblocks", "inv", BOTH, NONE, "-", "-", LOCAL),
          row(4, "getdata (last of getblocks)", "inv", BOTH, NONE, "-", "-", LOCAL),
          row(
              5,
              "getdata BLOCK, WITNESS_BLOCK",
              "block, notfound",
              BOTH,
              EXACT,
              "block hash",
              "one message",
              SHARED),
          row(
              6,
              "getdata FILTERED_BLOCK",
              "merkleblock, tx, notfound",
              BOTH,
              EXACT,
              "block hash; none for tx",
              "marker",
              LOCAL),
          row(
              7,
              "getdata CMPCT_BLOCK",
              "cmpctblock, block, notfound",
              BOTH,
              EXACT,
              "block hash",
              "one message",
              SHARED),
          row(
              8,
              "getdata TX, WITNESS_TX",
              "tx, notfound",
              BOTH,
              EXACT,
              "txid",
              "one message",
              SHARED),
          row(9, "getdata WTX", "tx, notfound", BOTH, EXACT, "wtxid", "one message", SHARED),
          row(10, "getdata of other types", "-", CLIENT, NONE, "-", "-", LOCAL),
          row(
              11,
              "getblocktxn",
              "blocktxn, block",
              BOTH,
              MEMBER,
              "block hash and count",
              "one message",
              SHARED),
          row(
              12,
              "getcfilters",
              "cfilter",
              CLIENT,
              MEMBER,
              "type, hash; one block",
              "one message",
              SHARED),
          row(
              13,
              "getcfheaders",
              "cfheaders",
              CLIENT,
              MEMBER,
              "type, stop; not start",
              "one message",
              SHARED),
          row(14, "getcfcheckpt", "cfcheckpt", CLIENT, EXACT, "type, stop", "one message", SHARED),
          row(15, "mempool", "inv", CLIENT, NONE, "-", "-", LOCAL),
          row(16, "getaddr", "addr, addrv2", BOTH, NONE, "-", "-", LOCAL),
          row(17, "inv", "getdata", BOTH, EXACT, "hash", "any time", OWNED),
          row(
              18,
              "headers, cmpctblock",
              "getdata, getblocktxn",
              BOTH,
              EXACT,
              "block hash",
              "any time",
              OWNED),
          row(19, "tx, block", "reject", CLIENT, EXACT, "command, hash", "never", OWNED),
          row(20, "version", "version, verack", BOTH, NONE, "-", "-", CONNECTION),
          row(21, "getutxos", "utxos", CLIENT, NONE, "-", "-", LOCAL),
          row(
              22,
              "reqrecon, reqsketchext",
              "sketch, reconcildiff",
              BOTH,
              NONE,
              "-",
              "-",
              CONNECTION),
          row(23, "sendpackages, getpkgtxns", "pkgtxns", BOTH, NONE, "-", "-", CONNECTION),
          row(24, "sendheaders, feefilter, ...", "-", BOTH, NONE, "-", "-", CONNECTION));

  /** What concerns the connection itself never reaches a provider's row. */
  private static final Set<String> RESERVED =
      Set.of(Commands.PING, Commands.PONG, Commands.VERSION, Commands.VERACK);

  private final ImmutableMap<String, RequestType> byRequest;
  private final BitcoinKeys keys;
  private final Weights weights = new Weights();
  private final FilterIndex filters = new FilterIndex();

  private RequestTypes(Network network, Iterable<? extends RequestTypeProvider> providers) {
    Map<String, RequestType> requests = new LinkedHashMap<>();
    Map<String, RequestType> responses = new LinkedHashMap<>();
    for (BuiltInRequestType type : builtIn(network, filters)) {
      requests.put(type.request(), type);
      type.responses().forEach(command -> responses.putIfAbsent(command, type));
    }
    ImmutableListMultimap.Builder<String, RequestType> byResponse = ImmutableListMultimap.builder();
    responses.forEach(byResponse::put);
    for (RequestTypeProvider provider : providers) {
      for (RequestType type : provider.types()) {
        refuseUnfit(type, provider, requests);
        requests.put(type.request(), type);
        type.responses().forEach(command -> byResponse.put(command, type));
      }
    }
    byRequest = ImmutableMap.copyOf(requests);
    keys = new BitcoinKeys(byRequest, byResponse.build());
  }

  /**
   * The built-in table and the rows of some providers.
   *
   * @param network tells which block is the first, and what proof of work is enough
   * @param providers of more rows
   * @return a new table
   * @throws IllegalArgumentException naming a row that may not be added, and why
   */
  public static RequestTypes of(
      Network network, Iterable<? extends RequestTypeProvider> providers) {
    return new RequestTypes(network, providers);
  }

  /**
   * The built-in table and the rows of all providers that are installed.
   *
   * @param network as above
   * @return a new table
   * @throws IllegalArgumentException naming a row that may not be added, and why
   */
  public static RequestTypes installed(Network network) {
    return new RequestTypes(network, ServiceLoader.load(RequestTypeProvider.class));
  }

  private static List<BuiltInRequestType> builtIn(Network network, FilterIndex index) {
    return List.of(
        new PingRequestType(),
        new HeadersRequestType(network),
        new GetDataRequestType(network),
        new BlockTransactionsRequestType(network),
        FilterRequestType.filters(index),
        FilterRequestType.headers(index),
        FilterRequestType.checkpoints(index));
  }

  private static void refuseUnfit(
      RequestType type, RequestTypeProvider provider, Map<String, RequestType> taken) {
    String request = type.request();
    String who = "the row for \"" + request + "\" of " + provider.getClass().getName();
    if (Commands.KNOWN.contains(request)) {
      throw new IllegalArgumentException(who + " is refused: the protocol knows that command");
    }
    if (taken.containsKey(request)) {
      throw new IllegalArgumentException(who + " is refused: another provider has that row");
    }
    if (!isCommand(request)) {
      throw new IllegalArgumentException(
          who + " is refused: a command is 1 to 12 characters of printable ASCII");
    }
    for (String response : type.responses()) {
      if (RESERVED.contains(response) || !isCommand(response)) {
        throw new IllegalArgumentException(
            who + " is refused: \"" + response + "\" cannot answer a request");
      }
    }
  }

  private static boolean isCommand(String command) {
    return command.matches("[ -~]{1,12}");
  }

  private static Row row(
      int number,
      String request,
      String responses,
      Row.Direction direction,
      Row.Verdict verdict,
      String key,
      String end,
      Row.Treatment treatment) {
    return new Row(number, request, responses, direction, verdict, key, end, treatment);
  }

  /**
   * The pair of a request that can be asked upstream.
   *
   * @param request a command
   * @return null if upstream is never asked that
   */
  public @Nullable RequestType type(String request) {
    return byRequest.get(request);
  }

  /**
   * Whether a provider added the row of a request, so that the session knows nothing else of it.
   *
   * @param request a command
   * @return true if so
   */
  public boolean isProvided(String request) {
    RequestType type = byRequest.get(request);
    return type != null && !(type instanceof BuiltInRequestType);
  }

  /**
   * What the filters that the node sends are checked against.
   *
   * @return the same instance each time; empty at first
   */
  public FilterIndex filters() {
    return filters;
  }

  /**
   * How requests and responses are matched.
   *
   * @return the same instance each time; safe on any thread
   */
  public KeyStrategy keys() {
    return keys;
  }

  /**
   * How many bytes the answer to a request is expected to have.
   *
   * @param request canonical
   * @return an estimate, at least 1
   */
  public long weight(Message request) {
    return byRequest.get(request.command()) instanceof BuiltInRequestType type
        ? type.weight(request, weights)
        : Weights.UNKNOWN;
  }

  /**
   * The name under which the answer to a request may be kept, because it never changes: blocks by
   * their hash, transactions by their wtxid, and compact filters by the hash that the filter
   * headers name, once these are known.
   *
   * @param request canonical
   * @param keys of it
   * @return null if the answer does not last
   */
  public @Nullable Key lasting(Message request, Set<Key> keys) {
    return byRequest.get(request.command()) instanceof BuiltInRequestType type
        ? type.lasting(request, keys)
        : null;
  }

  /**
   * Checks an answer in full. A pure function, save that the sizes of blocks enter the {@linkplain
   * Weights running average}.
   *
   * @param request as it was written upstream
   * @param answer the whole answer, at least one message
   * @return null if it is true and what was asked for, else in words what is wrong with it
   */
  public @Nullable String check(Message request, List<Message> answer) {
    for (Message message : answer) {
      if (!keys.answers(request, message)) {
        return message + " does not answer " + request;
      }
    }
    return byRequest.get(request.command()) instanceof BuiltInRequestType type
        ? type.check(request, answer, weights)
        : null;
  }
}
