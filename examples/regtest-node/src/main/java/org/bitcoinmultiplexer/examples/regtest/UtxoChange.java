package org.bitcoinmultiplexer.examples.regtest;

import java.util.List;
import java.util.Map;

/**
 * What one block took from and added to the unspent outputs; an output made and spent by the block
 * is in both.
 */
record UtxoChange(Map<Outpoint, Utxo> spent, List<Outpoint> created) {}
