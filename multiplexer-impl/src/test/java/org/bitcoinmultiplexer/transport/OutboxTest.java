package org.bitcoinmultiplexer.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.junit.jupiter.api.Test;

class OutboxTest {

  private static Message message(Random random, int size) {
    byte[] array = new byte[size + 7];
    random.nextBytes(array);
    return Message.of("test", array, 3, size); // a body amid other bytes
  }

  @Test
  void givesTheSameStreamWhateverPiecesAreCopiedAndTaken() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      Outbox outbox = new Outbox(Network.REGTEST);
      ByteBuffer expected = ByteBuffer.allocate(100_000);
      for (int i = 0; i < 8; i++) {
        Message message = message(random, random.nextBoolean() ? 0 : random.nextInt(3_000));
        outbox.add(message);
        FrameEncoder.of(Network.REGTEST).write(message, expected);
      }
      assertThat(outbox.pending()).isEqualTo(expected.position());
      ByteArrayOutputStream actual = new ByteArrayOutputStream();
      while (!outbox.isEmpty()) {
        ByteBuffer piece = ByteBuffer.allocate(1 + random.nextInt(2_000));
        outbox.copyTo(piece);
        int taken = random.nextInt(piece.position() + 1);
        actual.write(piece.array(), 0, taken);
        outbox.advance(taken);
        outbox.taken(taken);
      }
      assertThat(actual.toByteArray())
          .as("seed %d", seed)
          .isEqualTo(java.util.Arrays.copyOf(expected.array(), expected.position()));
      assertThat(outbox.pending()).isZero();
    }
  }

  @Test
  void tellsWhenTheLowWaterMarkIsCrossedDownwardsAndOnlyThen() {
    Outbox outbox = new Outbox(Network.REGTEST);
    Message large = Message.of("test", new byte[Outbox.LOW_WATER]);
    int above = Outbox.footprint(large) - Outbox.LOW_WATER;
    outbox.add(large);
    assertThat(take(outbox, above - 1)).isFalse();
    assertThat(take(outbox, 1)).isTrue();
    assertThat(take(outbox, 1)).isFalse();
    outbox.add(large);
    assertThat(take(outbox, Outbox.LOW_WATER + 100)).isTrue();
  }

  private static boolean take(Outbox outbox, int bytes) {
    outbox.advance(bytes);
    return outbox.taken(bytes);
  }

  @Test
  void countsWhatSmallMessagesHoldAndNotOnlyTheirBytesOnTheWire() {
    Outbox outbox = new Outbox(Network.REGTEST);
    var memory = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    fill(outbox); // so that every class is loaded
    outbox.clear();
    long before = memory.getCurrentThreadAllocatedBytes();
    fill(outbox);
    long allocated = memory.getCurrentThreadAllocatedBytes() - before;
    assertThat(outbox.pending()).isLessThan(allocated / 4);
    assertThat(outbox.held()).isBetween(allocated * 3 / 4, allocated * 5 / 4);
    outbox.advance((int) outbox.pending());
    outbox.taken(outbox.pending());
    assertThat(outbox.held()).isZero();
  }

  private static void fill(Outbox outbox) {
    for (int i = 0; i < 10_000; i++) {
      outbox.add(Ping.pong(i));
    }
  }

  @Test
  void refusesACommandThatCannotBeFramedAndCountsNothing() {
    Outbox outbox = new Outbox(Network.REGTEST);
    assertThatThrownBy(() -> outbox.add(Message.of("much-too-long-a-command", new byte[1])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(outbox.pending()).isZero();
    assertThat(outbox.isEmpty()).isTrue();
  }
}
