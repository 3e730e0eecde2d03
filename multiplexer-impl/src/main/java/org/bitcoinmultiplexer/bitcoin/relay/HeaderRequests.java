package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Asks clients that are ahead of the node for headers: who showed something on an unknown parent,
 * and who had more than could be fetched at once.
 *
 * <p>A client that does not show anything of use is not asked again for a while, and one that has
 * more is asked on when the node has what it showed: so each question is paid for, with proof of
 * work or with time.
 *
 * <p>Confined to the engine's loop.
 */
final class HeaderRequests {

  /** How long a client may take to answer. Bitcoin Core's HEADERS_RESPONSE_TIME. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private final EngineContext engine;
  private final HeaderWindow chain;
  private final Map<Client, Long> asked = new HashMap<>(); // when, in the loop's time
  private final Map<Client, Hash> ahead = new HashMap<>(); // the last that is being fetched

  HeaderRequests(EngineContext engine, HeaderWindow chain) {
    this.engine = engine;
    this.chain = chain;
  }

  /** Asks a client what it has beyond the node's best block, unless it owes an answer. */
  void ask(Client client) {
    Long before = asked.get(client);
    long now = engine.loop().nanoTime();
    if (before != null && now - before < PATIENCE.toNanos()) {
      return;
    }
    asked.put(client, now);
    engine.counters().count(Counter.ASK_CLIENT_HEADERS);
    client.push(
        BlockLocator.of(Commands.GETHEADERS, ProtocolVersions.OWN, chain.locator(), Hash.ZERO));
  }

  /**
   * A client showed headers of blocks that are fetched of it.
   *
   * @param last of them if it has more than these, or null
   */
  void answered(Client client, @Nullable Hash last) {
    asked.remove(client);
    if (last == null) {
      ahead.remove(client);
    } else {
      ahead.put(client, last);
    }
  }

  /** The node's best block is another one. */
  void moved() {
    for (Client client : List.copyOf(ahead.keySet())) {
      Hash last = ahead.get(client);
      if (last != null && chain.contains(last)) {
        ahead.remove(client);
        ask(client);
      }
    }
  }

  /** A client is gone. */
  void left(Client client) {
    asked.remove(client);
    ahead.remove(client);
  }
}
