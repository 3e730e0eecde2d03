package stranger;

import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.core.NetworkParameters;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.listeners.DownloadProgressTracker;
import org.bitcoinj.store.BlockStoreException;
import org.bitcoinj.store.MemoryBlockStore;
import org.bitcoinj.wallet.Wallet;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.bitcoinj.BitcoinjPeerGroups;

/** Wallets that share one connection. */
final class Wallets {

  private static final BitcoinNetwork REGTEST = BitcoinNetwork.REGTEST;
  private final BitcoinjPeerGroups groups;

  Wallets(BitcoinMultiplexer multiplexer) {
    groups = BitcoinjPeerGroups.of(multiplexer);
  }

  Wallet open() throws BlockStoreException {
    Wallet wallet = Wallet.createDeterministic(REGTEST, ScriptType.P2WPKH);
    var store = new MemoryBlockStore(NetworkParameters.of(REGTEST).getGenesisBlock());
    BlockChain chain = new BlockChain(REGTEST, wallet, store);
    PeerGroup peers = groups.newPeerGroup(REGTEST, chain);
    peers.addWallet(wallet);
    peers.startAsync();
    peers.startBlockChainDownload(new DownloadProgressTracker());
    return wallet;
  }
}
