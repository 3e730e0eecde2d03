package org.bitcoinmultiplexer.core;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.metrics.Counter;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.bitcoinmultiplexer.tck.ToyNumbering;

/**
 * A protocol of a few commands, with which the engine proves that it knows no Bitcoin.
 *
 * <p>Both sides say {@code hello} to shake hands. A client says {@code get a,b,c} and is told
 * {@code item}s, or {@code none} for what is not there; {@code ask} and is told {@code told};
 * {@code mark}, which is echoed in order; {@code loose a,b,c}, which is a get that is delivered in
 * no order. A node that says {@code hello 5} takes five numbered requests. {@code strict} makes
 * every frame count, {@code crash} makes its conversation throw, {@code bad} breaks a rule. What
 * has {@code must} in it cannot fail: its client is closed. What begins with {@code big} is
 * expected to be {@value #BIG} bytes; after an item that ends with {@code tired} the client rests,
 * after one that ends with {@code weary} for a second.
 */
final class ToyProtocol implements Protocol {

  record Headline(String text) implements Notification {}

  static final long BIG = 1_000_000;
  static final Message HELLO = message("hello", "");

  private final Dialect dialect = new ToyDialect();
  private EngineContext engine;

  private final LongAdder closed = new LongAdder();

  /** What is asked for to learn whether a node gives deep things. */
  static final Message DEEPEST = ToyDialect.get("deepest");

  /** Whether its node gives no deep things. */
  boolean pruned;

  /** Whether it throws when a client comes. */
  boolean failing;

  static Message message(String command, String text) {
    return Message.of(command, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String text(Message message) {
    return new String(message.toByteArray(), StandardCharsets.ISO_8859_1);
  }

  /** How many conversations with clients were told of their end. */
  long closed() {
    return closed.sum();
  }

  EngineContext engine() {
    return engine;
  }

  @Override
  public void open(EngineContext opened) {
    engine = opened;
  }

  @Override
  public Dialect dialect() {
    return dialect;
  }

  @Override
  public long weight(Message request) {
    return text(request).startsWith("big") ? BIG : 1_000;
  }

  /** Items that say {@code lie} are none. */
  @Override
  public String check(Message request, List<Message> answer) {
    for (Message message : answer) {
      if (text(message).contains("lie")) {
        return "it lies";
      }
      if (text(message).contains("riddle")) {
        throw new IllegalStateException("cannot be understood");
      }
    }
    return null;
  }

  /**
   * Deep things are hazards where the test says so; what else is like another shares its letter.
   */
  @Override
  public Hazard foreseen(Message request) {
    return pruned && text(request).startsWith("deep")
        ? new Hazard("deep", "deep things", !text(request).endsWith("?"), DEEPEST, true)
        : null;
  }

  @Override
  public Hazard suspected(Message request) {
    return text(request).startsWith("old")
        ? new Hazard("old", "old things", !text(request).endsWith("?"), null, false)
        : Hazard.of(request);
  }

  /** What is special only the node has that was asked first. */
  @Override
  public boolean suits(Message request) {
    return !text(request).startsWith("special");
  }

  /** Items never change; what is told does. */
  @Override
  public Key lasting(Message request, Set<Key> keys) {
    return request.command().equals("get") && keys.size() == 1 ? keys.iterator().next() : null;
  }

  @Override
  public ClientConversation welcome(ClientContext client) {
    failIfToldTo();
    return new ToyClientConversation(client, closed);
  }

  private void failIfToldTo() {
    if (failing) {
      throw new IllegalStateException("told to fail");
    }
  }

  @Override
  public NodeConversation greet(NodeContext node) {
    return new ToyNodeConversation(node);
  }

  /** As the shared one, save that news are none. */
  @Override
  public NodeConversation greetBeside(NodeContext node) {
    return new ToyNodeConversation(node) {
      @Override
      public boolean onMessage(Message message) {
        return message.command().equals("news") || super.onMessage(message);
      }
    };
  }

  @Override
  public PassthroughConversation relay(PassthroughContext relay) {
    failIfToldTo();
    return new PassthroughConversation() {
      @Override
      public void onClientFinished() {
        relay.clientIsServed();
      }

      @Override
      public void fromClient(Message message) {
        if (message.command().equals("hello")) {
          relay.dial();
        } else {
          relay.toNode(message);
        }
      }

      @Override
      public void onNodeOpen() {
        relay.toNode(HELLO);
        relay.readClient();
      }

      @Override
      public void fromNode(Message message) {
        if (message.command().equals("hello")) {
          relay.ready("a toy", "a toy node");
        }
        relay.toClient(message);
      }
    };
  }

  private static final class ToyClientConversation implements ClientConversation {

    private final ClientContext client;
    private final LongAdder closed;

    ToyClientConversation(ClientContext client, LongAdder closed) {
      this.client = client;
      this.closed = closed;
    }

    @Override
    public void onMessage(Message message) {
      switch (message.command()) {
        case "hello" -> {
          client.reply(HELLO);
          client.ready("a toy");
        }
        case "mark" -> client.reply(message("echo", text(message)));
        case "get" -> client.ask(new Get(text(message).split(",", -1), client, new int[1]));
        case "ask" -> client.ask(new Ask(message));
        case "loose" ->
            client.askUnordered(new Get(text(message).split(",", -1), client, new int[1]));
        case "follow" -> client.ask(new Follow(text(message)));
        case "loosely" -> client.askUnordered(new Follow(text(message)));
        case "strict" -> client.needsEveryFrame();
        case "crash" -> throw new IllegalStateException("crash");
        case "bad" -> client.disconnect(Counter.CLOSED_BAD_REQUEST, "it is bad");
        default ->
            client.disconnect(Counter.CLOSED_NOT_OFFERED, "unknown command " + message.command());
      }
    }

    @Override
    public void onNews(Notification news) {
      String text = ((Headline) news).text();
      client.push(ToyDialect.news(text));
      if (text.startsWith("long")) {
        ((SimulatedLoop) client.loop()).pass(Duration.ofNanos(100_000));
      }
    }

    @Override
    public void onIdle() {
      client.push(message("there?", ""));
    }

    @Override
    public void onClosed() {
      closed.increment();
    }
  }

  private record Get(String[] names, ClientContext asking, int[] begun) implements Batch {

    @Override
    public int size() {
      return names.length;
    }

    @Override
    public Outcome local(int item) {
      return names[item].startsWith("local")
          ? new Outcome.Answered(List.of(ToyDialect.item(names[item])))
          : null;
    }

    @Override
    public Message request(int item) {
      return ToyDialect.get(names[item]);
    }

    @Override
    public boolean canFail(int item) {
      return !names[item].contains("must");
    }

    @Override
    public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
      if (outcome instanceof Outcome.Answered answered) {
        answered.messages().forEach(client);
      } else {
        client.accept(ToyDialect.none(names[item]));
      }
      if (names[item].endsWith("slow")) {
        ((SimulatedLoop) asking.loop()).pass(Duration.ofMillis(1));
      } else if (names[item].endsWith("brisk")) {
        ((SimulatedLoop) asking.loop()).pass(Duration.ofNanos(400_000));
      } else if (names[item].endsWith("tired")) {
        asking.rest();
        asking.loop().execute(asking::resume);
      } else if (names[item].endsWith("weary")) {
        restForASecond();
      }
    }

    @Override
    public boolean deliverPart(int item, Outcome outcome, Consumer<? super Message> client) {
      if (names[item].endsWith("long") && begun[0] == 0) {
        begun[0]++;
        client.accept(message("part", names[item]));
        restForASecond();
        return false;
      }
      deliver(item, outcome, client);
      return true;
    }

    private void restForASecond() {
      asking.rest();
      asking.loop().schedule(Duration.ofSeconds(1), asking::resume);
    }
  }

  /**
   * Gets an item, then the one whose name is left without the first letter, and at last two more.
   */
  private static final class Follow implements Batch {

    private final List<String> names = new ArrayList<>();
    private boolean ended;

    Follow(String first) {
      names.add(first);
    }

    @Override
    public boolean canFail(int item) {
      return true;
    }

    @Override
    public int size() {
      return names.size();
    }

    @Override
    public boolean grows() {
      return !ended;
    }

    @Override
    public Message request(int item) {
      return ToyDialect.get(names.get(item));
    }

    @Override
    public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
      if (outcome instanceof Outcome.Answered answered) {
        client.accept(answered.message());
      }
      if (!ended) {
        String next = names.get(item).substring(1);
        if (!next.isEmpty() && outcome instanceof Outcome.Answered) {
          names.add(next);
        } else {
          ended = true;
          if (outcome instanceof Outcome.Answered) {
            names.addAll(List.of("y", "z"));
          }
        }
      }
    }

    @Override
    public void end(Consumer<? super Message> client) {
      client.accept(message("end", names.get(0)));
    }
  }

  private record Ask(Message question) implements Batch {

    @Override
    public boolean canFail(int item) {
      return true;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public Message request(int item) {
      return question;
    }

    @Override
    public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
      if (outcome instanceof Outcome.Answered answered) {
        client.accept(answered.message());
      } else {
        client.accept(message("nothing", text(question)));
      }
    }
  }

  private class ToyNodeConversation implements NodeConversation {

    private final NodeContext node;

    ToyNodeConversation(NodeContext node) {
      this.node = node;
    }

    @Override
    public void onOpen() {
      node.send(HELLO);
    }

    @Override
    public boolean onMessage(Message message) {
      switch (message.command()) {
        case "hello" -> {
          if (text(message).isEmpty()) {
            node.ready(description());
          } else {
            node.ready(description(), new ToyNumbering(Integer.parseInt(text(message))));
          }
        }
        case "please" -> node.send(message("pleased", text(message)));
        case "news" -> engine.publish(new Headline(text(message)));
        default -> {
          return false;
        }
      }
      return true;
    }

    private NodeDescription description() {
      return new NodeDescription(node.target(), "a toy", 1, 0, 7, "a toy node");
    }

    @Override
    public void onIdle() {
      node.send(message("there?", ""));
    }

    @Override
    public void onClosed() {}
  }
}
