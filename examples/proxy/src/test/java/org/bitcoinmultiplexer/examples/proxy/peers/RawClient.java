package org.bitcoinmultiplexer.examples.proxy.peers;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A scripted client on a plain socket, with framing of its own. It is strict: a wrong magic or
 * checksum, or a message that its handshake did not permit, fails whatever is awaited from then on.
 *
 * <p>States: connecting —version, verack both ways→ ready —either side closes→ closed. The server's
 * pings are answered at once by the reading thread; all else waits in an inbox, in order.
 *
 * <p>One thread may use it at a time.
 */
public final class RawClient implements AutoCloseable {
  private static final int REGTEST_MAGIC = 0xdab5bffa;
  private static final int HEADER_SIZE = 24;
  private static final int MAX_PAYLOAD = 4_000_000;
  private static final Set<String> HANDSHAKE =
      Set.of("version", "verack", "wtxidrelay", "sendaddrv2", "sendtxrcncl", "feature");

  /** What a node may say or ask at any time, and what answers nothing. */
  private static final Set<String> CHATTER =
      Set.of(
          "ping",
          "addr",
          "addrv2",
          "feefilter",
          "sendheaders",
          "sendcmpct",
          "alert",
          "getheaders",
          "getblocks",
          "getaddr",
          "mempool");

  private final Settings settings;
  private final Socket socket;
  private final OutputStream output;
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LinkedList<Received> inbox = new LinkedList<>(); // guarded by lock
  private final List<Received> log = new ArrayList<>(); // guarded by lock
  private String violation = ""; // guarded by lock
  private boolean closed; // guarded by lock
  private boolean handshaken; // guarded by lock
  private ServerVersion server;

  /** What it says about itself. The first sentence of a conversation: {@code RawClient.to(...)}. */
  public static final class Settings {
    private final InetSocketAddress address;
    private int version = 70016;
    private long services;
    private boolean relay = true;
    private boolean wtxidRelay;
    private boolean addrV2;
    private String agent = "/raw:1.0/";

    private Settings(InetSocketAddress address) {
      this.address = address;
    }

    /** The protocol version; 70016 unless said. */
    public Settings version(int value) {
      version = value;
      return this;
    }

    /** The service bits; none unless said. */
    public Settings services(long value) {
      services = value;
      return this;
    }

    /** Whether it wants to hear of transactions; yes unless said. */
    public Settings relay(boolean value) {
      relay = value;
      return this;
    }

    /** Asks for announcements by wtxid. */
    public Settings wtxidRelay() {
      wtxidRelay = true;
      return this;
    }

    /** Asks for {@code addrv2}. */
    public Settings addrV2() {
      addrV2 = true;
      return this;
    }

    /** The user agent. */
    public Settings agent(String value) {
      agent = value;
      return this;
    }

    /** Connects and completes the handshake. */
    public RawClient connect() {
      RawClient client = open();
      try {
        client.shakeHands();
        return client;
      } catch (RuntimeException | Error e) {
        client.close();
        throw e;
      }
    }

    /** Connects and says nothing. */
    public RawClient open() {
      try {
        return new RawClient(this);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot connect to " + address, e);
      }
    }
  }

  /**
   * What the server said in its {@code version}.
   *
   * @param relay whether it wants to hear of transactions
   */
  public record ServerVersion(
      int version, long services, String agent, int height, boolean relay) {}

  private RawClient(Settings settings) throws IOException {
    this.settings = settings;
    this.socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(settings.address, (int) Await.PATIENCE.toMillis());
      output = socket.getOutputStream();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    Thread reader = new Thread(this::read, "raw client " + socket.getLocalPort());
    reader.setDaemon(true);
    reader.start();
  }

  /** Begins: where to connect to. */
  public static Settings to(InetSocketAddress address) {
    return new Settings(address);
  }

  /** Sends a {@code version} and completes the handshake. */
  public ServerVersion shakeHands() {
    send("version", versionPayload());
    server = parseVersion(expect("version").payload());
    if (settings.wtxidRelay) {
      send("wtxidrelay");
    }
    if (settings.addrV2) {
      send("sendaddrv2");
    }
    expect("verack");
    send("verack");
    return server;
  }

  /**
   * What it says first, for tests that put it together with more: {@code version}, {@code verack}.
   */
  public byte[] hello() {
    byte[] version = frame("version", versionPayload());
    byte[] verack = frame("verack", new byte[0]);
    return ByteBuffer.allocate(version.length + verack.length).put(version).put(verack).array();
  }

  /** Says no more, and goes on reading. */
  public void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the server said about itself. */
  public ServerVersion server() {
    return server;
  }

  private byte[] versionPayload() {
    byte[] address = new byte[16];
    return new Payload()
        .u32(settings.version)
        .u64(settings.services)
        .u64(System.currentTimeMillis() / 1000)
        .u64(0)
        .raw(address)
        .u16BigEndian(settings.address.getPort())
        .u64(settings.services)
        .raw(address)
        .u16BigEndian(0)
        .u64(ThreadLocalRandom.current().nextLong())
        .string(settings.agent)
        .u32(0)
        .u8(settings.relay ? 1 : 0)
        .toBytes();
  }

  private static ServerVersion parseVersion(byte[] payload) {
    ByteBuffer in = Wire.read(payload);
    int version = in.getInt();
    long services = in.getLong();
    in.position(in.position() + 8 + 26 + 26 + 8);
    String agent = Wire.string(in);
    int height = in.getInt();
    return new ServerVersion(version, services, agent, height, !in.hasRemaining() || in.get() != 0);
  }

  // ---- saying

  /** Sends a message without payload. */
  public void send(String command) {
    send(command, new byte[0]);
  }

  /** Sends a message. */
  public void send(String command, byte[] payload) {
    sendBytes(frame(REGTEST_MAGIC, command, payload));
  }

  /** Asks for objects. */
  public void getData(Item... items) {
    send("getdata", Wire.items(Arrays.asList(items)));
  }

  /** Asks for the headers after the first known hash, up to and with {@code stop}. */
  public void getHeaders(List<String> locator, String stop) {
    send("getheaders", Wire.locator(locator, stop));
  }

  /** Announces a transaction, waits until it is asked for, and sends it. */
  public void offer(byte[] transaction) {
    String txid = Wire.txid(transaction);
    String id = settings.wtxidRelay ? Wire.wtxid(transaction) : txid;
    send("inv", Wire.items(List.of(new Item(settings.wtxidRelay ? Item.WTX : Item.TX, id))));
    expect(
        "getdata",
        payload -> Wire.items(payload).stream().anyMatch(item -> item.hash().equals(id)));
    send("tx", transaction);
  }

  /** Sends a ping without waiting for the pong. */
  public void ping(long nonce) {
    send("ping", new Payload().u64(nonce).toBytes());
  }

  /**
   * Sends bytes that may be anything. Says nothing if the server has hung up, or if this has said
   * that it says no more.
   */
  public void sendBytes(byte[] bytes) {
    if (socket.isOutputShutdown()) {
      return; // as the pongs of its own accord
    }
    try {
      synchronized (output) {
        output.write(bytes);
        output.flush();
      }
    } catch (IOException gone) {
      if (!socket.isOutputShutdown()) {
        close();
      }
    }
  }

  /** A message as it travels. */
  public static byte[] frame(String command, byte[] payload) {
    return frame(REGTEST_MAGIC, command, payload);
  }

  /** A message as it travels in the network with that magic, little endian. */
  public static byte[] frame(int magic, String command, byte[] payload) {
    byte[] name = Arrays.copyOf(command.getBytes(StandardCharsets.US_ASCII), 12);
    return ByteBuffer.allocate(HEADER_SIZE + payload.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(magic)
        .put(name)
        .putInt(payload.length)
        .put(Wire.doubleSha256(payload), 0, 4)
        .put(payload)
        .array();
  }

  // ---- hearing

  /** Waits for the next message with that command and takes it; others stay in the inbox. */
  public Received expect(String command) {
    return expect(command, payload -> true);
  }

  /** Waits for the next message with that command whose payload is the one, and takes it. */
  public Received expect(String command, Predicate<byte[]> payload) {
    return take(
        message -> message.command().equals(command) && payload.test(message.payload()),
        command,
        Await.PATIENCE);
  }

  /** Waits until an {@code inv} names the object, in whichever flavour. */
  public Item expectInv(String hash) {
    Received inv =
        expect(
            "inv",
            payload -> Wire.items(payload).stream().anyMatch(item -> item.hash().equals(hash)));
    return Wire.items(inv.payload()).stream()
        .filter(item -> item.hash().equals(hash))
        .findFirst()
        .orElseThrow();
  }

  /** Waits for the pong to a ping and takes it alone. */
  public void expectPong(long nonce) {
    expect("pong", payload -> Arrays.equals(payload, new Payload().u64(nonce).toBytes()));
  }

  /**
   * Sends a ping and takes everything up to its pong: the whole answer to what was asked before, if
   * the server keeps the order. What a node says unasked is left out, announcements are not.
   */
  public List<Received> fence() {
    return upTo(mark());
  }

  /** Sends a ping of its own making. */
  public long mark() {
    long nonce = ThreadLocalRandom.current().nextLong();
    ping(nonce);
    return nonce;
  }

  /** Takes everything up to the pong to a {@link #mark}, which it waits for. */
  public List<Received> upTo(long nonce) {
    Received pong = new Received("pong", new Payload().u64(nonce).toBytes());
    List<Received> answer = new ArrayList<>();
    lock.lock();
    try {
      await(() -> inbox.contains(pong), "pong " + Long.toHexString(nonce), Await.PATIENCE);
      while (true) {
        Received next = inbox.removeFirst();
        if (next.equals(pong)) {
          return answer;
        }
        if (!CHATTER.contains(next.command()) && !HANDSHAKE.contains(next.command())) {
          answer.add(next);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Asks, and takes the whole answer. */
  public List<Received> ask(String command, byte[] payload) {
    send(command, payload);
    return fence();
  }

  /** Everything received so far, in order, handshake included. */
  public List<Received> log() {
    lock.lock();
    try {
      return List.copyOf(log);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the server has hung up. */
  public void awaitClosed() {
    long deadline = System.nanoTime() + Await.PATIENCE.toNanos();
    lock.lock();
    try {
      while (!closed) {
        if (!awaitChange(deadline)) {
          throw new AssertionError("the server has not hung up; it said " + recent());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the connection stands as far as is known. */
  public boolean isOpen() {
    lock.lock();
    try {
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private Received take(Predicate<Received> wanted, String what, Duration patience) {
    lock.lock();
    try {
      await(() -> inbox.stream().anyMatch(wanted), what, patience);
      for (Iterator<Received> each = inbox.iterator(); each.hasNext(); ) {
        Received message = each.next();
        if (wanted.test(message)) {
          each.remove();
          return message;
        }
      }
      throw new IllegalStateException("it was there and is gone: " + what);
    } finally {
      lock.unlock();
    }
  }

  private void await(BooleanSupplier condition, String what, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      if (!violation.isEmpty()) {
        throw new AssertionError("the server broke the protocol: " + violation);
      }
      if (condition.getAsBoolean()) {
        return;
      }
      if (closed) {
        throw new AssertionError("the server hung up before " + what + "; it said " + recent());
      }
      if (!awaitChange(deadline)) {
        throw new AssertionError("not within " + patience + ": " + what + "; it said " + recent());
      }
    }
  }

  private boolean awaitChange(long deadline) {
    try {
      return changed.awaitNanos(deadline - System.nanoTime()) > 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private String recent() {
    return log.subList(Math.max(0, log.size() - 12), log.size()).toString();
  }

  // ---- the reading thread

  private void read() {
    try (DataInputStream input =
        new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16))) {
      while (true) {
        received(readFrame(input));
      }
    } catch (EOFException ended) {
      ended("");
    } catch (ProtocolViolation e) {
      ended(e.getMessage());
    } catch (IOException reset) {
      ended("");
    }
  }

  private static Received readFrame(DataInputStream input) throws IOException {
    byte[] bytes = new byte[HEADER_SIZE];
    input.readFully(bytes);
    ByteBuffer header = Wire.read(bytes);
    int magic = header.getInt();
    String command = new String(Wire.bytes(header, 12), StandardCharsets.US_ASCII).trim();
    int length = header.getInt();
    byte[] checksum = Wire.bytes(header, 4);
    if (magic != REGTEST_MAGIC) {
      throw new ProtocolViolation("magic " + Integer.toHexString(magic));
    }
    if (length < 0 || length > MAX_PAYLOAD) {
      throw new ProtocolViolation(command + " of " + Integer.toUnsignedString(length) + " bytes");
    }
    byte[] payload = new byte[length];
    input.readFully(payload);
    if (!Arrays.equals(Arrays.copyOf(Wire.doubleSha256(payload), 4), checksum)) {
      throw new ProtocolViolation(command + " with a wrong checksum");
    }
    return new Received(command, payload);
  }

  private void received(Received message) throws IOException {
    if (message.command().equals("ping")) {
      send("pong", message.payload());
    }
    lock.lock();
    try {
      log.add(message);
      inbox.add(message);
      check(message);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What the handshake did not permit. */
  private void check(Received message) throws ProtocolViolation {
    String command = message.command();
    if (!handshaken && !HANDSHAKE.contains(command)) {
      throw new ProtocolViolation(command + " before verack");
    }
    if (handshaken && HANDSHAKE.contains(command)) {
      throw new ProtocolViolation(command + " after verack");
    }
    handshaken |= command.equals("verack");
    if (command.equals("addrv2") && !settings.addrV2) {
      throw new ProtocolViolation("addrv2 was not asked for");
    }
    if (command.equals("inv")) {
      checkAnnouncement(Wire.items(message.payload()));
    }
  }

  private void checkAnnouncement(List<Item> items) throws ProtocolViolation {
    for (Item item : items) {
      boolean transaction = item.type() == Item.TX || item.type() == Item.WTX;
      if (!transaction && item.type() != Item.BLOCK) {
        throw new ProtocolViolation("announces " + item);
      }
      if (transaction && !settings.relay) {
        throw new ProtocolViolation("announces transactions to a client that wants none");
      }
      if (item.type() == Item.WTX && !settings.wtxidRelay) {
        throw new ProtocolViolation("announces by wtxid to a client that did not ask for it");
      }
    }
  }

  private void ended(String why) {
    lock.lock();
    try {
      closed = true;
      violation = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    closeSocket();
  }

  @Override
  public void close() {
    closeSocket();
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class ProtocolViolation extends IOException {
    ProtocolViolation(String message) {
      super(message);
    }
  }
}
