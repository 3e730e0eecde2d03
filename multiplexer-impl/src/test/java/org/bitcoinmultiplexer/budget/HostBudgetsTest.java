package org.bitcoinmultiplexer.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

class HostBudgetsTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long MEMORY = 96 << 20; // of which a third may be held of what was received

  private final Map<Counter, LongAdder> counters = new TreeMap<>();
  private long now;
  private final HostBudgets budgets =
      new HostBudgets(
          () -> now, MEMORY, name -> counters.computeIfAbsent(name, n -> new LongAdder()));

  private static int taken(HostBudget budget, Rate rate) {
    int taken = 0;
    while (budget.take(rate, 1)) {
      taken++;
    }
    return taken;
  }

  // ---- who is one host

  @Test
  void connectionsOfOneAddressShareABudgetAndThoseOfOneNetworkOfIpv6() {
    HostBudget first = budgets.open("203.0.113.1:1000");
    assertThat(budgets.open("203.0.113.1:2000")).isSameAs(first);
    assertThat(budgets.open("203.0.113.2:1000")).isNotSameAs(first);
    assertThat(budgets.open("[2001:db8:1:2::1]:1000"))
        .isSameAs(budgets.open("[2001:db8:1:2:ffff::9]:1000"))
        .isNotSameAs(budgets.open("[2001:db8:1:3::1]:1000"));
    assertThat(budgets.open("[::ffff:203.0.113.1]:3000")).isSameAs(first);
  }

  @Test
  void clientsOfThisMachineAndOfThisProcessCountAlone() {
    for (String remote : List.of("127.0.0.1:1000", "[::1]:1000", "memory:7", "wallet")) {
      assertThat(budgets.open(remote)).as(remote).isNotSameAs(budgets.open(remote));
      assertThat(budgets.open(remote).isLocal()).as(remote).isTrue();
    }
    assertThat(budgets.size()).isZero();
  }

  @Test
  void aBudgetSurvivesReconnects() {
    HostBudget before = budgets.open("203.0.113.1:1000");
    assertThat(taken(before, Rate.ANNOUNCEMENTS)).isEqualTo(5_000);
    before.close();
    assertThat(taken(budgets.open("203.0.113.1:1001"), Rate.ANNOUNCEMENTS)).isZero();
  }

  @Test
  void whoWentFirstIsForgottenFirstAndWhoIsConnectedNever() {
    HostBudget stays = budgets.open("203.0.113.1:1000");
    budgets.open("203.0.113.1:1001").close();
    HostBudget first = budgets.open("203.0.113.2:1000");
    first.close();
    HostBudget second = budgets.open("203.0.113.3:1000");
    second.close();
    for (int i = 0; i < HostBudgets.MOST_REMEMBERED - 1; i++) {
      budgets.open("10.0." + i / 256 + "." + i % 256 + ":1000").close();
    }
    assertThat(budgets.size()).isEqualTo(HostBudgets.MOST_REMEMBERED + 1);
    assertThat(budgets.open("203.0.113.1:1002")).isSameAs(stays);
    assertThat(budgets.open("203.0.113.3:1002")).isSameAs(second);
    assertThat(budgets.open("203.0.113.2:1002")).isNotSameAs(first);
  }

  // ---- rates

  @Test
  void givesABurstAndThenSoMuchPerSecond() {
    HostBudget budget = budgets.open("203.0.113.1:1000");
    assertThat(taken(budget, Rate.ANNOUNCEMENTS)).isEqualTo(5_000);
    now += SECOND / 200;
    assertThat(taken(budget, Rate.ANNOUNCEMENTS)).isZero();
    now += SECOND / 200;
    assertThat(taken(budget, Rate.ANNOUNCEMENTS)).as("no fraction is lost").isEqualTo(1);
    now += 3_600 * SECOND;
    assertThat(taken(budget, Rate.ANNOUNCEMENTS)).isEqualTo(5_000);
    assertThat(counters.get(Counter.BUDGET_REFUSED_ANNOUNCEMENTS).sum()).isEqualTo(4);
  }

  @Test
  void whatIsOverdrawnHasToComeBackFirst() {
    HostBudget budget = budgets.open("203.0.113.1:1000");
    budget.spend(Rate.FILTER_WORK, Rate.FILTER_WORK.burst());
    assertThat(budget.delay(Rate.FILTER_WORK)).isZero();
    budget.spend(Rate.FILTER_WORK, Rate.FILTER_WORK.perSecond() / 2);
    assertThat(budget.delay(Rate.FILTER_WORK)).isEqualTo(SECOND / 2);
    now += SECOND / 2;
    assertThat(budget.delay(Rate.FILTER_WORK)).isZero();
    assertThat(counters.get(Counter.BUDGET_DELAYED_FILTER_WORK).sum()).isEqualTo(1);
  }

  @Test
  void theCeilingForAllHoldsUpThoseWhoUseMuchAndNobodyElse() {
    HostBudget innocent = budgets.open("203.0.113.1:1000");
    innocent.spend(Rate.FILTER_WORK, Rate.FILTER_WORK.burst() / 2);
    List<HostBudget> greedy = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      HostBudget one = budgets.open("10.0.0." + i + ":1000");
      one.spend(Rate.FILTER_WORK, Rate.FILTER_WORK.burst());
      greedy.add(one);
    }
    assertThat(innocent.delay(Rate.FILTER_WORK)).isZero();
    assertThat(innocent.take(Rate.FILTER_WORK, 1)).isTrue();
    assertThat(greedy).allSatisfy(one -> assertThat(one.delay(Rate.FILTER_WORK)).isPositive());
  }

  // ---- holdings

  @Test
  void aHostMayHoldAsMuchAsIsLeftForEverybody() {
    long ceiling = MEMORY / 3;
    HostBudget greedy = budgets.open("203.0.113.1:1000");
    while (greedy.reserve(Holding.RECEIVED, 1 << 20)) {
      // as much as it gets
    }
    assertThat(greedy.held(Holding.RECEIVED)).isEqualTo(ceiling / 2);
    HostBudget second = budgets.open("203.0.113.2:1000");
    assertThat(second.reserve(Holding.RECEIVED, ceiling / 4)).isTrue();
    assertThat(greedy.reserve(Holding.RECEIVED, 1)).isFalse();
    assertThat(counters.get(Counter.BUDGET_DELAYED_RECEIVED).sum()).isEqualTo(2);
    greedy.release(Holding.RECEIVED, ceiling / 2);
    assertThat(second.reserve(Holding.RECEIVED, ceiling / 4)).isTrue();
  }

  @Test
  void aLittleIsGrantedWhateverOthersHold() {
    HostBudget greedy = budgets.open("203.0.113.1:1000");
    greedy.hold(Holding.OWED, MEMORY);
    HostBudget small = budgets.open("203.0.113.2:1000");
    assertThat(small.reserve(Holding.OWED, HostBudget.SMALL)).isTrue();
    assertThat(small.reserve(Holding.OWED, 1)).isFalse();
  }
}
