package org.bitcoinmultiplexer.examples.walletserver.wallets;

import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.core.AbstractBlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.PeerGroup;

/** Makes the peer group of one wallet: its way to the node. */
@FunctionalInterface
public interface PeerGroups {

  /**
   * A peer group that knows where to connect to, and is not started.
   *
   * @param network of the wallet
   * @param chain of the wallet
   * @param context of the wallet, shared with no other
   */
  PeerGroup newPeerGroup(BitcoinNetwork network, AbstractBlockChain chain, Context context);
}
