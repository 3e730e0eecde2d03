package org.bitcoinmultiplexer.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class AcceptLimitsTest {

  private static boolean enter(AcceptLimits.Gate gate, String address) throws Exception {
    return gate.enter(gate.host(InetAddress.getByName(address)));
  }

  @Test
  void letsNobodyTakeAllTheRoom() throws Exception {
    AcceptLimits.Gate gate = new AcceptLimits.Gate(new AcceptLimits(3, 2));
    assertThat(enter(gate, "203.0.113.1")).isTrue();
    assertThat(enter(gate, "203.0.113.1")).isTrue();
    assertThat(enter(gate, "203.0.113.1")).isFalse();
    assertThat(enter(gate, "203.0.113.2")).isTrue();
    assertThat(enter(gate, "203.0.113.3")).isFalse();
    gate.leave(gate.host(InetAddress.getByName("203.0.113.1")));
    assertThat(enter(gate, "203.0.113.1")).isTrue();
    assertThat(gate.count()).isEqualTo(3);
  }

  @Test
  void countsANetworkOfIpv6AsOneAddress() throws Exception {
    AcceptLimits.Gate gate = new AcceptLimits.Gate(new AcceptLimits(9, 1));
    assertThat(enter(gate, "2001:db8:1:2::1")).isTrue();
    assertThat(enter(gate, "2001:db8:1:2:ffff::9")).isFalse();
    assertThat(enter(gate, "2001:db8:1:3::1")).isTrue();
  }

  @Test
  void sparesThisMachineIfToldTo() throws Exception {
    AcceptLimits.Gate gate = new AcceptLimits.Gate(new AcceptLimits(3, 1).sparingLoopback());
    assertThat(enter(gate, "127.0.0.1")).isTrue();
    assertThat(enter(gate, "127.0.0.1")).isTrue();
    assertThat(enter(gate, "::1")).isTrue();
    assertThat(enter(gate, "127.0.0.1")).as("the total counts").isFalse();
    gate.leave(gate.host(InetAddress.getByName("127.0.0.1")));
    assertThat(enter(gate, "203.0.113.1")).isTrue();
    gate.leave(gate.host(InetAddress.getByName("127.0.0.1")));
    assertThat(enter(gate, "203.0.113.1")).isFalse();
  }

  @Test
  void complainsOfTheRefusedAtOnceAndThenOnceAMinute() throws Exception {
    long[] seconds = new long[1];
    AcceptLimits.Gate gate =
        new AcceptLimits.Gate(new AcceptLimits(1, 1), () -> seconds[0] * 1_000_000_000L);
    enter(gate, "203.0.113.1");
    assertThat(gate.complaint()).isEmpty();
    enter(gate, "203.0.113.2");
    assertThat(gate.complaint()).hasValueSatisfying(line -> assertThat(line).startsWith("1 refu"));
    enter(gate, "203.0.113.3");
    enter(gate, "203.0.113.3");
    seconds[0] = 59;
    assertThat(gate.complaint()).isEmpty();
    seconds[0] = 60;
    assertThat(gate.complaint()).hasValueSatisfying(line -> assertThat(line).startsWith("2 refu"));
    assertThat(gate.complaint()).isEmpty();
  }

  @Test
  void refusesLimitsThatLetNobodyIn() {
    assertThatThrownBy(() -> new AcceptLimits(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("total 0");
    assertThatThrownBy(() -> new AcceptLimits(1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("per host 0");
  }
}
