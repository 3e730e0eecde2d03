package org.bitcoinmultiplexer.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
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
    outbox.add(Message.of("test", new byte[Outbox.LOW_WATER]));
    assertThat(outbox.taken(23)).isFalse();
    assertThat(outbox.taken(1)).isTrue();
    assertThat(outbox.taken(1)).isFalse();
    outbox.add(Message.of("test", new byte[10]));
    assertThat(outbox.taken(Outbox.LOW_WATER)).isTrue();
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
