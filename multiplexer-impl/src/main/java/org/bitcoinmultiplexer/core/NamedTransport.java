package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;

/** A transport under another name. */
record NamedTransport(Transport transport, String remote) implements Transport {

  @Override
  public void start(Listener listener) {
    transport.start(listener);
  }

  @Override
  public void send(Message message) {
    transport.send(message);
  }

  @Override
  public long pendingBytes() {
    return transport.pendingBytes();
  }

  @Override
  public void reading(boolean enabled) {
    transport.reading(enabled);
  }

  @Override
  public void close() {
    transport.close();
  }

  @Override
  public void abort() {
    transport.abort();
  }
}
