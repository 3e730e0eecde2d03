package org.bitcoinmultiplexer;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/** Our end of a connection, whose other end is the test: it says what the test has it say. */
public class ScriptedPeer implements Transport {

  private final SimulatedLoop loop;
  private final List<Message> received = new ArrayList<>();
  private Listener listener;
  private boolean closed;

  /** A peer that has said nothing. */
  public ScriptedPeer(SimulatedLoop loop) {
    this.loop = loop;
  }

  @Override
  public void start(Listener toStart) {
    listener = toStart;
  }

  @Override
  public void send(Message message) {
    received.add(message);
  }

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public void reading(boolean enabled) {}

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String remote() {
    return "peer:1";
  }

  /** Says something, and lets everybody do what follows from it. */
  public void says(Message message) {
    loop.run(() -> listener.onMessage(message));
    loop.runTasks();
  }

  /** Introduces itself, and forgets what it heard so far. */
  public void shakesHands(long services, int height) {
    says(
        new Version(
                70016,
                services,
                1_700_000_000L,
                NetworkAddress.UNSPECIFIED,
                NetworkAddress.UNSPECIFIED,
                7,
                "/test/",
                height,
                true)
            .toMessage());
    says(Message.of(Commands.VERACK, new byte[0]));
    received.clear();
  }

  /** All that it was sent, and did not forget. */
  public List<Message> received() {
    return received;
  }

  /** What it was sent with this command. */
  public List<Message> received(String command) {
    return received.stream().filter(message -> message.command().equals(command)).toList();
  }

  /** Whether the connection was closed from here. */
  public boolean isClosed() {
    return closed;
  }
}
