package org.bitcoinmultiplexer.bitcoin.command;

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

  /** What concerns the connection itself never reaches a provider's row. */
  private static final Set<String> RESERVED =
      Set.of(Commands.PING, Commands.PONG, Commands.VERSION, Commands.VERACK);

  private final ImmutableMap<String, AbstractRequestType> byRequest;
  private final BitcoinKeys keys;
  private final FilterIndex filters = new FilterIndex();

  private RequestTypes(Network network, Iterable<? extends RequestTypeProvider> providers) {
    Map<String, AbstractRequestType> requests = new LinkedHashMap<>();
    Map<String, AbstractRequestType> responses = new LinkedHashMap<>();
    for (AbstractRequestType type : builtIn(network, filters)) {
      requests.put(type.request(), type);
      type.responses().forEach(command -> responses.putIfAbsent(command, type));
    }
    ImmutableListMultimap.Builder<String, AbstractRequestType> byResponse =
        ImmutableListMultimap.builder();
    responses.forEach(byResponse::put);
    for (RequestTypeProvider provider : providers) {
      for (RequestType row : provider.types()) {
        ProvidedRequestType type = new ProvidedRequestType(row);
        refuseUnfit(type, provider, requests.keySet());
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

  /** One line for each command that is asked upstream; its class has the rest of it. */
  private static List<AbstractRequestType> builtIn(Network network, FilterIndex index) {
    Weights weights = new Weights();
    return List.of(
        new PingRequestType(),
        new HeadersRequestType(network),
        new GetDataRequestType(network, weights),
        new BlockTransactionsRequestType(network, weights),
        FilterRequestType.filters(index),
        FilterRequestType.headers(index),
        FilterRequestType.checkpoints(index));
  }

  private static void refuseUnfit(
      RequestType type, RequestTypeProvider provider, Set<String> taken) {
    String request = type.request();
    String who = "the row for \"" + request + "\" of " + provider.getClass().getName();
    if (Commands.KNOWN.contains(request)) {
      throw new IllegalArgumentException(who + " is refused: the protocol knows that command");
    }
    if (taken.contains(request)) {
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

  /**
   * The row of a request that can be asked upstream.
   *
   * @param request a command
   * @return null if upstream is never asked that
   */
  public @Nullable RequestType type(String request) {
    return byRequest.get(request);
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
    AbstractRequestType type = byRequest.get(request.command());
    return type == null ? Weights.UNKNOWN : type.weight(request);
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
    AbstractRequestType type = byRequest.get(request.command());
    return type == null ? null : type.lastingName(request, keys).orElse(null);
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
    AbstractRequestType type = byRequest.get(request.command());
    return type == null ? null : type.check(request, answer).orElse(null);
  }
}
