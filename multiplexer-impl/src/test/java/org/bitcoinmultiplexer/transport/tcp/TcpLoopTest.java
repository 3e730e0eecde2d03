package org.bitcoinmultiplexer.transport.tcp;

import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.tck.EventLoopKit;

class TcpLoopTest implements EventLoopKit {

  @Override
  public LoopFixture openLoop() {
    TcpLoop loop = TcpLoop.start("tcp loop under test");
    return new LoopFixture() {
      @Override
      public EventLoop loop() {
        return loop;
      }

      @Override
      public void close() {
        loop.close();
      }
    };
  }
}
