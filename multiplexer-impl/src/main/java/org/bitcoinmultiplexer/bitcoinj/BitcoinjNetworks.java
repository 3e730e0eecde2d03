package org.bitcoinmultiplexer.bitcoinj;

import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.core.NetworkParameters;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** Which of bitcoinj's networks is which of ours. */
@SuppressWarnings("exports") // bitcoinj is optional: who uses this reads its module
public final class BitcoinjNetworks {

  private BitcoinjNetworks() {}

  /**
   * Our network for one of bitcoinj's.
   *
   * @param network as bitcoinj has it
   * @return the network with the same genesis block; for bitcoinj's signet the default one
   * @throws IllegalArgumentException if we know none
   */
  public static Network fromBitcoinj(org.bitcoinj.base.Network network) {
    for (Network known : Network.known()) {
      if (isSameChain(known, network)) {
        return known;
      }
    }
    throw new IllegalArgumentException("network " + network + " of bitcoinj is unknown here");
  }

  /**
   * Bitcoinj's network for one of ours.
   *
   * @param network any
   * @return the network with the same genesis block, which all signets share
   * @throws IllegalArgumentException if bitcoinj has none: it knows no testnet4
   */
  public static BitcoinNetwork toBitcoinj(Network network) {
    for (BitcoinNetwork known : BitcoinNetwork.values()) {
      if (isSameChain(network, known)) {
        return known;
      }
    }
    throw new IllegalArgumentException("bitcoinj knows no network " + network);
  }

  static boolean isSameChain(Network ours, org.bitcoinj.base.Network theirs) {
    return ours.genesis()
        .toString()
        .equals(NetworkParameters.of(theirs).getGenesisBlock().getHashAsString());
  }
}
