package org.bitcoinmultiplexer.examples.walletserver.wallets;

import java.util.function.Supplier;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.store.BlockStore;
import org.bitcoinj.store.BlockStoreException;
import org.bitcoinj.wallet.Wallet;

/**
 * The chain of one wallet, which can be looked at between two blocks.
 *
 * <p>A wallet is given the payments of a block one by one, and the block itself at last. One that
 * is saved in between and loaded again would be given the same payments a second time, which
 * bitcoinj does not survive.
 */
final class WalletChain extends BlockChain {

  WalletChain(BitcoinNetwork network, Wallet wallet, BlockStore headers)
      throws BlockStoreException {
    super(network, wallet, headers);
  }

  /** Does something while no block is on its way into the wallet. */
  <T> T betweenBlocks(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
