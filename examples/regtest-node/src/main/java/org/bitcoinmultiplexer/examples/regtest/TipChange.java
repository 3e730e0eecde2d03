package org.bitcoinmultiplexer.examples.regtest;

import java.util.List;

/**
 * How the active chain moved.
 *
 * @param disconnected the blocks left, old tip first
 * @param connected the blocks joined, new tip last; empty if nothing changed
 */
record TipChange(List<BlockEntry> disconnected, List<BlockEntry> connected) {
  static final TipChange NONE = new TipChange(List.of(), List.of());
}
