package org.bitcoinmultiplexer.examples.proxy.interop;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that say all they have to say at once, and then no more. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
@Timeout(60)
class HastyClientTest extends EmbeddedChainSuite {

  private static final long NONCE = 77;

  @Override
  int height() {
    return 10;
  }

  /** Everything from the handshake to a ping, in one piece. */
  static byte[] everything(RawClient client, String first, String tip) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(client.hello());
    all.writeBytes(RawClient.frame("getheaders", Wire.locator(List.of(first), Wire.ZERO_HASH)));
    all.writeBytes(
        RawClient.frame("getdata", Wire.items(List.of(new Item(Item.WITNESS_BLOCK, tip)))));
    all.writeBytes(RawClient.frame("ping", new Payload().u64(NONCE).toBytes()));
    return all.toByteArray();
  }

  private byte[] everything(RawClient client) {
    return everything(client, chain.at(1), chain.tip());
  }

  static void expectEverything(RawClient client) {
    client.expect("headers");
    client.expect("block");
    client.expectPong(NONCE);
  }

  @Test
  void whatIsWrittenInOnePieceIsAnswered() {
    try (RawClient client = RawClient.to(proxy.address()).open()) {
      client.sendBytes(everything(client));
      expectEverything(client);
      client.fence();
    }
  }

  @Test
  void whoSaysNoMoreGetsWhatItAskedFor() {
    try (RawClient client = RawClient.to(proxy.address()).open()) {
      client.sendBytes(everything(client));
      client.shutdownOutput();
      expectEverything(client);
      client.awaitClosed();
    }
  }
}
