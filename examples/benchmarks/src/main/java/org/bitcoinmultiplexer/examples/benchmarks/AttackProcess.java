package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * Attackers, in a process of their own so that they cost those who measure nothing but the
 * processor.
 *
 * <p>A program: takes a port, a network and the names of {@linkplain Attack attacks}; says how many
 * attackers it has started; then tells for each line it is given how many connections they have
 * lost, and ends with its standard input.
 */
final class AttackProcess {

  private static final long PAUSE_MILLIS = 20;

  private AttackProcess() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    Network network = Network.of(arguments[1]);
    List<Attack> attacks = Arrays.stream(arguments).skip(2).map(Attack::valueOf).toList();
    AtomicLong lost = new AtomicLong();
    long started = 0;
    for (Attack attack : attacks) {
      for (int i = 0; i < attack.attackers(); i++) {
        start(attack, port, network, i, lost);
        started++;
      }
    }
    System.out.println(started);
    for (int next = System.in.read(); next >= 0; next = System.in.read()) {
      if (next == '\n') {
        System.out.println(lost.get());
      }
    }
  }

  private static void start(
      Attack attack, int port, Network network, int attacker, AtomicLong lost) {
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                try {
                  attack.run(port, network, attacker);
                } catch (IOException e) {
                  lost.incrementAndGet();
                  Pause.millis(PAUSE_MILLIS);
                }
              }
            },
            attack + " " + attacker);
    thread.setDaemon(true);
    thread.start();
  }
}
