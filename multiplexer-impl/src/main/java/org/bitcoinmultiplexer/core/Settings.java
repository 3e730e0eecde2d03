package org.bitcoinmultiplexer.core;

import java.time.Duration;
import org.bitcoinmultiplexer.api.Strategy;

/**
 * How much an engine allows, and for how long.
 *
 * @param maxClients clients connected at once, handshake done or not
 * @param maxClientsPerHost of them from one host, unless that is this machine
 * @param clientBuffer bytes that may be on their way to one client (expected, held back or unsent)
 *     before more is asked for it; four times as much unsent ends the session
 * @param window how much may be in flight upstream; large answers take at most a share of it, so
 *     that small requests always find room and are answered soon
 * @param handshakeTimeout until a peer's handshake must be done, on either side
 * @param idleInterval after how long a silence a peer is asked whether it is still there
 * @param idleTimeout after how long a silence a client is given up
 * @param answerTimeout after how long without any progress an upstream that owes answers is given
 *     up
 * @param patience how long requests wait for a lost upstream to come back
 */
public record Settings(
    int maxClients,
    int maxClientsPerHost,
    long clientBuffer,
    Strategy.Window window,
    Duration handshakeTimeout,
    Duration idleInterval,
    Duration idleTimeout,
    Duration answerTimeout,
    Duration patience) {

  /** What suits most: 1,000 clients of 4 MB, 64 items of together 16 MB upstream. */
  public static final Settings DEFAULTS =
      new Settings(
          1_000,
          100,
          4_000_000,
          new Strategy.Window(64, 16_000_000),
          Duration.ofSeconds(60),
          Duration.ofMinutes(2),
          Duration.ofMinutes(20),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30));
}
