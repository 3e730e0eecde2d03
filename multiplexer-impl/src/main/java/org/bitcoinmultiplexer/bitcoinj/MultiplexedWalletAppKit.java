package org.bitcoinmultiplexer.bitcoinj;

import java.io.File;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.kits.WalletAppKit;
import org.bitcoinj.wallet.KeyChainGroupStructure;

/**
 * A kit whose peer group is the multiplexer: used like any other. What it is told of peers says how
 * many it has, not where they are.
 *
 * <p>A kit of one's own does the same with one line:
 *
 * <pre>{@code
 * protected PeerGroup createPeerGroup() { return groups.newPeerGroup(network, vChain); }
 * }</pre>
 */
@SuppressWarnings("exports") // bitcoinj is optional: who uses this reads its module
public class MultiplexedWalletAppKit extends WalletAppKit {

  private final BitcoinjPeerGroups groups;

  /**
   * A kit that has not been started.
   *
   * @param groups makes its peer group
   * @param network the multiplexer's, as bitcoinj has it
   * @param addresses which kind of addresses it gives
   * @param structure how its keys are derived
   * @param directory for its files
   * @param filePrefix of the names of its files
   */
  public MultiplexedWalletAppKit(
      BitcoinjPeerGroups groups,
      BitcoinNetwork network,
      ScriptType addresses,
      KeyChainGroupStructure structure,
      File directory,
      String filePrefix) {
    super(network, addresses, structure, directory, filePrefix);
    this.groups = groups;
  }

  @Override
  protected PeerGroup createPeerGroup() {
    return groups.newPeerGroup(network, vChain);
  }
}
