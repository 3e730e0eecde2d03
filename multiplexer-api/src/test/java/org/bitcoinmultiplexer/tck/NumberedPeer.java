package org.bitcoinmultiplexer.tck;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Numbering.Kind;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy.Window;

/**
 * Lets a router that numbers its requests stand the kit of the others: a peer that understands
 * numbers, in front of one that understands markers.
 *
 * <p>It takes the numbers from what the router writes and puts a marker behind each request. What
 * the peer answers it numbers with the oldest request that wants it; the echo of a marker becomes
 * the end of an answer that has not ended yet. What nobody wants it passes on without a number.
 */
public final class NumberedPeer implements ResponseRouter {

  /** Makes the router that is meant. */
  public interface Routers {

    ResponseRouter newRouter(Dialect dialect, Window window);
  }

  private static final class Request {
    final long number;
    final Message message;
    final Set<Key> unanswered;
    int parts;
    boolean over;

    Request(long number, Message message, Set<Key> keys) {
      this.number = number;
      this.message = message;
      this.unanswered = new HashSet<>(keys);
    }
  }

  private record Marker(Message message, Request request) {}

  private final Dialect dialect;
  private final ResponseRouter router;
  private final Map<Long, Request> open = new LinkedHashMap<>();
  private final Deque<Marker> markers = new ArrayDeque<>();

  /**
   * A peer that was asked nothing.
   *
   * @param dialect the kit's
   * @param window the kit's
   * @param routers makes the router, for a dialect that has numbers
   */
  public NumberedPeer(Dialect dialect, Window window, Routers routers) {
    this.dialect = dialect;
    this.router = routers.newRouter(new ToyDialect(new ToyNumbering(1000)), window);
  }

  @Override
  public boolean admit(Exchange exchange) {
    return router.admit(exchange);
  }

  @Override
  public void flush(Consumer<? super Message> upstream) {
    List<Message> written = new ArrayList<>();
    router.flush(written::add);
    check(written.size() % 2 == 0, "a number without a request");
    ToyNumbering numbering = new ToyNumbering(1000);
    for (int i = 0; i < written.size(); i += 2) {
      Message request = written.get(i + 1);
      check(numbering.kind(written.get(i)) == Kind.REQUEST, "no number before a request");
      check(numbering.kind(request) == Kind.NONE, "a number behind a number");
      long number = numbering.number(written.get(i));
      Request asked = new Request(number, request, dialect.keys().requestKeys(request));
      check(open.put(number, asked) == null, "the number " + number + " is in use");
      Message marker = dialect.newMarker();
      markers.add(new Marker(marker, asked));
      upstream.accept(request);
      upstream.accept(marker);
    }
  }

  @Override
  public Routing route(Message response) {
    if (dialect.isEcho(response)) {
      return routeEcho(response);
    }
    List<Request> wanting = new ArrayList<>();
    Set<Key> keys = new HashSet<>(dialect.keys().responseKeys(response));
    for (Request request : open.values()) {
      boolean isFirst =
          request.unanswered.isEmpty()
              ? keys.isEmpty() && wanting.isEmpty()
              : request.unanswered.stream().anyMatch(keys::contains);
      if (isFirst && isNext(request, response)) {
        wanting.add(request);
        keys.removeAll(request.unanswered);
      }
    }
    if (wanting.isEmpty()) {
      return router.route(response);
    }
    wanting.forEach(request -> answer(request, response));
    return Routing.CLAIMED;
  }

  /** Of two equal lists the parts may alternate, but not change their order. */
  private boolean isNext(Request request, Message response) {
    String text = ToyKeys.text(response);
    return dialect.keys().answers(request.message, response)
        && (!response.command().equals("part")
            || text.replace("!", "").endsWith("/" + request.parts));
  }

  private void answer(Request request, Message response) {
    request.parts++;
    boolean complete =
        dialect.keys().refuses(response) || dialect.keys().completes(request.message, response);
    if (complete) {
      request.unanswered.removeAll(dialect.keys().responseKeys(response));
    }
    boolean over = complete && request.unanswered.isEmpty();
    boolean marksTheLast = request.number % 2 == 0;
    if (over) {
      forget(request);
    }
    claims(ToyNumbering.message(over && marksTheLast ? Kind.LAST : Kind.PART, request.number));
    claims(response);
    if (over && !marksTheLast) {
      claims(ToyNumbering.message(Kind.END, request.number));
    }
  }

  private Routing routeEcho(Message echo) {
    Marker oldest = markers.peek();
    if (oldest != null && dialect.echoes(oldest.message, echo)) {
      markers.remove();
      Request request = oldest.request;
      if (!request.over) {
        forget(request);
        claims(ToyNumbering.message(Kind.END, request.number));
      }
      return Routing.MARKER;
    }
    boolean isKnown = markers.stream().anyMatch(marker -> dialect.echoes(marker.message, echo));
    return isKnown ? Routing.VIOLATION : router.route(echo);
  }

  private void forget(Request request) {
    request.over = true;
    open.remove(request.number);
  }

  private void claims(Message message) {
    Routing routing = router.route(message);
    check(routing == Routing.CLAIMED, ToyKeys.text(message) + " is " + routing);
  }

  @Override
  public void abandon(Exchange exchange) {
    router.abandon(exchange);
  }

  @Override
  public List<Exchange> drain() {
    open.clear();
    markers.clear();
    return router.drain();
  }

  @Override
  public int inFlight() {
    return router.inFlight();
  }

  private static void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
