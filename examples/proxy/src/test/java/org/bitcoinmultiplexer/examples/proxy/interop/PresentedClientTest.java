package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With a connection of its own a client is to bitcoind what it is without a proxy. */
@NeedsBitcoind
@Timeout(120)
class PresentedClientTest {

  private static final List<String> SHOWN = List.of("version", "subver", "services", "relaytxes");

  private static RawClient connect(ProxyUnderTest.Running to, boolean relay) {
    return RawClient.to(to.address())
        .services(0x409) // NETWORK, WITNESS, NETWORK_LIMITED
        .relay(relay)
        .agent("/somebody:1/")
        .connect();
  }

  /** What the node knows of its only client. */
  private static Map<String, String> seenBy(Bitcoind node) {
    JsonObject peer = node.rpc("getpeerinfo").getAsJsonArray().get(0).getAsJsonObject();
    Map<String, String> seen = new LinkedHashMap<>();
    SHOWN.forEach(field -> seen.put(field, peer.get(field).toString()));
    return seen;
  }

  @Test
  void bitcoindSeesTheClientAsItPresentsItself(@TempDir Path directory) {
    try (Bitcoind node = Bitcoind.start(directory)) {
      for (boolean relay : new boolean[] {true, false}) {
        Map<Way, Map<String, String>> seen = new LinkedHashMap<>();
        for (Way way : List.of(Way.DIRECT, Way.PASSTHROUGH)) {
          try (ProxyUnderTest.Running proxy =
                  ProxyUnderTest.between(new LibraryProxy(), node.address(), way);
              RawClient client = connect(proxy, relay)) {
            client.fence();
            Await.until(() -> "it is the only one", () -> node.inboundPeers().size() == 1);
            seen.put(way, seenBy(node));
          }
          Await.until(() -> "nobody is connected", () -> node.inboundPeers().isEmpty());
        }
        assertThat(seen.get(Way.PASSTHROUGH)).isEqualTo(seen.get(Way.DIRECT));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
  void whatAClientWritesInOnePieceIsAnsweredEvenIfItSaysNoMore(Way way, @TempDir Path directory) {
    try (Bitcoind node = Bitcoind.start(directory)) {
      node.mine(10, new byte[] {0x51});
      String first = node.rpc("getblockhash", 1).getAsString();
      try (ProxyUnderTest.Running proxy =
              ProxyUnderTest.between(new LibraryProxy(), node.address(), way);
          RawClient client = RawClient.to(proxy.address()).open()) {
        client.sendBytes(HastyClientTest.everything(client, first, node.tip()));
        client.shutdownOutput();
        HastyClientTest.expectEverything(client);
        client.awaitClosed();
      }
    }
  }

  /** Asked for without its witness it would never get there. */
  @Test
  void aTransactionWithAWitnessThatIsAnnouncedByItsTxidIsAccepted(@TempDir Path directory) {
    try (Bitcoind node = Bitcoind.start(directory)) {
      byte[] transaction = new KnownChain(node).faucet().any();
      try (ProxyUnderTest.Running proxy =
              ProxyUnderTest.between(new LibraryProxy(), node.address(), Way.PASSTHROUGH);
          RawClient client = connect(proxy, true)) {
        client.offer(transaction);
        String txid = Wire.txid(transaction);
        Await.until(() -> "it is accepted", () -> node.mempool().contains(txid));
      }
    }
  }
}
