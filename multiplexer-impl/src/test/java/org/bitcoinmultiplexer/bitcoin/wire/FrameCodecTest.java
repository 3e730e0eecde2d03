package org.bitcoinmultiplexer.bitcoin.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PROTOCOL_MESSAGE_LENGTH;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecTest {

  private static final FrameEncoder ENCODER = FrameEncoder.of(Network.REGTEST);

  private final Recorder heard = new Recorder();
  private final FrameDecoder decoder =
      new FrameDecoder(Network.REGTEST, MAX_PROTOCOL_MESSAGE_LENGTH, 0, heard);

  @Test
  void framesAVerackAsTheProtocolDocumentationDoes() {
    byte[] frame =
        FrameEncoder.of(Network.MAINNET).frame(Message.of("verack", new byte[0])).array();
    assertThat(frame)
        .isEqualTo(HexFormat.of().parseHex("f9beb4d976657261636b000000000000000000005df6e0e2"));
  }

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Network#known")
  void decodesWhatItEncodesOnEveryNetwork(Network network) {
    Message message = Message.of("tx", bytes(100, 1));
    new FrameDecoder(network, 100, 0, heard).decode(FrameEncoder.of(network).frame(message));
    heard.expect(message);
  }

  @Test
  void decodesOneByteAtATime() {
    Message[] messages = {
      Message.of("ping", bytes(8, 1)),
      Message.of("verack", new byte[0]),
      Message.of("block", bytes(20_000, 2)),
      Message.of("sendheaders", new byte[0])
    };
    for (byte b : stream(messages)) {
      decoder.decode(ByteBuffer.wrap(new byte[] {b}));
    }
    heard.expect(messages);
    assertThat(decoder.isIdle()).isTrue();
  }

  @Test
  void decodesAnyChunking() {
    long seed = System.nanoTime();
    System.out.println("decodesAnyChunking: seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      Message[] messages = new Message[1 + random.nextInt(6)];
      for (int i = 0; i < messages.length; i++) {
        String command = Commands.KNOWN.get(random.nextInt(Commands.KNOWN.size()));
        messages[i] = Message.of(command, bytes(random.nextInt(30_000), random.nextInt()));
      }
      Recorder recorder = new Recorder();
      int prepaid = random.nextBoolean() ? 0 : 10_000;
      FrameDecoder fresh = new FrameDecoder(Network.REGTEST, 30_000, prepaid, recorder);
      ByteBuffer in = ByteBuffer.wrap(stream(messages));
      while (in.hasRemaining()) {
        int step = Math.min(in.remaining(), 1 + random.nextInt(9_000));
        ByteBuffer chunk = in.slice(in.position(), step);
        fresh.decode(random.nextBoolean() ? direct(chunk) : chunk.asReadOnlyBuffer());
        in.position(in.position() + step);
      }
      recorder.expect(messages);
    }
  }

  @Test
  void saysNothingOfAFrameTruncatedAtAnyOffset() {
    byte[] frame = stream(Message.of("ping", bytes(8, 1)));
    for (int cut = 0; cut < frame.length; cut++) {
      FrameDecoder fresh = new FrameDecoder(Network.REGTEST, 100, 0, heard);
      fresh.decode(ByteBuffer.wrap(frame, 0, cut));
      heard.expectNothing();
      assertThat(fresh.isIdle()).isEqualTo(cut == 0);
    }
  }

  @Test
  void givesTheMessageAnArrayOfExactlyItsSize() {
    Message message = Message.of("block", bytes(50_000, 3));
    ByteBuffer in = ENCODER.frame(message);
    while (in.hasRemaining()) {
      int step = Math.min(in.remaining(), 777);
      decoder.decode(in.slice(in.position(), step));
      in.position(in.position() + step);
    }
    heard.expect(message);
    Message decoded = heard.messages.get(0);
    assertThat(decoded.array()).hasSize(50_000);
    assertThat(decoded.offset()).isZero();
  }

  @Test
  void isFatalOnAForeignMagicAndDeafAfterwards() {
    decoder.decode(FrameEncoder.of(Network.MAINNET).frame(Message.of("ping", bytes(8, 1))));
    assertThat(heard.fatal)
        .containsExactly("magic d9b4bef9 is that of mainnet, not that of regtest, dab5bffa");
    ByteBuffer more = ENCODER.frame(Message.of("ping", bytes(8, 1)));
    decoder.decode(more);
    assertThat(more.hasRemaining()).isFalse();
    assertThat(heard.messages).isEmpty();
    assertThat(heard.fatal).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {4_000_001, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void isFatalOnALengthAboveTheProtocolsLimit(int length) {
    decoder.decode(header("block", length));
    assertThat(heard.fatal)
        .containsExactly(
            "body of " + Integer.toUnsignedString(length) + " bytes is above the limit of 4000000");
  }

  @Test
  void acceptsALengthOfTheProtocolsLimit() {
    Message largest = Message.of("block", bytes(4_000_000, 4));
    decoder.decode(ENCODER.frame(largest));
    heard.expect(largest);
  }

  @Test
  void isFatalOnALengthAboveItsOwnLimit() {
    FrameDecoder narrow = new FrameDecoder(Network.REGTEST, 8, 0, heard);
    narrow.decode(ENCODER.frame(Message.of("ping", bytes(8, 1))));
    assertThat(heard.messages).hasSize(1);
    narrow.decode(ENCODER.frame(Message.of("ping", bytes(9, 1))));
    assertThat(heard.fatal).containsExactly("body of 9 bytes is above the limit of 8");
  }

  @Test
  void dropsAWrongChecksumAndGoesOn() {
    byte[] broken = stream(Message.of("ping", bytes(8, 1)));
    broken[broken.length - 1] ^= 1;
    Message good = Message.of("pong", bytes(8, 2));
    decoder.decode(ByteBuffer.wrap(broken));
    decoder.decode(ENCODER.frame(good));
    assertThat(heard.dropped).hasSize(1);
    assertThat(heard.dropped.get(0)).startsWith("ping of 8 bytes has checksum ");
    assertThat(heard.messages).containsExactly(good);
    assertThat(heard.fatal).isEmpty();
  }

  @Test
  void dropsAnInvalidCommandAndGoesOn() {
    byte[][] invalid = {
      new byte[12], // empty
      {'p', 'i', 'n', 'g', 0, 'x', 0, 0, 0, 0, 0, 0}, // something after the end
      {'p', 'i', 'n', 'g', 0, 0, 0, 0, 0, 0, 0, 1},
      {'p', 'i', 'n', 'g', 31, 0, 0, 0, 0, 0, 0, 0}, // not printable
      {'p', 'i', 'n', 'g', 127, 0, 0, 0, 0, 0, 0, 0},
      {(byte) 0xc3, (byte) 0xa4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
    };
    Message good = Message.of("pong", bytes(8, 2));
    for (byte[] command : invalid) {
      for (int size : new int[] {0, 3000}) {
        Recorder recorder = new Recorder();
        FrameDecoder fresh = new FrameDecoder(Network.REGTEST, 3000, 0, recorder);
        byte[] frame = stream(Message.of("ping", bytes(size, 1)));
        System.arraycopy(command, 0, frame, 4, 12);
        ByteBuffer in = ByteBuffer.allocate(4000).put(frame).put(ENCODER.frame(good)).flip();
        while (in.hasRemaining()) {
          fresh.decode(ByteBuffer.wrap(new byte[] {in.get()}));
        }
        assertThat(recorder.dropped).hasSize(1);
        assertThat(recorder.dropped.get(0))
            .contains(HexFormat.of().formatHex(command), size + " bytes");
        assertThat(recorder.messages).containsExactly(good);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "unknown", "twelve chars", "~ !"})
  void carriesCommandsItDoesNotKnow(String command) {
    Message message = Message.of(command, bytes(5, 1));
    decoder.decode(ENCODER.frame(message));
    heard.expect(message);
  }

  @Test
  void makesNoNewStringForAKnownCommand() {
    for (String command : Commands.KNOWN) {
      decoder.decode(ENCODER.frame(Message.of(command, bytes(5, 1))));
      assertThat(heard.messages.get(heard.messages.size() - 1).command()).isSameAs(command);
    }
  }

  @Test
  void refusesToFrameACommandThatDoesNotFit() {
    for (String command : List.of("", "thirteen char", "nul\0", "größe")) {
      assertThatThrownBy(() -> ENCODER.header(Message.of(command, new byte[0])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(command);
    }
  }

  @Test
  void survivesAListenerThatThrows() {
    List<Message> seen = new ArrayList<>();
    FrameDecoder.Listener thrower =
        new Recorder() {
          @Override
          public void onMessage(Message message) {
            seen.add(message);
            throw new IllegalStateException("as asked");
          }
        };
    FrameDecoder fresh = new FrameDecoder(Network.REGTEST, 100, 0, thrower);
    ByteBuffer two = ByteBuffer.wrap(stream(ping(1), ping(2)));
    assertThatThrownBy(() -> fresh.decode(two)).hasMessage("as asked");
    assertThatThrownBy(() -> fresh.decode(two)).hasMessage("as asked");
    assertThat(seen).containsExactly(ping(1), ping(2));
  }

  @Test
  void allocatesLittleForALengthThatIsOnlyAnnounced() {
    ByteBuffer header = header("block", 4_000_000);
    ByteBuffer oneByte = ByteBuffer.wrap(new byte[1]);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1000; i++) {
      FrameDecoder one = new FrameDecoder(Network.REGTEST, 4_000_000, 0, heard);
      one.decode(header.duplicate());
      one.decode(oneByte.duplicate());
    }
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / 1000;
    assertThat(each).isLessThan(6_000);
    heard.expectNothing();
  }

  @Test
  void allocatesNoMoreThanTwiceWhatWasSent() {
    ByteBuffer frame = ENCODER.frame(Message.of("block", bytes(1_000_000, 6)));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    decoder.decode(frame.slice(0, 600_000));
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_010_000);
    decoder.decode(frame.slice(600_000, frame.capacity() - 600_000));
    assertThat(heard.messages).hasSize(1);
    before = threads.getCurrentThreadAllocatedBytes();
    decoder.decode(frame);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_010_000);
  }

  @Test
  void remembersTheFirstValueOnly() {
    Function<Message, String> function = message -> "computed";
    Message told = ping(1);
    told.remember(function, "told");
    told.remember(function, "told again");
    assertThat(told.derive(function)).isEqualTo("told");
    Message asked = ping(1);
    assertThat(asked.derive(function)).isEqualTo("computed");
    asked.remember(function, "told");
    assertThat(asked.derive(function)).isEqualTo("computed");
  }

  @Test
  void computesTheHeaderOnceAndNotAtAllForADecodedMessage() {
    Message message = ping(7);
    decoder.decode(ENCODER.frame(message));
    Message decoded = heard.messages.get(0);
    // Were it hashed now, the checksum would be that of the body as changed here.
    decoded.array()[0] ^= 1;
    assertThat(ENCODER.header(decoded)).isEqualTo(ENCODER.header(message));
    Message own = ping(8);
    ByteBuffer first = ENCODER.header(own);
    own.array()[0] ^= 1;
    assertThat(ENCODER.header(own)).isEqualTo(first);
  }

  @Test
  void framesAMessageThatLiesWithinALargerArray() {
    byte[] array = bytes(100, 5);
    Message part = Message.of("tx", array, 10, 50);
    Message whole = Message.of("tx", Arrays.copyOfRange(array, 10, 60));
    assertThat(ENCODER.frame(part)).isEqualTo(ENCODER.frame(whole));
    assertThat(FrameEncoder.frameSize(part)).isEqualTo(74);
  }

  @Test
  void handsOutHeadersThatCannotBeWrittenTo() {
    assertThat(ENCODER.header(ping(1)).isReadOnly()).isTrue();
  }

  @Test
  void refusesLimitsThatMakeNoSense() {
    assertThatThrownBy(() -> new FrameDecoder(Network.REGTEST, 4_000_001, 0, heard))
        .hasMessageContaining("4000001");
    assertThatThrownBy(() -> new FrameDecoder(Network.REGTEST, -1, 0, heard))
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new FrameDecoder(Network.REGTEST, 1, -2, heard))
        .hasMessageContaining("-2");
  }

  // ---- peers one has no reason to trust

  /** Has so much, and counts what is taken of it. */
  private static final class Purse implements FrameDecoder.Memory {

    private int most;
    private int taken;
    private boolean closed;

    Purse(int most) {
      this.most = most;
    }

    @Override
    public boolean reserve(int bytes) {
      if (taken + bytes > most) {
        return false;
      }
      taken += bytes;
      return true;
    }

    @Override
    public void release(int bytes) {
      taken -= bytes;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void takesSmallMessagesOnlyUntilVerack() {
    FrameDecoder fresh = new FrameDecoder(Network.REGTEST, new Purse(10_000_000), heard);
    Message small = Message.of("getdata", bytes(FrameDecoder.MAX_BODY_SIZE_BEFORE_VERACK, 1));
    Message verack = Message.of("verack", new byte[0]);
    Message large = Message.of("block", bytes(3_000_000, 1));
    for (Message message : List.of(small, verack, large)) {
      fresh.decode(ENCODER.frame(message));
    }
    heard.expect(small, verack, large);
    new FrameDecoder(Network.REGTEST, new Purse(10_000_000), heard).decode(header("tx", 10_001));
    assertThat(heard.fatal)
        .containsExactly("body of 10001 bytes is above the limit of 10000 before verack");
  }

  @Test
  void paysForWhatIsHalfArrivedAndGetsItBackWithTheRestOrTheEnd() {
    Purse purse = new Purse(2_000_000);
    FrameDecoder fresh = new FrameDecoder(Network.REGTEST, purse, heard);
    fresh.decode(ENCODER.frame(Message.of("verack", new byte[0])));
    ByteBuffer frame = ENCODER.frame(Message.of("tx", bytes(900_000, 1)));
    fresh.decode(frame.limit(500_000));
    assertThat(purse.taken).isBetween(499_000, 900_000);
    fresh.decode(frame.limit(900_024));
    assertThat(purse.taken).isZero();
    fresh.decode(frame.rewind().limit(300_000));
    assertThat(purse.taken).isPositive();
    fresh.close();
    assertThat(purse.taken).isZero();
    assertThat(purse.closed).isTrue();
  }

  @Test
  void endsTheStreamOfAPeerForWhomNoMemoryIsLeft() {
    FrameDecoder fresh = new FrameDecoder(Network.REGTEST, new Purse(100_000), heard);
    fresh.decode(ENCODER.frame(Message.of("verack", new byte[0])));
    fresh.decode(ENCODER.frame(Message.of("tx", bytes(900_000, 1))).limit(300_000));
    assertThat(fresh.resume()).isFalse();
    assertThat(heard.fatal).isEmpty();
    fresh.giveUp();
    assertThat(heard.fatal).containsExactly("no memory is left for the 900000 bytes of its tx");
  }

  @Test
  void losesNothingThatArrivesWhileItWaitsForMemory() {
    Purse purse = new Purse(100_000);
    FrameDecoder fresh = new FrameDecoder(Network.REGTEST, purse, heard);
    Message verack = Message.of("verack", new byte[0]);
    Message large = Message.of("tx", bytes(900_000, 1));
    fresh.decode(ENCODER.frame(verack));
    ByteBuffer frame = ENCODER.frame(large);
    fresh.decode(frame.limit(300_000));
    assertThat(fresh.isStalled()).isTrue();
    fresh.decode(frame.limit(900_024));
    fresh.decode(ENCODER.frame(ping(1)));
    assertThat(fresh.resume()).isFalse();
    purse.most = 2_000_000;
    assertThat(fresh.resume()).isTrue();
    heard.expect(verack, large, ping(1));
    assertThat(purse.taken).isZero();
  }

  private static Message ping(int seed) {
    return Message.of("ping", bytes(8, seed));
  }

  private static ByteBuffer header(String command, int length) {
    ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    header.put(ENCODER.header(Message.of(command, new byte[0]))).putInt(16, length);
    return header.flip();
  }

  private static byte[] stream(Message... messages) {
    int size = Arrays.stream(messages).mapToInt(FrameEncoder::frameSize).sum();
    ByteBuffer out = ByteBuffer.allocate(size);
    for (Message message : messages) {
      ENCODER.write(message, out);
    }
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  private static ByteBuffer direct(ByteBuffer heap) {
    return ByteBuffer.allocateDirect(heap.remaining()).put(heap.duplicate()).flip();
  }

  private static byte[] bytes(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static class Recorder implements FrameDecoder.Listener {
    final List<Message> messages = new ArrayList<>();
    final List<String> dropped = new ArrayList<>();
    final List<String> fatal = new ArrayList<>();

    @Override
    public void onMessage(Message message) {
      messages.add(message);
    }

    @Override
    public void onDropped(String reason) {
      dropped.add(reason);
    }

    @Override
    public void onFatal(String reason) {
      fatal.add(reason);
    }

    void expect(Message... expected) {
      assertThat(messages).containsExactly(expected);
      assertThat(dropped).isEmpty();
      assertThat(fatal).isEmpty();
    }

    void expectNothing() {
      expect();
    }
  }
}
