package org.bitcoinmultiplexer.examples.walletserver.http;

import org.jspecify.annotations.Nullable;

/**
 * How the server stands.
 *
 * @param status {@code up}, or {@code waiting} for the node
 * @param network which is spoken
 * @param strategy by which the connection to the node is shared
 * @param upstream the node
 * @param description the node in words, once it is known
 * @param problem why the node cannot be used, or not for everything; null if it can
 * @param wallets how many there are
 * @param connections how many wallets share the connection now
 */
public record Health(
    String status,
    String network,
    String strategy,
    String upstream,
    @Nullable String description,
    @Nullable String problem,
    int wallets,
    long connections) {

  boolean isUp() {
    return status.equals("up");
  }
}
