package org.bitcoinmultiplexer;

import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.budget.Holding;
import org.bitcoinmultiplexer.budget.HostBudget;

/** Lets a connection's host pay for the messages that are half arrived. */
record BudgetedMemory(HostBudget budget) implements FrameDecoder.Memory {

  @Override
  public boolean reserve(int bytes) {
    return budget.reserve(Holding.RECEIVED, bytes);
  }

  @Override
  public void release(int bytes) {
    budget.release(Holding.RECEIVED, bytes);
  }

  @Override
  public void close() {
    budget.close();
  }
}
