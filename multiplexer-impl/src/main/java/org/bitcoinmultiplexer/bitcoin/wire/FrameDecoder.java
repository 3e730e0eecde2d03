package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.bitcoinmultiplexer.api.Message;

/**
 * Makes messages out of the bytes of one connection, in whatever pieces they arrive.
 *
 * <p>As Bitcoin Core does: a frame with a wrong checksum or an invalid command is passed over and
 * the connection goes on; a wrong magic, or a length beyond the limit, ends it, since nobody knows
 * where the next frame starts.
 *
 * <pre>
 *   HEADER --24 bytes, valid-----> BODY --complete--> HEADER   (message, or dropped: checksum)
 *   HEADER --invalid command-----> SKIP --complete--> HEADER   (dropped)
 *   HEADER --magic, length-------> DEAD                        (fatal; takes and ignores all input)
 * </pre>
 *
 * <p>Where there is no memory for a body that arrives in pieces, the decoder {@linkplain #isStalled
 * stalls}: it keeps what it was just given, and should be given no more until it {@linkplain
 * #resume goes on}, or {@linkplain #giveUp gives up}.
 *
 * <p>The body of a message is an array of exactly its size. A body that arrives in one piece, or is
 * not longer than {@code prepaid}, is allocated at once and filled without a further copy. Beyond
 * that, an announced length costs nothing: the array doubles as bytes arrive, so a peer makes us
 * hold no more than twice what it sent.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class FrameDecoder {

  /** Learns what was decoded, on the thread that decodes, while it does. */
  public interface Listener {

    /**
     * A whole message arrived, its checksum verified.
     *
     * @param message what arrived
     */
    void onMessage(Message message);

    /**
     * A frame was passed over; the connection goes on.
     *
     * @param reason in words
     */
    void onDropped(String reason);

    /**
     * The stream makes no sense any more; the connection must be closed. Called at most once.
     *
     * @param reason in words
     */
    void onFatal(String reason);
  }

  /**
   * Memory for the bodies of one peer's messages while they arrive, shared with other peers. Told
   * in the thread that decodes.
   */
  public interface Memory {

    /**
     * A peer that may have all it asks for.
     *
     * <p>Whoever decodes with this accepts long bodies from the first frame on.
     */
    Memory UNLIMITED =
        new Memory() {
          @Override
          public boolean reserve(int bytes) {
            return true;
          }

          @Override
          public void release(int bytes) {}

          @Override
          public void close() {}
        };

    /**
     * Takes memory.
     *
     * @param bytes how much, more than 0
     * @return false if there is none for this peer by now
     */
    boolean reserve(int bytes);

    /**
     * Gives memory back.
     *
     * @param bytes how much of what was taken
     */
    void release(int bytes);

    /** The peer has gone, and everything was given back. Called once. */
    void close();
  }

  /**
   * Until a peer's {@code verack}, bodies are no longer than this unless its memory is {@link
   * Memory#UNLIMITED}: no message that may come before has more than some hundred bytes, and what a
   * client asks that does not wait for ours, some thousand.
   */
  public static final int MAX_BODY_SIZE_BEFORE_VERACK = 10_000;

  private enum State {
    HEADER,
    BODY,
    SKIP,
    DEAD
  }

  private static final int FIRST_STEP = 4096;
  private static final byte[] NOTHING = {};
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final Network network;
  private final FrameEncoder encoder;
  private final int prepaid;
  private final Memory memory;
  private final Listener listener;

  private final byte[] header = new byte[FrameEncoder.HEADER_SIZE];
  private State state = State.HEADER;
  private int filled; // bytes of the header, or of the body, that have arrived
  private int size; // of the body, as announced
  private String command = "";
  private byte[] body = NOTHING;
  private int maxBodySize;
  private int reserved; // for the body
  private boolean stalled; // for want of memory
  private byte[] rest = NOTHING; // what arrived since

  /**
   * A decoder at the start of a stream.
   *
   * @param network whose magic is expected
   * @param maxBodySize the longest body accepted, in bytes, at most {@link
   *     ProtocolLimits#MAX_PROTOCOL_MESSAGE_LENGTH}
   * @param prepaid up to which announced length, in bytes, a body is allocated before it arrives: 0
   *     for peers one has no reason to trust, {@code maxBodySize} for one's own node
   * @param listener learns what arrives
   * @throws IllegalArgumentException if a size is negative or too large
   */
  public FrameDecoder(Network network, int maxBodySize, int prepaid, Listener listener) {
    this(network, maxBodySize, prepaid, Memory.UNLIMITED, listener);
  }

  /**
   * A decoder of a peer's stream that one has no reason to trust.
   *
   * @param network whose magic is expected
   * @param memory for what arrives in pieces
   * @param listener learns what arrives
   */
  public FrameDecoder(Network network, Memory memory, Listener listener) {
    this(network, MAX_PROTOCOL_MESSAGE_LENGTH, 0, memory, listener);
  }

  private FrameDecoder(
      Network network, int maxBodySize, int prepaid, Memory memory, Listener listener) {
    if (maxBodySize < 0 || maxBodySize > MAX_PROTOCOL_MESSAGE_LENGTH) {
      throw new IllegalArgumentException(
          "maxBodySize must be 0 to " + MAX_PROTOCOL_MESSAGE_LENGTH + ": " + maxBodySize);
    }
    if (prepaid < 0) {
      throw new IllegalArgumentException("prepaid must not be negative: " + prepaid);
    }
    this.network = network;
    this.encoder = FrameEncoder.of(network);
    this.maxBodySize = memory == Memory.UNLIMITED ? maxBodySize : MAX_BODY_SIZE_BEFORE_VERACK;
    this.prepaid = prepaid;
    this.memory = memory;
    this.listener = Objects.requireNonNull(listener, "listener");
  }

  /**
   * Takes what arrived. The buffer is consumed entirely and not kept.
   *
   * @param in bytes of the stream, following those of the last call
   */
  public void decode(ByteBuffer in) {
    while (in.hasRemaining() && !stalled) {
      switch (state) {
        case HEADER -> readHeader(in);
        case BODY -> readBody(in);
        case SKIP -> skip(in);
        case DEAD -> in.position(in.limit());
      }
    }
    if (in.hasRemaining()) {
      int before = rest.length;
      rest = Arrays.copyOf(rest, before + in.remaining());
      in.get(rest, before, rest.length - before);
    }
  }

  /**
   * Whether it waits for memory.
   *
   * @return true until it goes on, or gives up
   */
  public boolean isStalled() {
    return stalled;
  }

  /**
   * Goes on, if it is stalled and there is memory now.
   *
   * @return false if there is still none
   */
  public boolean resume() {
    if (stalled) {
      stalled = false;
      ByteBuffer again = ByteBuffer.wrap(rest);
      rest = NOTHING;
      decode(again);
    }
    return !stalled;
  }

  /** Waits no longer for memory: the stream ends here. */
  public void giveUp() {
    if (stalled) {
      stalled = false;
      rest = NOTHING;
      die("no memory is left for the " + size + " bytes of its " + command);
    }
  }

  /**
   * Whether the stream may end here: between two frames.
   *
   * @return false in the middle of a frame, or after a fatal error
   */
  public boolean isIdle() {
    return state == State.HEADER && filled == 0;
  }

  private void readHeader(ByteBuffer in) {
    int step = Math.min(in.remaining(), header.length - filled);
    in.get(header, filled, step);
    filled += step;
    // As soon as it is there: who speaks something else may wait for an answer to less.
    if (filled >= FrameEncoder.COMMAND_AT && (int) INT.get(header, 0) != network.magic()) {
      refuseMagic((int) INT.get(header, 0));
    } else if (filled == header.length) {
      openFrame();
    }
  }

  private void refuseMagic(int magic) {
    String whose = Network.nameOf(magic);
    die(
        "magic %08x is that of %s, not that of %s, %08x"
            .formatted(magic, whose, network, network.magic())
            .concat(
                whose.equals(Network.UNKNOWN)
                    ? ": an encrypted hello (BIP324), or another protocol"
                    : ""));
  }

  private void openFrame() {
    filled = 0;
    long announced = Integer.toUnsignedLong((int) INT.get(header, FrameEncoder.LENGTH_AT));
    if (announced > maxBodySize) {
      die(
          "body of "
              + announced
              + " bytes is above the limit of "
              + maxBodySize
              + (maxBodySize == MAX_BODY_SIZE_BEFORE_VERACK ? " before verack" : ""));
      return;
    }
    size = (int) announced;
    String name = Commands.read(header, FrameEncoder.COMMAND_AT);
    if (name == null) {
      state = State.SKIP;
      if (size == 0) {
        dropInvalidCommand();
      }
      return;
    }
    command = name;
    state = State.BODY;
    body = NOTHING;
    if (size == 0) {
      closeFrame();
    }
  }

  private void readBody(ByteBuffer in) {
    int step = Math.min(in.remaining(), size - filled);
    if (filled + step > body.length) {
      int capacity = capacity(filled + step);
      if (!reserve(capacity)) {
        stalled = true;
        return;
      }
      body = Arrays.copyOf(body, capacity);
    }
    in.get(body, filled, step);
    filled += step;
    if (filled == size) {
      closeFrame();
    }
  }

  /** How long the array should be that holds so many bytes: exactly the body's size, in the end. */
  private int capacity(int needed) {
    return size <= prepaid ? size : Math.min(size, Math.max(FIRST_STEP, 2 * needed));
  }

  /** What is on the way in one piece of a few thousand bytes is not worth counting. */
  private boolean reserve(int capacity) {
    int more = capacity - reserved;
    if (capacity <= FIRST_STEP || memory == Memory.UNLIMITED) {
      return true;
    }
    if (!memory.reserve(more)) {
      return false;
    }
    reserved += more;
    return true;
  }

  /** Nothing more arrives. To be called once; gives back the memory of half a frame. */
  public void close() {
    if (reserved > 0) {
      memory.release(reserved);
      reserved = 0;
    }
    body = NOTHING;
    rest = NOTHING;
    stalled = false;
    state = State.DEAD;
    memory.close();
  }

  private void closeFrame() {
    byte[] complete = body;
    if (reserved > 0) {
      memory.release(reserved);
      reserved = 0;
    }
    // Before anybody is called: a listener that throws finds the decoder at the next frame.
    state = State.HEADER;
    filled = 0;
    body = NOTHING;
    int announced = (int) INT.get(header, FrameEncoder.CHECKSUM_AT);
    int actual = Sha256d.checksum(complete, 0, size);
    if (actual != announced) {
      // Put together by hand: a Formatter is dearer than the frame, and these may come in floods.
      HexFormat hex = HexFormat.of();
      listener.onDropped(
          command
              + (" of " + size + " bytes has checksum ")
              + (hex.toHexDigits(announced) + " instead of " + hex.toHexDigits(actual)));
      return;
    }
    if (command.equals(Commands.VERACK) && memory != Memory.UNLIMITED) {
      maxBodySize = MAX_PROTOCOL_MESSAGE_LENGTH;
    }
    Message message = Message.of(command, complete);
    encoder.remember(message, header.clone());
    listener.onMessage(message);
  }

  private void skip(ByteBuffer in) {
    int step = Math.min(in.remaining(), size - filled);
    in.position(in.position() + step);
    filled += step;
    if (filled == size) {
      dropInvalidCommand();
    }
  }

  private void dropInvalidCommand() {
    state = State.HEADER;
    filled = 0;
    String hex = HexFormat.of().formatHex(header, FrameEncoder.COMMAND_AT, FrameEncoder.LENGTH_AT);
    listener.onDropped("invalid command " + hex + " with " + size + " bytes");
  }

  private void die(String reason) {
    state = State.DEAD;
    listener.onFatal(reason);
  }
}
