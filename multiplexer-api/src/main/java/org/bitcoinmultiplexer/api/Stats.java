package org.bitcoinmultiplexer.api;

import java.util.Map;

/**
 * What a multiplexer has counted since it was made. Immutable.
 *
 * @param clients clients connected now
 * @param clientsReady those of them whose handshake is done
 * @param upstreamReady whether upstream's handshake is done
 * @param counters everything that only rises, by name; names are documented in the implementation,
 *     where all are there from the start with 0
 */
public record Stats(
    int clients, int clientsReady, boolean upstreamReady, Map<String, Long> counters) {

  /**
   * Takes a copy of the map.
   *
   * @param clients clients connected now
   * @param clientsReady those of them whose handshake is done
   * @param upstreamReady whether upstream's handshake is done
   * @param counters everything that only rises, by name; names are documented in the
   *     implementation, where all are there from the start with 0
   */
  public Stats {
    counters = Map.copyOf(counters);
  }

  /**
   * One counter.
   *
   * @param name its name
   * @return its value; 0 if nothing was counted under that name
   */
  public long counter(String name) {
    return counters.getOrDefault(name, 0L);
  }
}
