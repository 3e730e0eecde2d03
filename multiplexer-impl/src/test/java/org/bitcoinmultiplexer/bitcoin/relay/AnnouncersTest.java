package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.bitcoin.relay.Announcers.Announcer;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.junit.jupiter.api.Test;

class AnnouncersTest {

  private final LongAdder forgotten = new LongAdder();
  private final Announcers announcers = new Announcers(forgotten);
  private final Peer alice = new Peer("alice");
  private final Peer bob = new Peer("bob");

  @Test
  void remembersWhoSaidSoInOrder() {
    assertThat(announcers.add(id(1), alice, 5)).isTrue();
    assertThat(announcers.add(id(1), bob, 1)).isTrue();
    assertThat(announcers.add(id(1), alice, 1)).isFalse();

    assertThat(announcers.first(id(1))).isEqualTo(new Announcer(alice, 5));
    announcers.remove(id(1), alice);
    assertThat(announcers.first(id(1))).isEqualTo(new Announcer(bob, 1));
    announcers.remove(bob);
    assertThat(announcers.first(id(1))).isNull();
    assertThat(announcers.size()).isZero();
  }

  @Test
  void remembersAFewForEachHash() {
    for (int i = 0; i < Announcers.MOST_FOR_ONE_HASH; i++) {
      assertThat(announcers.add(id(1), new Peer("peer " + i), 5)).isTrue();
    }
    assertThat(announcers.add(id(1), alice, 5)).isFalse();
  }

  @Test
  void forgetsWhatAClientSaidFirstIfItSaysTooMuch() {
    announcers.add(id(0), bob, 5);
    for (int i = 0; i <= Announcers.MOST_OF_ONE_CLIENT; i++) {
      announcers.add(id(i), alice, 5);
    }
    assertThat(announcers.first(id(0))).isEqualTo(new Announcer(bob, 5));
    announcers.remove(id(0), bob);
    assertThat(announcers.first(id(0))).isNull();
    assertThat(announcers.first(id(1))).isNotNull();
    assertThat(forgotten.sum()).isEqualTo(1);
  }

  @Test
  void forgetsTheOldestHashIfThereAreTooMany() {
    List<Peer> crowd = new ArrayList<>();
    for (int i = 0; i <= Announcers.MOST_HASHES; i++) {
      if (i % 1_000 == 0) {
        crowd.add(new Peer("peer " + i));
      }
      announcers.add(id(i), crowd.get(crowd.size() - 1), 5);
    }
    assertThat(announcers.size()).isEqualTo(Announcers.MOST_HASHES);
    assertThat(announcers.first(id(0))).isNull();
    assertThat(announcers.first(id(1))).isNotNull();
    crowd.forEach(announcers::remove);
    assertThat(announcers.size()).isZero();
  }

  private static Hash id(int number) {
    return Hash.of("%064x".formatted(number));
  }
}
