package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.junit.jupiter.api.Test;

class ClientSlotsTest {

  private final HostBudgets budgets = new HostBudgets(() -> 0, 1 << 20, counter -> new LongAdder());
  private final ClientSlots slots = new ClientSlots(4, 3, budgets);
  private final List<String> evicted = new ArrayList<>();

  private ClientSlots.Slot enters(String remote) {
    ClientSlots.Slot slot = slots.enter(remote);
    if (slot != null) {
      slot.occupy(reason -> evicted.add(remote));
    }
    return slot;
  }

  private void readies(String... remotes) {
    for (String remote : remotes) {
      enters(remote).ready();
    }
  }

  @Test
  void unfinishedHandshakesGoFirstTheOldestFirst() {
    readies("203.0.113.1:1");
    enters("203.0.113.2:1");
    enters("203.0.113.3:1");
    readies("203.0.113.1:2");
    assertThat(enters("203.0.113.4:1")).isNotNull();
    assertThat(enters("203.0.113.5:1")).isNotNull();
    assertThat(evicted).containsExactly("203.0.113.2:1", "203.0.113.3:1");
    assertThat(slots.size()).isEqualTo(4);
  }

  @Test
  void thenTheYoungestOfTheHostThatHasMost() {
    readies("203.0.113.1:1", "203.0.113.2:1", "203.0.113.2:2", "203.0.113.2:3");
    readies("203.0.113.3:1");
    assertThat(evicted).containsExactly("203.0.113.2:3");
    readies("203.0.113.4:1");
    assertThat(evicted).containsExactly("203.0.113.2:3", "203.0.113.2:2");
    assertThat(enters("203.0.113.5:1")).as("nobody has more than it would have").isNull();
    assertThat(enters("203.0.113.1:2")).isNull();
    assertThat(evicted).hasSize(2);
  }

  @Test
  void aHostThatIsFullMakesRoomOnlyAmongItsOwnUnfinishedHandshakes() {
    enters("203.0.113.9:1");
    readies("203.0.113.1:1");
    enters("203.0.113.1:2");
    readies("203.0.113.1:3");
    readies("203.0.113.1:4");
    assertThat(evicted).containsExactly("203.0.113.1:2");
    assertThat(enters("203.0.113.1:5")).isNull();
    assertThat(evicted).hasSize(1);
  }

  @Test
  void thisMachinesOwnNeverGoButCount() {
    enters("127.0.0.1:1");
    enters("127.0.0.1:2");
    enters("memory:3");
    enters("[::1]:4");
    assertThat(enters("203.0.113.1:1")).isNull();
    assertThat(enters("127.0.0.1:5")).isNull();
    assertThat(evicted).isEmpty();
  }

  @Test
  void whoSaysNoMoreGoesFirstThoughItIsOnThisMachine() {
    ClientSlots.Slot gone = enters("127.0.0.1:1");
    gone.ready();
    readies("127.0.0.1:2", "203.0.113.1:1", "203.0.113.2:1");
    gone.ending();
    gone.ready();
    assertThat(enters("127.0.0.1:3")).isNotNull();
    assertThat(evicted).containsExactly("127.0.0.1:1");
    assertThat(enters("127.0.0.1:4")).isNull();
    gone.leave();
    gone.ending();
    assertThat(enters("127.0.0.1:4")).isNull();
  }

  @Test
  void whoLeavesMakesRoomAndWhoWasEvictedIsNotCountedTwice() {
    ClientSlots.Slot first = enters("203.0.113.1:1");
    readies("203.0.113.2:1", "203.0.113.3:1", "203.0.113.4:1", "203.0.113.5:1");
    assertThat(evicted).containsExactly("203.0.113.1:1");
    first.leave();
    first.leave();
    assertThat(slots.size()).isEqualTo(4);
    assertThat(enters("203.0.113.6:1")).isNull();
  }

  @Test
  void aHostIsForgottenWithItsLastClient() {
    for (int i = 0; i < 20_000; i++) {
      enters("10.0." + i / 250 + "." + i % 250 + ":1").leave();
    }
    assertThat(slots.size()).isZero();
    assertThat(budgets.size()).isLessThan(5_000);
  }
}
