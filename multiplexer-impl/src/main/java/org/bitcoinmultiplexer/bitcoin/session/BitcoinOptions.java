package org.bitcoinmultiplexer.bitcoin.session;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.RequestTypeProvider;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * What there is to choose about the protocol. Immutable.
 *
 * @param network whose node and clients these are
 * @param news what becomes of blocks and transactions
 * @param providers of rows for commands that are not known here
 * @param random draws nonces that a peer must not guess; need not be safe for several threads
 * @param clock tells the time that version messages carry
 */
public record BitcoinOptions(
    Network network,
    RelayOptions news,
    List<RequestTypeProvider> providers,
    RandomGenerator random,
    InstantSource clock) {

  /** Takes a copy of the list. */
  public BitcoinOptions {
    Objects.requireNonNull(network, "network");
    Objects.requireNonNull(news, "news");
    providers = List.copyOf(providers);
    Objects.requireNonNull(random, "random");
    Objects.requireNonNull(clock, "clock");
  }

  /**
   * The usual choices: all providers that are installed, unguessable nonces, the system's clock.
   *
   * @param network whose node and clients these are
   * @return the options, {@link RelayOptions#DEFAULT} among them
   */
  public static BitcoinOptions of(Network network) {
    List<RequestTypeProvider> installed =
        ServiceLoader.load(RequestTypeProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    return new BitcoinOptions(
        network, RelayOptions.DEFAULT, installed, new SecureRandom(), InstantSource.system());
  }

  /**
   * The same but for news.
   *
   * @param other what becomes of blocks and transactions
   * @return a copy
   */
  public BitcoinOptions withNews(RelayOptions other) {
    return new BitcoinOptions(network, other, providers, random, clock);
  }
}
