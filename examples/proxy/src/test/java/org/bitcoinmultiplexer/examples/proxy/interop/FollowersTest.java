package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that follow a chain by compact filters or compact blocks. */
@ParameterizedClass
@EnumSource
@Timeout(120)
class FollowersTest extends EmbeddedChainSuite {
  private static final int HEIGHT = 2_150;
  private static final int HEADER = 80;

  @Override
  EmbeddedNode startNode() {
    return EmbeddedNode.servingFilters();
  }

  @Override
  int height() {
    return HEIGHT;
  }

  private RawClient raw() {
    return RawClient.to(proxy.address()).connect();
  }

  private static byte[] range(int first, String stop) {
    return new Payload().u8(0).u32(first).hash(stop).toBytes();
  }

  private static void assertSameFilters(
      RawClient direct, List<RawClient> clients, int first, String stop) {
    for (String command : List.of("getcfheaders", "getcfilters", "getcfcheckpt")) {
      byte[] payload =
          command.equals("getcfcheckpt")
              ? new Payload().u8(0).hash(stop).toBytes()
              : range(first, stop);
      List<Long> marks = new ArrayList<>();
      for (RawClient client : clients) {
        client.send(command, payload);
        marks.add(client.mark());
      }
      List<Received> expected = filters(direct.ask(command, payload));
      assertThat(expected).isNotEmpty();
      for (int i = 0; i < clients.size(); i++) {
        assertThat(filters(clients.get(i).upTo(marks.get(i))))
            .as("%s from %d to %s", command, first, stop)
            .hasSameSizeAs(expected)
            .isEqualTo(expected);
      }
    }
  }

  private static List<Received> filters(List<Received> messages) {
    return messages.stream().filter(message -> message.command().startsWith("cf")).toList();
  }

  @Test
  void compactFiltersAreThoseOfTheNodeByteForByte() {
    try (RawClient direct = RawClient.to(node.address()).connect();
        RawClient one = raw();
        RawClient other = raw()) {
      List<RawClient> both = List.of(one, other);
      assertSameFilters(direct, both, HEIGHT - 999, chain.at(HEIGHT)); // before anything is known
      assertSameFilters(direct, both, 995, chain.at(1_005));
      assertSameFilters(direct, both, 0, chain.at(999));
      assertSameFilters(direct, both, 1_001, chain.at(2_000));
      assertSameFilters(direct, List.of(other), 2_000, chain.at(2_000));
    }
  }

  @Test
  void filtersOfNewBlocksAreThereAsSoonAsTheyAreAnnounced() {
    try (RawClient direct = RawClient.to(node.address()).connect();
        RawClient follower = raw()) {
      follower.fence();
      for (int i = 0; i < 5; i++) {
        chain.mine(1);
        follower.expectInv(chain.tip());
        assertSameFilters(direct, List.of(follower), chain.height() - 5, chain.tip());
      }
      String stale = chain.tip();
      int fork = chain.height() - 2;
      List<String> branch = node.mineOn(chain.at(fork), 4);
      chain.replaceFrom(fork + 1, branch);
      follower.expectInv(chain.tip());
      assertSameFilters(direct, List.of(follower), fork - 3, chain.tip());
      assertSameFilters(direct, List.of(follower), fork - 3, stale);
    }
  }

  @Test
  void aBlockIsAnnouncedInShortToWhoAskedForIt() {
    assumeTrue(way.shares(), "the embedded node does not do that itself");
    try (RawClient eager = raw();
        RawClient other = raw()) {
      eager.send("sendcmpct", new Payload().u8(1).u64(2).toBytes());
      eager.getHeaders(List.of(chain.tip()), Wire.ZERO_HASH);
      eager.fence();
      other.fence();
      for (int i = 0; i < 3; i++) {
        chain.mine(1);
        other.expectInv(chain.tip());
        byte[] block = eager.expect("cmpctblock").payload();
        assertThat(Wire.blockHash(Arrays.copyOf(block, HEADER))).isEqualTo(chain.tip());
        assertThat(eager.fence()).as("told once").isEmpty();
        List<Received> parts =
            eager.ask("getblocktxn", new Payload().hash(chain.tip()).size(1).size(0).toBytes());
        assertThat(parts).extracting(Received::command).containsExactly("blocktxn");
      }
    }
  }

  @Test
  @NeedsBitcoind
  void aBitcoindFollowsByCompactBlocks(@TempDir Path directory) {
    assumeTrue(way.shares(), "it is announced to otherwise elsewhere");
    try (Bitcoind core = Bitcoind.start(directory)) {
      core.dial(proxy.address());
      core.awaitHeight(chain.height());
      for (int i = 0; i < 5; i++) {
        node.submit(chain.faucet().any()); // which it may have or not
        chain.mine(1);
        core.awaitHeight(chain.height());
        assertThat(core.tip()).isEqualTo(chain.tip());
      }
      JsonObject peer = core.rpc("getpeerinfo").getAsJsonArray().get(0).getAsJsonObject();
      assertThat(peer.get("bip152_hb_to").getAsBoolean()).as("it wants them unasked").isTrue();
      assertThat(peer.get("bytesrecv_per_msg").getAsJsonObject().keySet()).contains("cmpctblock");
    }
  }
}
