package org.bitcoinmultiplexer.check;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * Tells in words what a node offers and lacks as the upstream of a multiplexer, as far as the
 * peer-to-peer protocol shows it.
 *
 * <p>It takes one connection for a moment: handshake, a ping, a request for things that do not
 * exist, a request for headers. It asks for nothing that is large and changes nothing on the node.
 */
public final class UpstreamCheck {

  /** What a finding means for the multiplexer, from harmless to fatal. */
  public enum Severity {
    /** As it should be. */
    GOOD,
    /** Not there, and missed by nobody or by a few kinds of clients only. */
    ABSENT,
    /** Cannot be seen from outside; the operator should look himself. */
    UNKNOWN,
    /** Works, but something that clients may want is missing. */
    DEGRADED,
    /** Does not work. */
    UNUSABLE
  }

  /**
   * One thing that was found out.
   *
   * @param severity what it means
   * @param sentence in words
   * @param configuration the lines for {@code bitcoin.conf} that set it, one below the other; empty
   *     if none does
   */
  public record Finding(Severity severity, String sentence, String configuration) {}

  /**
   * What was found out about one node. Immutable.
   *
   * @param target what was dialled
   * @param node how it introduced itself; empty if it did not
   * @param findings in the order in which they were made
   */
  public record Report(String target, String node, List<Finding> findings) {

    /**
     * Takes a copy of the list.
     *
     * @param target what was dialled
     * @param node how it introduced itself; empty if it did not
     * @param findings in the order in which they were made
     */
    public Report {
      findings = List.copyOf(findings);
    }

    /**
     * The node's worth as an upstream.
     *
     * @return {@link Severity#GOOD}, {@link Severity#DEGRADED} or {@link Severity#UNUSABLE}: the
     *     worst of what was seen; what is merely absent or cannot be seen does not count
     */
    public Severity verdict() {
      return findings.stream()
          .map(Finding::severity)
          .filter(severity -> severity.compareTo(Severity.UNKNOWN) > 0)
          .max(Comparator.naturalOrder())
          .orElse(Severity.GOOD);
    }
  }

  private UpstreamCheck() {}

  /**
   * Checks a node.
   *
   * @param connector dials it, once
   * @param network which it should speak
   * @param loop where the check runs; not owned
   * @param strategy the name of the strategy that it is wanted for
   * @return the report, within about a minute; never a failure: a node that cannot be reached is a
   *     finding too
   */
  public static CompletionStage<Report> probe(
      Connector connector, Network network, EventLoop loop, String strategy) {
    return probe(connector, network, loop, strategy, new SecureRandom(), InstantSource.system());
  }

  static CompletionStage<Report> probe(
      Connector connector,
      Network network,
      EventLoop loop,
      String strategy,
      RandomGenerator random,
      InstantSource clock) {
    return new Probe(connector, network, loop, random, clock)
        .start()
        .thenApply(facts -> new Assessment(facts, network, strategy).report());
  }

  /**
   * Finds out whether a node speaks a network: for one that closes without a word, as Bitcoin Core
   * does with who speaks another.
   *
   * @param connector dials it, once, in frames of the network
   * @param network the guess
   * @param loop where the question is asked; not owned
   * @return whether it introduced itself; never a failure
   */
  public static CompletionStage<Boolean> speaks(
      Connector connector, Network network, EventLoop loop) {
    return new Probe(connector, network, loop, new SecureRandom(), InstantSource.system())
        .start()
        .thenApply(facts -> facts.version() != null);
  }

  /**
   * Finds out whether a node takes {@code mempool}, which Bitcoin Core without bloom filters
   * permits only to some.
   *
   * @param connector dials it, once
   * @param network which it should speak
   * @param loop where the question is asked; not owned
   * @param random draws nonces
   * @return whether it took it; false also if that cannot be seen; never a failure
   */
  public static CompletionStage<Boolean> permitsMempool(
      Connector connector, Network network, EventLoop loop, RandomGenerator random) {
    return new Probe(connector, network, loop, random, InstantSource.system())
        .start()
        .thenApply(facts -> Boolean.TRUE.equals(facts.friend()));
  }
}
