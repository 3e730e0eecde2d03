package org.bitcoinmultiplexer.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.tck.StrictExchange;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.bitcoinmultiplexer.tck.ToyKeys;
import org.junit.jupiter.api.Test;

class SlotListTest {

  private final SlotList list = new SlotList();
  private final SlotList other = new SlotList();
  private final Slot a = slot("a");
  private final Slot b = slot("b");
  private final Slot c = slot("c");

  @Test
  void isEmptyAtFirst() {
    assertThat(list.isEmpty()).isTrue();
    assertThat(slots(list)).isEmpty();
  }

  @Test
  void keepsTheOrderOfArrival() {
    add(a, b, c);
    assertThat(slots(list)).containsExactly(a, b, c);
    assertThat(list.isEmpty()).isFalse();
  }

  @Test
  void losesASlotThatIsAddedElsewhere() {
    add(a, b, c);
    other.add(b);
    assertThat(slots(list)).containsExactly(a, c);
    other.add(a);
    assertThat(slots(list)).containsExactly(c);
    other.add(c);
    assertThat(list.isEmpty()).isTrue();
    assertThat(slots(other)).containsExactly(b, a, c);
  }

  @Test
  void appendsBehindASlotThatHasBecomeTheLast() {
    add(a, b);
    other.add(b);
    list.add(c);
    assertThat(slots(list)).containsExactly(a, c);
    list.add(a);
    assertThat(slots(list)).containsExactly(c, a);
  }

  private void add(Slot... slots) {
    for (Slot slot : slots) {
      list.add(slot);
    }
  }

  private static List<Slot> slots(SlotList list) {
    List<Slot> slots = new ArrayList<>();
    for (Slot slot = list.first(); slot != null; slot = slot.next) {
      slots.add(slot);
    }
    return slots;
  }

  private static Slot slot(String name) {
    return new Slot(new StrictExchange(ToyDialect.get(name), 1, new ToyKeys()), 0);
  }
}
