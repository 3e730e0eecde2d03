package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * A node that does nothing but send: ready frames from memory, on one thread. It trusts whoever
 * asks, so it costs as little as a node can, and what is measured is what lies in front of it.
 *
 * <p>A program: takes {@code small}, {@code large} or {@code new} for the blocks it has, or {@code
 * headers} and how many it has of those, or {@code strict} for the small ones as a pruned bitcoind
 * has them: it hangs up on who asks for a deep one, and needs seconds for a large transaction. Says
 * its port, and ends with its standard input.
 */
final class BareNode {

  static final String SMALL = "small";
  static final String LARGE = "large";
  static final String NEW = "new";
  static final String HEADERS = "headers";
  static final String STRICT = "strict";

  /** How many large blocks it has of which nobody else knows. */
  static final int NEW_BLOCKS = 7;

  /** So many blocks below its tip a pruned node gives (BIP159, and two to spare). */
  private static final int SHALLOW = 290;

  /** What a bitcoind needs to refuse a {@link SlowTransaction}, as it was measured, a byte. */
  private static final long NANOS_PER_BYTE = 1_300;

  private static final int LARGE_TRANSACTION = 100_000;
  private static final int BUFFER_SIZE = 1024 * 1024;
  private static final int BUFFERS_AT_ONCE = 64;

  private final Network network;
  private final boolean strict;
  private final Deque<Peer> again = new ArrayDeque<>(); // those who sent more behind what took long
  private final Map<Long, ByteBuffer> blocks = new HashMap<>();
  private final Map<Long, Integer> heights = new HashMap<>();
  private final HeaderList chain;
  private final Map<Integer, ByteBuffer> batches = new HashMap<>(); // full ones, by what is below
  private final byte[] greeting;
  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final ByteBuffer read =
      ByteBuffer.allocateDirect(BUFFER_SIZE).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * A node that listens.
   *
   * @param chain what it has headers of, from height 1 on
   * @param beside blocks it has as well
   */
  BareNode(Network network, List<Block> chain, List<Block> beside) throws IOException {
    this(network, chain, beside, false);
  }

  private BareNode(Network network, List<Block> chain, List<Block> beside, boolean strict)
      throws IOException {
    this(network, HeaderList.of(chain), strict);
    chain.forEach(this::keep);
    beside.forEach(this::keep);
  }

  /**
   * A node that listens and has headers only.
   *
   * @param chain from height 1 on
   */
  BareNode(Network network, HeaderList chain) throws IOException {
    this(network, chain, false);
  }

  private BareNode(Network network, HeaderList chain, boolean strict) throws IOException {
    this.network = network;
    this.chain = chain;
    this.strict = strict;
    this.greeting =
        strict
            ? Wire.version(network, Wire.PRUNED_AND_WITNESS, chain.size())
            : Wire.version(network, chain.size());
    heights.put(id(TestChain.GENESIS), 0);
    for (int height = 1; height <= chain.size(); height++) {
      heights.put(id(chain.hash(height)), height);
    }
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
  }

  public static void main(String[] arguments) throws IOException {
    BareNode node;
    switch (arguments[0]) {
      case SMALL ->
          node = new BareNode(Network.REGTEST, TestChain.make().all(), List.of(TestChain.plain()));
      case STRICT -> node = strict(TestChain.make());
      case NEW -> node = new BareNode(Network.REGTEST, List.of(), TestChain.several(NEW_BLOCKS));
      case HEADERS ->
          node = new BareNode(Network.REGTEST, HeaderList.mine(Integer.parseInt(arguments[1])));
      default -> {
        LargeBlocks large = LargeBlocks.atHand();
        node = new BareNode(large.network(), List.of(), List.of(large.plain(), large.committed()));
      }
    }
    node.start();
    System.out.println(node.port());
    while (System.in.read() >= 0) {
      // Lives as long as whoever started it.
    }
  }

  /** A node that hangs up on who asks for deep blocks, and needs long for large transactions. */
  static BareNode strict(TestChain chain) throws IOException {
    return new BareNode(Network.REGTEST, chain.all(), List.of(TestChain.plain()), true);
  }

  /** Serves, until the process ends. */
  void start() {
    Thread serving = new Thread(this::serve, "node");
    serving.setDaemon(true);
    serving.start();
  }

  int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  private void keep(Block block) {
    blocks.put(id(block.hash()), direct(Wire.frame(network, "block", block.bytes())));
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  /** Eight bytes of a hash tell our few blocks apart. */
  private static long id(byte[] hash) {
    return Wire.little(hash).getLong();
  }

  private void serve() {
    try {
      while (selector.isOpen()) {
        Peer next = again.poll();
        if (next == null) {
          selector.select(this::ready);
        } else {
          selector.selectNow(this::ready);
          next.goOn();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("the node's selector failed", e);
    }
  }

  private void ready(SelectionKey key) {
    if (!key.isValid()) {
      return;
    }
    if (key.attachment() instanceof Peer peer) {
      peer.ready();
    } else {
      accept();
    }
  }

  private void accept() {
    try {
      for (SocketChannel channel = listener.accept();
          channel != null;
          channel = listener.accept()) {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        key.attach(new Peer(channel, key));
      }
    } catch (IOException e) {
      System.err.println("a connection was not accepted: " + e);
    }
  }

  /** One connection. */
  private final class Peer {

    private final SocketChannel channel;
    private final SelectionKey key;
    private final ArrayDeque<ByteBuffer> out = new ArrayDeque<>();
    private byte[] unfinished = {};
    private boolean waits; // to go on with that

    Peer(SocketChannel channel, SelectionKey key) {
      this.channel = channel;
      this.key = key;
    }

    void ready() {
      try {
        if (key.isReadable() && !waits) {
          read.clear().put(unfinished);
          if (channel.read(read) < 0) {
            throw new EOFException();
          }
          takeFrames();
        }
        write();
      } catch (IOException e) {
        close();
      }
    }

    /** Deals with more, after others had their turn. */
    void goOn() {
      if (!key.isValid()) {
        return;
      }
      try {
        read.clear().put(unfinished);
        takeFrames();
        write();
      } catch (IOException e) {
        close();
      }
    }

    /** All that are there, up to one that takes long. */
    private void takeFrames() throws IOException {
      waits = false;
      read.flip();
      while (!waits && takeFrame()) {
        // All that is there.
      }
      unfinished = new byte[read.remaining()];
      read.get(unfinished);
      if (waits) {
        again.add(this);
      }
    }

    private boolean takeFrame() throws IOException {
      if (read.remaining() < Wire.HEADER_SIZE) {
        return false;
      }
      byte[] header = new byte[Wire.HEADER_SIZE];
      read.get(read.position(), header);
      int size = Wire.HEADER_SIZE + Wire.bodySize(header);
      if (read.remaining() < size) {
        return false;
      }
      int end = read.position() + size;
      int limit = read.limit();
      read.position(read.position() + Wire.HEADER_SIZE).limit(end);
      take(Wire.command(header));
      read.limit(limit).position(end);
      return true;
    }

    private void take(String command) throws IOException {
      switch (command) {
        case "version" -> {
          send(greeting);
          send(Wire.frame(network, "verack", new byte[0]));
        }
        case "ping" -> {
          byte[] nonce = new byte[read.remaining()];
          read.get(nonce);
          send(Wire.frame(network, "pong", nonce));
        }
        case "tx" -> {
          if (strict && read.remaining() > LARGE_TRANSACTION) {
            Pause.millis(NANOS_PER_BYTE * read.remaining() / 1_000_000);
            waits = true;
          }
        }
        case "getdata" -> {
          for (int left = Wire.compactSize(read); left > 0; left--) {
            read.getInt();
            long id = read.getLong();
            if (strict && heights.getOrDefault(id, chain.size()) < chain.size() - SHALLOW) {
              throw new IOException("it asks for what is pruned");
            }
            ByteBuffer block = blocks.get(id);
            read.position(read.position() + Wire.HASH_SIZE - Long.BYTES);
            if (block != null) {
              out.add(block.duplicate());
            }
          }
        }
        case "getheaders" -> out.add(headers());
        default -> {
          // Of no concern.
        }
      }
    }

    private ByteBuffer headers() {
      read.getInt();
      int from = 0;
      int known = Wire.compactSize(read);
      for (int left = known; left > 0; left--) {
        from = Math.max(from, heights.getOrDefault(read.getLong(), 0));
        read.position(read.position() + Wire.HASH_SIZE - Long.BYTES);
      }
      int stop = heights.getOrDefault(read.getLong(), chain.size());
      if (known == 0) {
        from = stop - 1; // as bitcoind: then it is asked for this one only
      }
      if (stop - from < HeaderList.MOST_AT_ONCE) {
        return ByteBuffer.wrap(frame(from, stop));
      }
      return batches.computeIfAbsent(from, below -> direct(frame(below, stop))).duplicate();
    }

    private byte[] frame(int from, int stop) {
      return Wire.frame(network, "headers", chain.above(from, stop));
    }

    private void send(byte[] frame) {
      out.add(ByteBuffer.wrap(frame));
    }

    private void write() throws IOException {
      while (!out.isEmpty()) {
        ByteBuffer[] some = out.stream().limit(BUFFERS_AT_ONCE).toArray(ByteBuffer[]::new);
        channel.write(some);
        while (!out.isEmpty() && !out.peek().hasRemaining()) {
          out.remove();
        }
        if (some[some.length - 1].hasRemaining()) {
          break;
        }
      }
      int interest = SelectionKey.OP_READ | (out.isEmpty() ? 0 : SelectionKey.OP_WRITE);
      if (key.interestOps() != interest) {
        key.interestOps(interest);
      }
    }

    void close() {
      key.cancel();
      try {
        channel.close();
      } catch (IOException e) {
        // It has gone.
      }
    }
  }
}
