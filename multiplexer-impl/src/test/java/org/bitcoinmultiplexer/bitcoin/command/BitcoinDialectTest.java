package org.bitcoinmultiplexer.bitcoin.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.getdata;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.getheaders;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.hash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.junit.jupiter.api.Test;

class BitcoinDialectTest {

  private final BitcoinDialect dialect =
      new BitcoinDialect(RequestTypes.of(Fixture.NETWORK, List.of()), new Random(1));

  @Test
  void aMarkerIsAPingThatItsPongEchoes() {
    Message one = dialect.newMarker();
    Message other = dialect.newMarker();

    assertThat(one.command()).isEqualTo("ping");
    assertThat(one).isNotEqualTo(other);
    Message echo = Ping.pong(Ping.nonce(one));
    assertThat(dialect.isEcho(echo)).isTrue();
    assertThat(dialect.echoes(one, echo)).isTrue();
    assertThat(dialect.echoes(other, echo)).isFalse();
    assertThat(dialect.isEcho(one)).isFalse();
    assertThat(dialect.echoes(one, one)).isFalse();
  }

  @Test
  void aPongThatIsTooShortEchoesNothing() {
    Message cut = Message.of("pong", new byte[7]);

    assertThat(dialect.isEcho(cut)).isTrue();
    assertThat(dialect.echoes(dialect.newMarker(), cut)).isFalse();
  }

  @Test
  void theNonceIsNeverZero() {
    long[] drawn = {0, 0, 5};
    RandomGenerator zeros =
        new RandomGenerator() {
          private int next;

          @Override
          public long nextLong() {
            return drawn[next++];
          }
        };

    Message marker =
        new BitcoinDialect(RequestTypes.of(Fixture.NETWORK, List.of()), zeros).newMarker();

    assertThat(Ping.nonce(marker)).isEqualTo(5);
  }

  @Test
  void mergesNeighbouringRequestsForData() {
    Message one = getdata(InventoryVector.WITNESS_BLOCK, hash(1));
    Message two = getdata(InventoryVector.WTX, hash(2));
    Message other = getheaders(Hash.ZERO, hash(3));
    Message three = getdata(InventoryVector.WTX, hash(4));

    List<Message> batch = dialect.batch(List.of(one, two, other, three));

    assertThat(batch)
        .containsExactly(
            Inventory.of(
                "getdata",
                List.of(
                    new InventoryVector(InventoryVector.WITNESS_BLOCK, hash(1)),
                    new InventoryVector(InventoryVector.WTX, hash(2)))),
            other,
            three);
    assertThat(batch.get(1)).isSameAs(other);
    assertThat(batch.get(2)).isSameAs(three);
  }

  @Test
  void leavesALoneRequestAsItIs() {
    Message request = getdata(InventoryVector.WTX, hash(1));

    assertThat(dialect.batch(List.of(request))).hasSize(1).first().isSameAs(request);
  }

  @Test
  void merges1000ItemsAndNotOneMore() {
    Message request = getdata(InventoryVector.WTX, hash(1));

    assertThat(sizes(dialect.batch(Collections.nCopies(1000, request)))).containsExactly(1000);
    assertThat(sizes(dialect.batch(Collections.nCopies(1001, request)))).containsExactly(1000, 1);
  }

  @Test
  void splitsWhatIsTooLongAlready() {
    Message request =
        Inventory.of("getdata", InventoryVector.WTX, Collections.nCopies(2500, hash(1)));

    assertThat(sizes(dialect.batch(List.of(request)))).containsExactly(1000, 1000, 500);
  }

  @Test
  void passesOnWhatItCannotRead() {
    Message odd = Message.of("getdata", new byte[] {2, 1});
    Message empty = Message.of("getdata", new byte[1]);

    assertThat(dialect.batch(List.of(odd, empty))).containsExactly(odd, empty);
  }

  @Test
  void keepsTheOrderOfWhateverItMerges() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      List<Message> requests = new ArrayList<>();
      for (int i = random.nextInt(8); i > 0; i--) {
        requests.add(
            random.nextInt(4) == 0
                ? getheaders(Hash.ZERO, hash(i))
                : shifted(Inventory.of("getdata", vectors(1 + random.nextInt(900), random))));
      }
      List<Message> batch = dialect.batch(requests);
      assertThat(flat(batch)).as("seed %d", seed).isEqualTo(flat(requests));
      assertThat(sizes(batch)).as("seed %d", seed).allMatch(size -> size <= 1000);
    }
  }

  private static List<InventoryVector> vectors(int size, Random random) {
    List<InventoryVector> vectors = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      vectors.add(new InventoryVector(random.nextInt(6), hash(random.nextInt())));
    }
    return vectors;
  }

  private static List<Object> flat(List<Message> messages) {
    List<Object> flat = new ArrayList<>();
    for (Message message : messages) {
      if (message.command().equals("getdata")) {
        Inventory items = Inventory.parse(message);
        for (int i = 0; i < items.size(); i++) {
          flat.add(items.get(i));
        }
      } else {
        flat.add(message);
      }
    }
    return flat;
  }

  private static List<Integer> sizes(List<Message> messages) {
    return messages.stream()
        .filter(message -> message.command().equals("getdata"))
        .map(message -> Inventory.parse(message).size())
        .toList();
  }

  private static Message shifted(Message message) {
    byte[] array = new byte[message.size() + 5];
    Arrays.fill(array, (byte) 0x5a);
    System.arraycopy(message.array(), message.offset(), array, 3, message.size());
    return Message.of(message.command(), array, 3, message.size());
  }
}
