package org.bitcoinmultiplexer.check;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeHandshake;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.jspecify.annotations.Nullable;

/**
 * One conversation that finds out about a node.
 *
 * <pre>
 *   DIALLING ──connected──► GREETING ──handshake──► TIMING ──pong──► FENCING ──pong──► ASKING
 *       │                       │                       │               │                 │ pong
 *       │                       │                       │               │                 ▼
 *       └───────────────────────┴───────────────────────┴───────────────┴─► DONE ◄── PRESUMING
 *                      refused, lost, malformed, or 15 s without the step
 * </pre>
 *
 * <p>TIMING: a ping alone. FENCING: a ping behind a request for a block and a transaction that do
 * not exist, on which the shared strategies rely. ASKING: a ping behind a request for the first
 * headers. PRESUMING: a ping behind {@code mempool}, which Bitcoin Core without bloom filters takes
 * only from those it grants a permission, and hangs up on everybody else (NP[MEMPOOL]). That comes
 * last, and is not tried with nodes that would tell nothing by it.
 *
 * <p>Confined to the loop.
 */
final class Probe implements Transport.Listener {

  static final Duration PATIENCE = Duration.ofSeconds(15);

  private enum State {
    DIALLING,
    GREETING,
    TIMING,
    FENCING,
    ASKING,
    PRESUMING,
    DONE
  }

  private final Connector connector;
  private final Network network;
  private final EventLoop loop;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final NodeHandshake handshake;
  private final CompletableFuture<Facts> result = new CompletableFuture<>();

  private State state = State.DIALLING;
  private @Nullable Transport transport;
  private EventLoop.@Nullable Timer timer;
  private long nonce;
  private long asked;

  private @Nullable Version version;
  private long clockAhead;
  private long feeFilter = -1;
  private @Nullable Duration roundTrip;
  private @Nullable Duration fence;
  private boolean notFound;
  private int headers = -1;
  private @Nullable Boolean friend;
  private boolean unreadable;

  Probe(
      Connector connector,
      Network network,
      EventLoop loop,
      RandomGenerator random,
      InstantSource clock) {
    this.connector = connector;
    this.network = network;
    this.loop = loop;
    this.random = random;
    this.clock = clock;
    this.handshake = new NodeHandshake(connector.target(), false, 0, random, clock, this::send);
  }

  CompletionStage<Facts> start() {
    loop.execute(
        () -> {
          restartTimer("it cannot be reached: no answer");
          connector
              .connect()
              .whenComplete((opened, failure) -> loop.execute(() -> dialled(opened, failure)));
        });
    return result;
  }

  private void dialled(@Nullable Transport opened, @Nullable Throwable failure) {
    if (opened == null) {
      end(inWords(failure));
    } else if (state == State.DONE) {
      opened.close();
    } else {
      transport = opened;
      state = State.GREETING;
      restartTimer("the handshake is not done");
      opened.start(this);
      handshake.open();
    }
  }

  private static String inWords(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause == null ? "no connection" : String.valueOf(cause.getMessage());
  }

  @Override
  public void onMessage(Message message) {
    if (loop.inEventLoop()) {
      hear(message);
    } else {
      loop.execute(() -> hear(message));
    }
  }

  private void hear(Message message) {
    if (state == State.DONE) {
      return;
    }
    try {
      if (message.command().equals(Commands.VERSION) && version == null) {
        version = Version.parse(message);
        clockAhead = version.time() - clock.instant().getEpochSecond();
      }
      switch (handshake.onMessage(message)) {
        case VIOLATED -> end(handshake.violation().reason());
        case DONE -> ask(State.TIMING, List.of());
        case PASS -> read(message);
        case TAKEN, IGNORED -> {
          // The handshake goes on.
        }
      }
    } catch (MalformedMessageException e) {
      end("it sent what cannot be read: " + e.getMessage());
    }
  }

  private void read(Message message) {
    switch (message.command()) {
      case Commands.PING -> send(Ping.pong(Ping.nonce(message)));
      case Commands.FEEFILTER -> feeFilter = FeeFilter.parse(message).rate();
      case Commands.NOTFOUND -> notFound = true;
      case Commands.HEADERS -> {
        if (state == State.ASKING) {
          headers = Headers.parse(message).size();
        }
      }
      case Commands.PONG -> {
        if (Ping.nonce(message) == nonce) {
          proceed(Duration.ofNanos(loop.nanoTime() - asked));
        }
      }
      default -> {
        // News that nobody waits for.
      }
    }
  }

  private void proceed(Duration elapsed) {
    switch (state) {
      case TIMING -> {
        roundTrip = elapsed;
        ask(State.FENCING, List.of(requestForTheUnknown()));
      }
      case FENCING -> {
        fence = elapsed;
        ask(
            State.ASKING,
            List.of(
                BlockLocator.of(
                    Commands.GETHEADERS,
                    ProtocolVersions.OWN,
                    List.of(network.genesis()),
                    Hash.ZERO)));
      }
      case ASKING -> {
        if (refusesStrangers()) {
          ask(State.PRESUMING, List.of(Message.of(Commands.MEMPOOL, new byte[0])));
        } else {
          end("");
        }
      }
      default -> {
        friend = true;
        end("");
      }
    }
  }

  private boolean refusesStrangers() {
    return version != null
        && version.userAgent().startsWith("/Satoshi:")
        && !version.serves(Version.NODE_BLOOM);
  }

  private Message requestForTheUnknown() {
    return Inventory.of(
        Commands.GETDATA,
        List.of(
            new InventoryVector(InventoryVector.WITNESS_TX, randomHash()),
            new InventoryVector(InventoryVector.WITNESS_BLOCK, randomHash())));
  }

  private Hash randomHash() {
    byte[] bytes = new byte[Hash.SIZE];
    random.nextBytes(bytes);
    return Hash.read(bytes, 0);
  }

  /** Sends requests and a ping behind them, and waits for its echo. */
  private void ask(State next, List<Message> requests) {
    state = next;
    restartTimer("a ping was not answered");
    nonce = random.nextLong();
    asked = loop.nanoTime();
    requests.forEach(this::send);
    send(Ping.ping(nonce));
  }

  private void send(Message message) {
    if (transport != null) {
      transport.send(message);
    }
  }

  private void restartTimer(String complaint) {
    stopTimer();
    timer =
        loop.schedule(PATIENCE, () -> end(complaint + " within " + PATIENCE.toSeconds() + " s"));
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
    }
  }

  @Override
  public void onRejected(String reason) {
    // A frame that was passed over is like one that never came: the step's time runs out.
  }

  @Override
  public void onUnreadable(String reason) {
    loop.execute(() -> unreadable = true); // before what onClosed does
  }

  @Override
  public void onWritable() {
    // What is sent is too little to wait for.
  }

  @Override
  public void onClosed(String cause) {
    loop.execute(
        () -> {
          boolean hungUpOnMempool = state == State.PRESUMING;
          if (hungUpOnMempool) {
            friend = false;
          }
          end(hungUpOnMempool ? "" : cause);
        });
  }

  private void end(String reason) {
    if (state == State.DONE) {
      return;
    }
    boolean shaken = state.compareTo(State.GREETING) > 0;
    state = State.DONE;
    stopTimer();
    if (transport != null) {
      transport.close();
    }
    result.complete(
        new Facts(
            connector.target(),
            transport != null,
            version,
            clockAhead,
            shaken,
            handshake.wtxidRelay(),
            feeFilter,
            roundTrip,
            fence,
            notFound,
            headers,
            friend,
            unreadable,
            reason));
  }
}
