package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.CompactFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compact filters come as from the node itself, or not at all. */
class CompactFiltersTest {

  private static final int HEIGHT = 2_345;

  private final CompactFilterNode node = new CompactFilterNode();
  private final Scene scene = new Scene();
  private List<BlockHeader> mined;

  private CompactFiltersTest() {
    mined = node.mine(Network.REGTEST.genesis(), HEIGHT, 0);
    scene.nodeServices |= Version.NODE_COMPACT_FILTERS;
  }

  private ChainView view() {
    return node.chain.view();
  }

  /** The node connects and the chain is learnt. */
  private void start() {
    scene.nodeConnects(HEIGHT, true);
    nodeAnswersAll();
    assertThat(scene.nodeRelay.node().headerChain()).isNotNull();
  }

  private void nodeAnswersAll() {
    scene.engine.loop.runTasks();
    while (!scene.engine.asked.isEmpty()) {
      ScriptedEngine.Asked asked = scene.engine.asked.remove(0);
      Outcome outcome = passing(asked.request());
      scene.engine.loop.run(() -> asked.then().accept(outcome));
    }
  }

  /** The node's answer; the relay hears all headers that pass. */
  private Outcome passing(Message request) {
    Outcome outcome = node.outcome(request);
    if (outcome instanceof Outcome.Answered answered
        && request.command().equals(Commands.GETHEADERS)) {
      scene.nodeSays(answered.message());
    }
    return outcome;
  }

  private void nodeAnswers(ScriptedClient client) {
    while (client.pending() != null && client.rule == null) {
      client.settle(passing(client.pending()));
      nodeAnswersAll();
    }
  }

  private ScriptedClient client() {
    return ClientKind.NEUTRINO.greet(scene);
  }

  /** What a client is sent for a request when everything it takes is answered. */
  private List<Message> ask(ScriptedClient client, Message request) {
    client.says(request);
    nodeAnswers(client);
    return client.heard();
  }

  private static Message filters(long start, Hash stop) {
    return new FilterRange(0, start, stop).toMessage(Commands.GETCFILTERS);
  }

  private static Message filterHeaders(long start, Hash stop) {
    return new FilterRange(0, start, stop).toMessage(Commands.GETCFHEADERS);
  }

  private static Message checkpoints(Hash stop) {
    return new FilterCheckpointsRequest(0, stop).toMessage();
  }

  private static List<Message> only(List<Message> messages, String command) {
    return messages.stream().filter(message -> message.command().equals(command)).toList();
  }

  @Test
  void theyAreOfferedIfTheNodeHasThem() {
    scene.nodeConnects(HEIGHT, true);
    ScriptedClient client = scene.connect();
    client.says(ClientKind.NEUTRINO.introduction());
    assertThat(Version.parse(client.received.get(0)).services() & Version.NODE_COMPACT_FILTERS)
        .isNotZero();
  }

  @Test
  void aNodeWithoutThemCostsNoHeaderChain() {
    scene.nodeServices = Scene.NODE_SERVICES;
    scene.nodeConnects(HEIGHT, true);
    nodeAnswersAll();
    assertThat(scene.nodeRelay.node().knownHeaders()).isNull();
    ScriptedClient client = client();
    client.says(filters(0, view().tip()));
    assertThat(client.rule).isEqualTo("not-offered");
  }

  @Test
  void everyRequestIsAnsweredAsByTheNode() {
    start();
    ScriptedClient client = client();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      int stop = random.nextInt(HEIGHT + 1);
      int start = Math.max(0, stop - random.nextInt(i % 2 == 0 ? 1000 : 30));
      Message request =
          switch (i % 3) {
            case 0 -> filters(start, view().hash(stop));
            case 1 -> filterHeaders(Math.max(0, stop - random.nextInt(2000)), view().hash(stop));
            default -> checkpoints(view().hash(stop));
          };
      assertThat(ask(client, request)).as("seed " + seed).isEqualTo(node.directly(request));
    }
  }

  @Test
  void theLargestRangesAreServed() {
    start();
    ScriptedClient client = client();
    for (Message request :
        List.of(
            filters(0, view().hash(999)),
            filters(HEIGHT - 999, view().tip()),
            filterHeaders(0, view().hash(1999)),
            filterHeaders(HEIGHT - 1999, view().tip()))) {
      assertThat(ask(client, request)).isEqualTo(node.directly(request));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "getcfilters, 0, 1000, limit-getcfilters",
    "getcfilters, 8, 7, limit-getcfilters",
    "getcfilters, 4294967295, 7, limit-getcfilters",
    "getcfheaders, 0, 2000, limit-getcfheaders",
    "getcfheaders, 8, 7, limit-getcfheaders",
  })
  void aRangeThatCoreDisconnectsForEndsTheSessionAndGoesNowhere(
      String command, long start, int stop, String rule) {
    start();
    ScriptedClient client = client();
    client.says(new FilterRange(0, start, view().hash(stop)).toMessage(command));
    assertThat(client.rule).isEqualTo(rule);
    assertThat(client.asked).isEmpty();
  }

  @Test
  void anotherTypeOfFilterEndsTheSession() {
    start();
    for (Message request :
        List.of(
            new FilterRange(1, 0, view().hash(1)).toMessage(Commands.GETCFILTERS),
            new FilterRange(255, 0, view().hash(1)).toMessage(Commands.GETCFHEADERS),
            new FilterCheckpointsRequest(1, view().hash(1)).toMessage())) {
      ScriptedClient client = client();
      client.says(request);
      assertThat(client.rule).isEqualTo("bad-filter-type");
      assertThat(client.asked).isEmpty();
    }
  }

  @Test
  void anUnknownStopEndsTheSessionOnceTheNodeHasNotItEither() {
    start();
    Hash unknown = Hash.of("77".repeat(32));
    for (Message request :
        List.of(filters(0, unknown), filterHeaders(0, unknown), checkpoints(unknown))) {
      ScriptedClient client = client();
      client.says(request);
      assertThat(client.asked).containsExactly(Locators.getHeaders(List.of(), unknown));
      client.upstreamHasNothing();
      assertThat(client.rule).isEqualTo("unknown-stop");
    }
  }

  @Test
  void whatIsKnownIsNotAskedAgain() {
    start();
    ScriptedClient first = client();
    ask(first, filters(1_990, view().hash(2_010)));
    ScriptedClient second = client();
    ask(second, filterHeaders(1_100, view().hash(2_345)));
    ask(second, checkpoints(view().hash(2_200)));
    assertThat(second.asked).isEmpty();
    ask(second, filters(2_200, view().hash(2_203)));
    assertThat(second.asked).hasSize(4).allMatch(m -> m.command().equals(Commands.GETCFILTERS));
  }

  @Test
  void aNewBlockCostsOneFilterHash() {
    start();
    ScriptedClient client = client();
    ask(client, filterHeaders(2_300, view().tip()));
    List<BlockHeader> more = node.mine(view().tip(), 1, 0);
    scene.nodeSays(Chain.headersMessage(more));
    nodeAnswersAll();
    client.asked.clear();
    client.heard();
    Message request = filterHeaders(2_300, view().tip());
    assertThat(ask(client, request)).isEqualTo(node.directly(request));
    assertThat(client.asked).containsExactly(filterHeaders(HEIGHT + 1, view().tip()));
  }

  @Test
  void aBlockThatIsNewsOnlyToUsIsServed() {
    start();
    ScriptedClient client = client();
    node.mine(view().tip(), 3, 0);
    scene.nodeSays(Inventory.of(Commands.INV, InventoryVector.BLOCK, view().tip()));
    Message request = filters(HEIGHT - 1, view().tip());
    client.says(request); // before the nodeRelay has its answer
    nodeAnswers(client);
    assertThat(only(client.heard(), Commands.CFILTER)).isEqualTo(node.directly(request));
    assertThat(client.rule).isNull();
  }

  @Test
  void aBlockThatNobodyAnnouncedIsServed() {
    start();
    ScriptedClient client = client();
    node.mine(view().tip(), 3, 0);
    Message request = filters(HEIGHT - 1, view().tip());
    assertThat(only(ask(client, request), Commands.CFILTER)).isEqualTo(node.directly(request));
  }

  @Test
  void whoAsksBeforeTheChainIsThereWaitsForIt() {
    scene.nodeConnects(HEIGHT, true);
    scene.engine.loop.runTasks();
    ScriptedClient client = client();
    Message request = filters(2_300, view().hash(2_310));
    client.says(request);
    client.says(Commands.PING, new byte[8]);
    List<Message> expected = new ArrayList<>(node.directly(request));
    expected.add(Message.of(Commands.PONG, new byte[8]));
    while (client.pending() != null) {
      client.settle(passing(client.pending()));
      if (!scene.engine.asked.isEmpty()) { // the chain grows as well
        ScriptedEngine.Asked asked = scene.engine.asked.remove(0);
        Outcome outcome = passing(asked.request());
        scene.engine.loop.run(() -> asked.then().accept(outcome));
      }
    }
    assertThat(client.heard()).isEqualTo(expected);
  }

  @Test
  void filtersOfABranchThatWasLeftAreServed() {
    start();
    Hash stale = view().tip();
    ScriptedClient client = client();
    ask(client, filters(HEIGHT - 3, stale));
    List<BlockHeader> branch = node.mine(view().hash(HEIGHT - 10), 12, 1);
    scene.nodeSays(Chain.headersMessage(branch));
    nodeAnswersAll();
    client.heard();
    assertThat(scene.nodeRelay.node().tip().hash()).isEqualTo(view().tip()).isNotEqualTo(stale);
    for (Message request :
        List.of(
            filters(HEIGHT - 20, view().tip()),
            filters(HEIGHT - 20, stale),
            filterHeaders(HEIGHT - 1_500, view().tip()),
            filterHeaders(HEIGHT - 1_500, stale),
            checkpoints(stale))) {
      assertThat(ask(client, request)).isEqualTo(node.directly(request));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "12, false", "12, true", "400, false"})
  void filtersOfABranchThatWasLeftBeforeWeCameAreServed(int left, boolean upToItsTip) {
    Hash stale = node.mine(view().hash(HEIGHT - left), left, 1).get(left - 1).hash();
    assertThat(view().isActive(stale)).isFalse();
    start();
    assertThat(scene.nodeRelay.node().knownHeaders().contains(stale)).isFalse();
    Hash stop = upToItsTip ? stale : view().ancestor(stale, HEIGHT - left / 2).orElseThrow();
    ScriptedClient client = client();
    for (Message request :
        List.of(
            filters(HEIGHT - 20 - left, stop),
            filterHeaders(HEIGHT - 1_500, stop),
            checkpoints(stop),
            filters(HEIGHT - 20, view().tip()),
            checkpoints(view().tip()))) {
      assertThat(ask(client, request)).isEqualTo(node.directly(request));
    }
    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.counter(Counter.FILTERS_UNTRUE).sum()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"2000", "1999", "1500"})
  void aBlockAtACheckpointThatIsReplacedLeavesWhatIsBelow(int fork) {
    node.chain.exclude(view().hash(2_001));
    start();
    ScriptedClient client = client();
    ask(client, filterHeaders(1_001, view().hash(2_000)));
    scene.nodeSays(Chain.headersMessage(node.mine(view().hash(fork - 1), 600, 2)));
    nodeAnswersAll();
    client.heard();
    for (Message request :
        List.of(
            filters(fork - 400, view().hash(fork - 1)),
            filters(fork - 400, view().hash(fork)),
            filters(fork - 400, view().hash(2_000)))) {
      assertThat(ask(client, request)).isEqualTo(node.directly(request));
    }
    assertThat(scene.engine.counters.counter(Counter.FILTERS_UNTRUE).sum()).isZero();
  }

  @Test
  void aReorganisationAcrossACheckpointIsFollowed() {
    node.chain.exclude(view().hash(2_001));
    start();
    ScriptedClient client = client();
    Hash stale = view().hash(2_000);
    ask(client, filterHeaders(1_500, stale));
    scene.nodeSays(Chain.headersMessage(node.mine(view().hash(1_995), 100, 2)));
    nodeAnswersAll();
    client.heard();
    for (Message request :
        List.of(
            filterHeaders(1_500, view().hash(2_050)),
            checkpoints(view().tip()),
            filterHeaders(1_500, stale),
            checkpoints(stale),
            filters(1_990, view().hash(2_010)))) {
      assertThat(ask(client, request)).isEqualTo(node.directly(request));
    }
  }

  @Test
  void aFalseFilterIsNotDeliveredNorWhatFollows() {
    start();
    node.liesAbout = view().hash(1_205);
    ScriptedClient client = client();
    List<Message> heard = ask(client, filters(1_200, view().hash(1_210)));
    assertThat(only(heard, Commands.CFILTER))
        .extracting(message -> CompactFilter.parse(message).block())
        .containsExactly(
            view().hash(1_200),
            view().hash(1_201),
            view().hash(1_202),
            view().hash(1_203),
            view().hash(1_204));
    assertThat(scene.engine.counters.counter(Counter.FILTERS_UNTRUE).sum()).isEqualTo(1);
    assertThat(client.rule).isNull();
    assertThat(ask(client, filters(1_206, view().hash(1_210)))).hasSize(5);
  }

  @Test
  void theCheckSeesAFalseFilterAndNamesTheTrueOneForTheCache() {
    start();
    Message request = filters(1_205, view().hash(1_205));
    Message truth = node.directly(request).get(0);
    node.liesAbout = view().hash(1_205);
    Message lie = node.directly(request).get(0);
    assertThat(scene.types.lasting(request, scene.types.keys().requestKeys(request)))
        .as("nothing to check it against")
        .isNull();
    ask(client(), filterHeaders(1_001, view().hash(1_300)));
    assertThat(scene.types.check(request, List.of(truth))).isNull();
    assertThat(scene.types.check(request, List.of(lie))).contains("a filter with the hash");
    assertThat(scene.types.lasting(request, scene.types.keys().requestKeys(request))).isNotNull();
  }

  @Test
  void equalFiltersOfDifferentBlocksAreKeptApart() {
    start();
    ask(client(), filterHeaders(1_001, view().hash(1_300)));
    Map<Hash, Integer> seen = new HashMap<>();
    int types = 0;
    for (int height = 1_201; height <= 1_300; height++) {
      Hash hash = CompactFilter.HASH.apply(CompactFilterNode.filter(view().hash(height)));
      Integer same = seen.put(hash, height);
      if (same != null) {
        assertThat(keptAs(height)).isEqualTo(keptAs(height)).isNotEqualTo(keptAs(same));
        types++;
      }
    }
    assertThat(types).isGreaterThan(50);
  }

  private Key keptAs(int height) {
    Message request = filters(height, view().hash(height));
    Key name = scene.types.lasting(request, scene.types.keys().requestKeys(request));
    assertThat(name).isNotNull();
    return name;
  }

  @Test
  void aBlockThatComesWithTheFirstAnswersIsNews() {
    scene.nodeConnects(HEIGHT, true);
    scene.engine.loop.runTasks();
    ScriptedClient client = client();
    node.mine(view().tip(), 1, 0);
    nodeAnswersAll();
    assertThat(client.heard())
        .containsExactly(Inventory.of(Commands.INV, InventoryVector.BLOCK, view().tip()));
  }

  @ParameterizedTest
  @CsvSource({"1500", "2000", "1001", "700"})
  void falseFilterHeadersAreFoundOut(int height) {
    start();
    node.liesInHeadersAbout = view().hash(height);
    ScriptedClient client = client();
    Message request = filters(height, view().hash(height));
    assertThat(ask(client, request)).isEmpty();
    assertThat(scene.engine.counters.counter(Counter.FILTERS_UNTRUE).sum()).isEqualTo(1);
    assertThat(client.rule).isNull();
    node.liesInHeadersAbout = Hash.ZERO; // another node, or a better day
    assertThat(ask(client, request)).isEqualTo(node.directly(request));
  }

  @Test
  void falseCheckpointsAreFoundOut() {
    start();
    node.liesInCheckpoints = true;
    ScriptedClient client = client();
    assertThat(ask(client, filters(1_500, view().hash(1_500)))).isEmpty();
    assertThat(scene.engine.counters.counter(Counter.FILTERS_UNTRUE).sum()).isEqualTo(1);
    node.liesInCheckpoints = false;
    Message request = filters(1_500, view().hash(1_500));
    assertThat(ask(client, request)).isEqualTo(node.directly(request));
  }

  @Test
  void whereTheNodeHasNoFiltersYetItIsSilent() {
    start();
    node.filtersUpTo = 2_100;
    ScriptedClient client = client();
    assertThat(ask(client, filters(2_100, view().hash(2_101)))).isEmpty();
    assertThat(ask(client, filters(2_300, view().tip()))).isEmpty();
    assertThat(ask(client, filters(2_050, view().hash(2_100)))).hasSize(51);
    assertThat(ask(client, filterHeaders(1_050, view().hash(2_100)))).hasSize(1);
    client.says(Commands.PING, new byte[8]);
    assertThat(client.heard()).containsExactly(Message.of(Commands.PONG, new byte[8]));
    node.filtersUpTo = Integer.MAX_VALUE;
    assertThat(ask(client, filters(2_100, view().hash(2_101)))).hasSize(2);
  }

  @Test
  void aNodeThatIsBehindIsNotAskedForWhatItHasNot() {
    start();
    CompactFilterNode shorter = new CompactFilterNode();
    shorter.mine(Network.REGTEST.genesis(), 2_000, 0);
    scene.nodeConnects(2_000, true);
    scene.engine.asked.clear();
    ScriptedClient client = client();
    client.says(filters(2_100, view().hash(2_101)));
    client.settle(shorter.outcome(client.pending()));
    assertThat(client.asked).containsExactly(Locators.getHeaders(List.of(), view().hash(2_101)));
  }

  @Test
  void whatANewConnectionMakesForgottenIsAskedAgain() {
    start();
    ScriptedClient client = client();
    Message request = filterHeaders(1_500, view().hash(1_600));
    client.says(request);
    while (!client.pending().command().equals(Commands.GETCFHEADERS)) {
      client.settle(passing(client.pending()));
    }
    scene.types.filters().clear(); // as the protocol does when it greets a node
    nodeAnswers(client);

    assertThat(client.heard()).isEqualTo(node.directly(request));
    assertThat(client.rule).isNull();
    assertThat(scene.engine.counters.counter(Counter.FILTERS_UNTRUE).sum()).isZero();
  }

  @Test
  void aNodeWithoutFiltersIsNotAskedForThoseThatTheOneBeforeWasAskedFor() {
    start();
    ScriptedClient client = client();
    Message request = filters(1_200, view().hash(1_210));
    client.says(request);
    while (!client.pending().command().equals(Commands.GETCFILTERS)) {
      client.settle(passing(client.pending()));
    }
    assertThat(scene.nodeRelay.node().mayAskForFilters(view().hash(1_210))).isTrue();
    scene.nodeServices = Scene.NODE_SERVICES;
    scene.nodeConnects(HEIGHT, true);
    assertThat(scene.nodeRelay.node().mayAskForFilters(view().hash(1_210))).isFalse();
    client.asked.clear();
    client.settle(node.outcome(client.pending())); // it had been on its way

    assertThat(client.pending()).isNull();
    assertThat(client.asked).isEmpty();
    assertThat(only(client.heard(), Commands.CFILTER))
        .containsExactly(node.directly(request).get(0));
    assertThat(client.rule).isNull();
  }

  @Test
  void aNodeIsAskedForNoFilterOfABlockThatItMayNotHave() {
    start();
    assertThat(scene.nodeRelay.node().mayAskForFilters(view().tip())).isTrue();
    assertThat(scene.nodeRelay.node().mayAskForFilters(Hash.of("77".repeat(32)))).isFalse();
    ChainView before = view();
    scene.nodeConnects(2_000, true);
    assertThat(scene.nodeRelay.node().mayAskForFilters(before.hash(2_000)))
        .as("before this node has shown its chain")
        .isFalse();
    scene.nodeShows(Chain.headersMessage(before.header(before.hash(2_000))));
    assertThat(scene.nodeRelay.node().mayAskForFilters(before.hash(2_000))).isTrue();
    assertThat(scene.nodeRelay.node().mayAskForFilters(view().hash(2_001))).isFalse();
  }
}
