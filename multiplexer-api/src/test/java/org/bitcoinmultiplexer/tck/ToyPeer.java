package org.bitcoinmultiplexer.tck;

import static org.bitcoinmultiplexer.tck.ToyDialect.echo;
import static org.bitcoinmultiplexer.tck.ToyDialect.item;
import static org.bitcoinmultiplexer.tck.ToyDialect.lastPart;
import static org.bitcoinmultiplexer.tck.ToyDialect.none;
import static org.bitcoinmultiplexer.tck.ToyDialect.part;
import static org.bitcoinmultiplexer.tck.ToyDialect.told;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;

/**
 * The peer of a router: takes what it writes, and says what the peer of a test may say next.
 *
 * <p>Strict: it fails the test when it is written anything but a request or a fresh marker, and
 * when two requests without a key stand before one marker. What it answers follows from the name
 * that is asked for: silence if that begins with {@code s}, refusal if with {@code n}; of a list
 * that begins with {@code f} the last part says so, of any other only the marker does.
 */
final class ToyPeer implements Consumer<Message> {

  /** The answer to one name, in order; empty once it has been given. */
  private record Answer(Deque<Message> messages) {}

  private record Group(List<Answer> answers, Message echo) {}

  private final List<Message> written = new ArrayList<>();
  private final Set<String> markers = new HashSet<>();
  private final Deque<Group> groups = new ArrayDeque<>();
  private List<Answer> current = new ArrayList<>();
  private boolean asked;

  @Override
  public void accept(Message message) {
    written.add(message);
    String text = ToyKeys.text(message);
    switch (message.command()) {
      case "get" -> ToyKeys.names(message).forEach(name -> expect(answerTo("get", name)));
      case "list" -> expect(answerTo("list", text));
      case "ask" -> {
        check(!asked, "two requests without a key stand before one marker");
        asked = true;
        expect(answerTo("ask", text));
      }
      case "mark" -> {
        check(markers.add(text), "the marker has been used before: " + text);
        groups.add(new Group(current, echo(text)));
        current = new ArrayList<>();
        asked = false;
      }
      default -> check(false, "this is no request: " + message.command());
    }
  }

  /** What this peer answers to a name, in order. */
  static List<Message> answerTo(String command, String name) {
    if (name.startsWith("s")) {
      return List.of();
    }
    return switch (command) {
      case "get" -> List.of(name.startsWith("n") ? none(name) : item(name));
      case "list" ->
          List.of(
              part(name, 0),
              part(name, 1),
              name.startsWith("f") ? lastPart(name, 2) : part(name, 2));
      default -> List.of(told(name));
    };
  }

  private void expect(List<Message> answer) {
    current.add(new Answer(new ArrayDeque<>(answer)));
  }

  /** Everything written so far, markers included. */
  List<Message> written() {
    return written;
  }

  /** Whether nothing stands behind the last marker. */
  boolean fenced() {
    return current.isEmpty();
  }

  /** Whether an echo is outstanding. */
  boolean owesEcho() {
    return !groups.isEmpty();
  }

  /** The echo of the oldest marker, whether or not everything before it was answered. */
  Message echoOldest() {
    check(!groups.isEmpty(), "no marker was written");
    return groups.remove().echo;
  }

  /** The echo of the youngest marker, out of order. */
  Message echoYoungest() {
    check(groups.size() > 1, "there are no two markers");
    return groups.removeLast().echo;
  }

  /**
   * What comes next, in some order that markers allow: any answer whose marker is outstanding, the
   * messages of one answer in order; or the echo, if everything before it was answered.
   *
   * @param inTurn whether an answer also waits for the echoes of the markers before its request
   */
  Message next(Random random, boolean inTurn) {
    check(!groups.isEmpty(), "nothing is outstanding");
    List<Answer> candidates = new ArrayList<>();
    for (Group group : inTurn ? List.of(groups.element()) : groups) {
      group.answers.removeIf(answer -> answer.messages.isEmpty());
      candidates.addAll(group.answers);
    }
    boolean echo = groups.element().answers.isEmpty();
    if (echo && (candidates.isEmpty() || random.nextBoolean())) {
      return groups.remove().echo;
    }
    Message message = candidates.get(random.nextInt(candidates.size())).messages.remove();
    return message.command().equals("none") ? withOtherRefusals(message, candidates) : message;
  }

  /** One message may refuse what several requests ask for. */
  private static Message withOtherRefusals(Message refusal, List<Answer> candidates) {
    List<String> names = new ArrayList<>(ToyKeys.names(refusal));
    for (Answer other : candidates) {
      Message head = other.messages.peek();
      if (head != null && head.command().equals("none")) {
        names.addAll(ToyKeys.names(other.messages.remove()));
      }
    }
    return none(names.toArray(String[]::new));
  }

  private static void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
