package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * Clients on one thread, each of which asks a question, compares what comes with the answer byte by
 * byte, and asks the next.
 *
 * <p>They start evenly spread over the questions, so that hardly ever two ask for the same; or all
 * ask the same at once, and the next when the last of them has its answer; or each asks all of
 * them, from the first to the last.
 */
final class Load implements AutoCloseable {

  private static final int BUFFER_SIZE = 256 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<Question> questions;
  private final List<Client> clients = new ArrayList<>();
  private final Selector selector;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE);

  private boolean together;
  private boolean through;
  private long deadline;
  private int outstanding;
  private Latencies latencies = new Latencies();

  private Load(List<Question> questions) throws IOException {
    this.questions = questions;
    selector = Selector.open();
  }

  /**
   * Connects clients to a port of this machine and shakes hands.
   *
   * @param questions to ask, round and round
   */
  static Load connect(int port, Network network, List<Question> questions, int clients)
      throws IOException {
    Load load = new Load(questions);
    try {
      for (int i = 0; i < clients; i++) {
        Conversation conversation = Conversation.open(port, network);
        int first = (int) ((long) i * questions.size() / clients);
        load.clients.add(load.new Client(conversation, first));
      }
      return load;
    } catch (IOException | RuntimeException e) {
      load.close();
      throw e;
    }
  }

  /** Every client asks as soon as it has its answer. */
  Latencies run(Duration duration) throws IOException {
    together = false;
    return measure(duration);
  }

  /** All ask the same question at once; what is measured is the time until the last has it. */
  Latencies runTogether(Duration duration) throws IOException {
    together = true;
    return measure(duration);
  }

  /** Every client asks every question once, as soon as it has the answer to the one before. */
  Latencies runThrough() throws IOException {
    together = false;
    through = true;
    clients.forEach(client -> client.next = 0);
    try {
      return measure(Duration.ZERO);
    } finally {
      through = false;
    }
  }

  /**
   * Asks at fixed times, each time another client, whatever others are still waiting for; what is
   * measured counts from when it was due. After twice the time nothing more is asked, if all are
   * waiting for so long.
   */
  Latencies runPaced(Duration duration, int perSecond) throws IOException {
    together = false;
    latencies = new Latencies();
    long start = System.nanoTime();
    deadline = start; // nobody asks on because he has his answer
    long step = Duration.ofSeconds(1).toNanos() / perSecond;
    long count = duration.toNanos() / step;
    long latest = start + 2 * duration.toNanos();
    for (long i = 0; i < count && System.nanoTime() < latest; i++) {
      long due = start + i * step;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        selectFor(left);
      }
      Client next = clients.get((int) (i % clients.size()));
      while (next.isAsking) {
        if (selector.select(this::ready, PATIENCE.toMillis()) == 0) {
          throw new IllegalStateException("no answer since " + PATIENCE.toSeconds() + " s");
        }
      }
      outstanding++;
      next.ask(due);
    }
    awaitAll();
    latencies.end(System.nanoTime() - start);
    return latencies;
  }

  /** Sleeps while that is precise enough, and then looks over and over again. */
  private void selectFor(long nanos) throws IOException {
    long millis = nanos / 1_000_000 - 1;
    if (millis > 0) {
      selector.select(this::ready, millis);
    } else {
      selector.selectNow(this::ready);
    }
  }

  private Latencies measure(Duration duration) throws IOException {
    latencies = new Latencies();
    long start = System.nanoTime();
    deadline = start + duration.toNanos();
    askAll();
    awaitAll();
    latencies.end(System.nanoTime() - start);
    return latencies;
  }

  private void awaitAll() throws IOException {
    while (outstanding > 0) {
      if (selector.select(this::ready, PATIENCE.toMillis()) == 0) {
        throw new IllegalStateException(
            outstanding + " answers are missing since " + PATIENCE.toSeconds() + " s");
      }
    }
  }

  private void askAll() throws IOException {
    outstanding = clients.size();
    for (Client client : clients) {
      client.ask();
    }
  }

  private void ready(SelectionKey key) {
    Client client = (Client) key.attachment();
    try {
      client.read();
    } catch (IOException e) {
      throw new IllegalStateException("a connection was lost", e);
    }
  }

  private void answered(Client client, long nanos) throws IOException {
    boolean goesOn = through ? client.next > 0 : System.nanoTime() < deadline;
    if (!together) {
      latencies.add(nanos);
      if (goesOn) {
        client.ask();
      } else {
        outstanding--;
      }
      return;
    }
    outstanding--;
    if (outstanding == 0) {
      latencies.add(nanos);
      if (goesOn) {
        askAll();
      }
    }
  }

  /** Makes sure that nobody was disconnected while others were looked at. */
  void requireConnected() throws IOException {
    selector.selectNow(
        key -> {
          try {
            ((Client) key.attachment()).read();
          } catch (IOException e) {
            throw new IllegalStateException("an idle client was lost", e);
          }
        });
  }

  @Override
  public void close() throws IOException {
    for (Client client : clients) {
      client.conversation.close();
    }
    selector.close();
  }

  /** One connection. */
  private final class Client {

    private final Conversation conversation;
    private final byte[] header = new byte[Wire.HEADER_SIZE];
    private int next;
    private int filled; // bytes of the header
    private int left; // bytes of the body
    private boolean isAnswer;
    private boolean isAsking;
    private Question current;
    private long asked;

    Client(Conversation conversation, int first) throws IOException {
      this.conversation = conversation;
      this.next = first;
      this.current = questions.get(first);
      conversation.channel().configureBlocking(false);
      conversation.channel().register(selector, SelectionKey.OP_READ, this);
    }

    void ask() throws IOException {
      ask(System.nanoTime());
    }

    void ask(long since) throws IOException {
      if (isAsking) {
        throw new IllegalStateException("more is asked than is answered");
      }
      isAsking = true;
      current = questions.get(next);
      next = (next + 1) % questions.size();
      asked = since;
      conversation.write(current.request().duplicate());
    }

    void read() throws IOException {
      buffer.clear();
      if (conversation.channel().read(buffer) < 0) {
        throw new IOException("closed by the other side");
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        if (filled < header.length) {
          readHeader();
        } else {
          readBody();
        }
      }
    }

    private void readHeader() throws IOException {
      int step = Math.min(buffer.remaining(), header.length - filled);
      buffer.get(header, filled, step);
      filled += step;
      if (filled < header.length) {
        return;
      }
      left = Wire.bodySize(header);
      isAnswer = Wire.command(header).equals(current.command());
      if (isAnswer && !Arrays.equals(header, current.header())) {
        throw new IllegalStateException(current.command() + " that was not asked for");
      }
      if (left == 0) {
        filled = 0;
      }
    }

    private void readBody() throws IOException {
      int step = Math.min(buffer.remaining(), left);
      if (isAnswer) {
        ByteBuffer expected = current.body();
        int at = expected.capacity() - left;
        if (expected.slice(at, step).mismatch(buffer.slice(buffer.position(), step)) >= 0) {
          throw new IllegalStateException(
              current.command() + " of other bytes than were asked for");
        }
      }
      buffer.position(buffer.position() + step);
      left -= step;
      if (left == 0) {
        filled = 0;
        if (isAnswer) {
          isAsking = false;
          answered(this, System.nanoTime() - asked);
        }
      }
    }
  }
}
