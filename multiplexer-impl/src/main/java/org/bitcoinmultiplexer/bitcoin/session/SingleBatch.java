package org.bitcoinmultiplexer.bitcoin.session;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.core.Batch;

/** A batch of one request. */
interface SingleBatch extends Batch {

  /** What is asked upstream. */
  Message canonical();

  @Override
  default int size() {
    return 1;
  }

  @Override
  default Message request(int item) {
    return canonical();
  }
}
