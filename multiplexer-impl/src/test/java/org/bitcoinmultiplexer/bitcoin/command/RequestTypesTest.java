package org.bitcoinmultiplexer.bitcoin.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.block;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.blocktxn;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.cfcheckpt;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.cfheaders;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.cfilter;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.getdata;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.getheaders;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.hash;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.hashOf;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.headed;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.headers;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.trailed;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.transaction;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.api.RequestTypeProvider;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.chain.Vectors;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.stubbing.Answer;

class RequestTypesTest {

  private static final Hash GENESIS = Fixture.NETWORK.genesis();

  private final RequestTypes types = RequestTypes.of(Fixture.NETWORK, List.of());

  // ---- the table

  @Test
  void theDocumentationShowsTheTable() throws IOException {
    String documented =
        Files.readString(
            Path.of("src/main/java", getClass().getPackageName().replace('.', '/'))
                .resolve("package-info.java"));
    String table =
        RequestTable.ROWS.stream()
            .map(row -> " * " + row.line() + "\n")
            .collect(Collectors.joining());

    assertThat(documented).contains(table);
    String asked =
        RequestTable.ROWS.stream()
            .filter(row -> row.asking() != null)
            .map(row -> " * " + row.line(row.asking()) + "\n")
            .collect(Collectors.joining());
    assertThat(documented).contains(asked);
  }

  @Test
  void theTableNumbersItsRows() {
    for (int i = 0; i < RequestTable.ROWS.size(); i++) {
      assertThat(RequestTable.ROWS.get(i).number()).isEqualTo(i + 1);
    }
    assertThat(RequestTable.ROWS).hasSize(24);
  }

  @Test
  void whatIsSharedHasAPairAndNothingElseHas() {
    for (Row row : RequestTable.ROWS) {
      String command = row.request().split("[ ,]")[0];
      boolean asked =
          row.treatment() == Row.Treatment.SHARED || row.treatment() == Row.Treatment.MARKER;
      if (asked) {
        RequestType type = types.type(command);
        assertThat(type).as(row.request()).isNotNull();
        assertThat(type.responses()).containsAll(List.of(row.responses().split(", ")));
        assertThat(row.asking()).as(row.request()).isNotNull();
      } else if (!command.equals("getdata")) {
        assertThat(types.type(command)).as(row.request()).isNull();
      }
      if (row.treatment() == Row.Treatment.SHARED) {
        assertThat(row.verdict()).as(row.request()).isNotEqualTo(Row.Verdict.NONE);
      }
    }
  }

  // ---- canonical requests

  @Test
  void trailingBytesAreCutOff() {
    for (Message request :
        List.of(
            Ping.ping(1),
            getheaders(Hash.ZERO, hash(1)),
            getdata(InventoryVector.WTX, hash(1)),
            BlockTransactionsRequest.of(hash(1), 0, 300).toMessage(),
            new FilterRange(0, 1, hash(1)).toMessage("getcfilters"),
            new FilterRange(0, 1, hash(1)).toMessage("getcfheaders"),
            new FilterCheckpointsRequest(0, hash(1)).toMessage())) {
      RequestType type = types.type(request.command());
      assertThat(type.canonical(request)).contains(request);
      assertThat(type.canonical(trailed(request))).contains(request);
      assertThat(type.canonical(Message.of(request.command(), new byte[0]))).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, true",
    "2, true",
    "3, false",
    "4, true",
    "5, true",
    "6, false",
    "0, false",
    "40000001, true",
    "40000002, true",
    "40000003, false",
    "40000004, false"
  })
  void onlySomeTypesMayBeAskedOnASharedConnection(String type, boolean allowed) {
    Message request = getdata(Integer.parseInt(type, 16), hash(1));

    assertThat(types.type("getdata").canonical(request).isPresent()).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true", "50000, true"})
  void getdataHasOneTo50000Items(int size, boolean allowed) {
    Message request =
        Inventory.of("getdata", InventoryVector.WTX, Collections.nCopies(size, hash(1)));

    assertThat(types.type("getdata").canonical(request).isPresent()).isEqualTo(allowed);
  }

  @Test
  void getdataOf50001ItemsIsRefused() {
    byte[] body = new byte[3 + 36 * 50_001];
    body[0] = (byte) 0xfd;
    body[1] = (byte) (50_001 & 0xff);
    body[2] = (byte) (50_001 >> 8);

    assertThat(types.type("getdata").canonical(Message.of("getdata", body))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"101, true", "102, false"})
  void aLocatorHasUpTo101Hashes(int size, boolean allowed) {
    byte[] body = new byte[4 + 1 + 32 * size + 32];
    body[4] = (byte) size;

    assertThat(types.type("getheaders").canonical(Message.of("getheaders", body)).isPresent())
        .isEqualTo(allowed);
  }

  @Test
  void onlyTheBasicFilterMayBeAskedFor() {
    assertThat(
            types
                .type("getcfilters")
                .canonical(new FilterRange(1, 0, hash(1)).toMessage("getcfilters")))
        .isEmpty();
    assertThat(
            types
                .type("getcfcheckpt")
                .canonical(new FilterCheckpointsRequest(255, hash(1)).toMessage()))
        .isEmpty();
  }

  // ---- full checks

  @Test
  void aTrueBlockPasses() {
    Message block = block(GENESIS, 1);

    assertThat(check(getdata(InventoryVector.WITNESS_BLOCK, hashOf(block)), block)).isNull();
    assertThat(check(getdata(InventoryVector.BLOCK, hashOf(block)), block)).isNull();
    assertThat(check(getdata(InventoryVector.CMPCT_BLOCK, hashOf(block)), block)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {InventoryVector.WITNESS_BLOCK, InventoryVector.BLOCK})
  void aBlockWithOtherTransactionsIsFound(int type) {
    byte[] body = block(GENESIS, 1).toByteArray();
    body[body.length - 1] ^= 1;
    Message forged = Message.of("block", body);

    assertThat(check(getdata(type, hashOf(forged)), forged)).contains("merkle root");
  }

  @Test
  void aBlockWithTrailingBytesIsFound() {
    Message block = trailed(block(GENESIS, 1));

    assertThat(check(getdata(InventoryVector.WITNESS_BLOCK, hashOf(block)), block))
        .contains("trail");
    assertThat(check(getdata(InventoryVector.BLOCK, hashOf(block)), block)).contains("trail");
  }

  @Test
  void anAnswerToAnotherRequestIsFound() {
    assertThat(check(getdata(InventoryVector.WITNESS_BLOCK, hash(1)), block(GENESIS, 1)))
        .contains("does not answer");
    assertThat(check(Message.of("unheardof", new byte[0]), block(GENESIS, 1)))
        .contains("does not answer");
  }

  @Test
  void twoMessagesForOneItemAreFound() {
    Message block = block(GENESIS, 1);

    assertThat(
            types.check(
                getdata(InventoryVector.WITNESS_BLOCK, hashOf(block)), List.of(block, block)))
        .contains("2 messages for 1 items");
    assertThat(
            types.check(
                getheaders(Hash.ZERO, hash(1)), List.of(headers(hash(1), 0), headers(hash(1), 0))))
        .contains("2 messages");
  }

  @Test
  void aHeaderWithoutProofOfWorkIsFoundInCompactBlocksToo() {
    byte[] lazy = block(GENESIS, 1).toByteArray();
    do {
      lazy[76]++;
    } while (BlockHeader.at(lazy, 0).hasProofOfWork(Fixture.NETWORK));
    Message compact = headed("cmpctblock", Message.of("block", lazy));

    assertThat(check(getdata(InventoryVector.CMPCT_BLOCK, hashOf(compact)), compact))
        .contains("no proof of work");
    Message real = headed("cmpctblock", block(GENESIS, 1));
    assertThat(check(getdata(InventoryVector.CMPCT_BLOCK, hashOf(real)), real)).isNull();
  }

  @Test
  void aTransactionWithTrailingBytesIsFound() {
    Message transaction = transaction(1, true);
    Message request = getdata(InventoryVector.WTX, Transaction.parse(transaction).wtxid());

    assertThat(check(request, transaction)).isNull();
    assertThat(check(request, trailed(transaction))).contains("trail");
  }

  @Test
  void headersAreConnectedAndWorthTheirWork() {
    Message headers = headers(hash(1), 3);
    byte[] broken = headers.toByteArray();
    broken[1 + 81 + 4] ^= 1;

    assertThat(check(getheaders(Hash.ZERO, hash(1)), headers)).isNull();
    assertThat(check(getheaders(Hash.ZERO, hash(1)), headers(hash(1), 0))).isNull();
    assertThat(check(getheaders(Hash.ZERO, hash(1)), Message.of("headers", broken)))
        .contains("header 1");
  }

  @Test
  void headersEndAtTheStopHash() {
    Message three = headers(hash(1), 3);
    Hash second = Headers.parse(three).hash(1);
    Hash third = Headers.parse(three).hash(2);

    assertThat(check(getheaders(third, hash(1)), three)).isNull();
    assertThat(check(getheaders(second, hash(1)), three)).contains("behind the stop hash");
  }

  @Test
  void theTransactionsOfABlockAreWhole() {
    Message plain = transaction(1, false);
    Message witness = transaction(2, true);
    Message request = BlockTransactionsRequest.of(hash(1), 0, 1).toMessage();

    assertThat(check(request, blocktxn(hash(1), plain, witness))).isNull();
    assertThat(check(request, trailed(blocktxn(hash(1), plain, witness)))).contains("trail");
    Message cut = blocktxn(hash(1), plain, witness);
    assertThat(check(request, Message.of("blocktxn", cut.array(), 0, cut.size() - 1))).isNotNull();
  }

  @Test
  void anOldBlockInsteadOfItsTransactionsIsCheckedAsABlock() {
    Message block = block(GENESIS, 1);
    Message request = BlockTransactionsRequest.of(hashOf(block), 0).toMessage();

    assertThat(check(request, block)).isNull();
    assertThat(check(request, trailed(block))).contains("trail");
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true", "2000, true", "2001, false"})
  void filterHeadersAreOneTo2000(int size, boolean passes) {
    Message request = new FilterRange(0, 0, hash(1)).toMessage("getcfheaders");

    assertThat(check(request, cfheaders(0, hash(1), size)) == null).isEqualTo(passes);
  }

  @Test
  void filtersAndCheckpointsPass() {
    assertThat(check(new FilterRange(0, 3, hash(1)).toMessage("getcfilters"), cfilter(0, hash(1))))
        .isNull();
    assertThat(check(new FilterCheckpointsRequest(0, hash(1)).toMessage(), cfcheckpt(0, hash(1))))
        .isNull();
  }

  // ---- real blocks

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mainnet-block-482683-segwit.raw",
        "mainnet-block-481829-coinbase-witness-only.raw",
        "mainnet-block-413567.raw"
      })
  void aRealBlockPassesInTheFormAskedForOnly(String file) {
    RequestTypes mainnet = RequestTypes.of(Network.MAINNET, List.of());
    Message whole = Vectors.block(file);
    Message stripped = Block.strip(whole);
    Message wantsWhole = getdata(InventoryVector.WITNESS_BLOCK, hashOf(whole));
    Message wantsStripped = getdata(InventoryVector.BLOCK, hashOf(whole));

    assertThat(mainnet.check(wantsWhole, List.of(whole))).isNull();
    assertThat(mainnet.check(wantsStripped, List.of(stripped))).isNull();
    if (whole.size() != stripped.size()) {
      assertThat(mainnet.check(wantsWhole, List.of(stripped))).contains("reserved value");
      assertThat(mainnet.check(wantsStripped, List.of(whole))).contains("not asked for");
    }
  }

  // ---- weights

  @Test
  void whatWasNeverSeenIsGuessed() {
    assertThat(types.weight(getdata(InventoryVector.WITNESS_BLOCK, hash(1)))).isEqualTo(1_000_000);
    assertThat(types.weight(getdata(InventoryVector.WTX, hash(1)))).isEqualTo(1_000);
    assertThat(types.weight(getheaders(Hash.ZERO, hash(1)))).isEqualTo(162_003);
    assertThat(types.weight(BlockTransactionsRequest.of(hash(1), 1, 2).toMessage()))
        .isEqualTo(2_032);
    assertThat(types.weight(new FilterRange(0, 1, hash(1)).toMessage("getcfheaders")))
        .isEqualTo(64_000);
    assertThat(types.weight(Message.of("getdata", new byte[0]))).isEqualTo(1);
    assertThat(types.weight(Message.of("unheardof", new byte[0]))).isEqualTo(1_000);
  }

  @Test
  void aRequestWeighsAsMuchAsItsItems() {
    Message request =
        Inventory.of("getdata", InventoryVector.WTX, Collections.nCopies(30, hash(1)));

    assertThat(types.weight(request)).isEqualTo(30_000);
  }

  @Test
  void theWeightOfABlockFollowsThoseSeen() {
    Message block = block(GENESIS, 1);
    Message request = getdata(InventoryVector.WITNESS_BLOCK, hashOf(block));

    check(request, block);
    assertThat(types.weight(request)).isBetween(937_000L, 938_000L);
    for (int i = 0; i < 200; i++) {
      check(request, block);
    }
    assertThat(types.weight(request)).isBetween(1L, 2L * block.size());
  }

  // ---- rows of providers

  @Test
  void anInstalledProviderAddsARow() {
    RequestTypes installed = RequestTypes.installed(Fixture.NETWORK);
    Message request = Message.of("getweather", "Oslo".getBytes(StandardCharsets.US_ASCII));
    Message rain = Message.of("weather", "Oslo: rain".getBytes(StandardCharsets.US_ASCII));
    Message elsewhere = Message.of("weather", "Rome: sun".getBytes(StandardCharsets.US_ASCII));

    assertThat(installed.type("getweather")).isNotNull();
    assertThat(installed.type("unheardof")).isNull();
    assertThat(installed.keys().requestKeys(request))
        .hasSize(1)
        .isEqualTo(installed.keys().responseKeys(rain));
    assertThat(installed.keys().answers(request, rain)).isTrue();
    assertThat(installed.keys().answers(request, elsewhere)).isFalse();
    assertThat(installed.keys().completes(request, rain)).isTrue();
    assertThat(installed.check(request, List.of(rain))).isNull();
    assertThat(installed.check(request, List.of(elsewhere))).contains("does not answer");
    assertThat(installed.weight(request)).isEqualTo(1_000);
    assertThat(installed.keys().answers(getdata(2, hashOf(block(GENESIS, 1))), block(GENESIS, 1)))
        .isTrue();
  }

  @Test
  void aProvidersRowIsCheckedWeighedAndNamedByItself() {
    RequestTypes installed = RequestTypes.installed(Fixture.NETWORK);
    Message history = WeatherProvider.message("getweather", "Oslo 1816");
    Message snow = WeatherProvider.message("weather", "Oslo 1816: snow");
    Message frogs = WeatherProvider.message("weather", "Oslo 1816: frogs");

    assertThat(installed.check(history, List.of(snow))).isNull();
    assertThat(installed.check(history, List.of(frogs))).contains("no such sky");
    assertThat(installed.weight(history)).isEqualTo(WeatherProvider.HISTORY);
    Set<Key> keys = installed.keys().requestKeys(history);
    assertThat(installed.lasting(history, keys)).isNotNull().isNotIn(keys);
    Message today = WeatherProvider.message("getweather", "Oslo");
    assertThat(installed.lasting(today, installed.keys().requestKeys(today))).isNull();
  }

  /** Its name begins with its command: no other request finds what is kept under it. */
  @Test
  void whatAProvidersRowKeepsIsFoundByNoOtherRequest() {
    Hash block = hash(1);
    Message request = getdata(InventoryVector.WITNESS_BLOCK, block);
    Set<Key> keys = types.keys().requestKeys(request);
    Key name = types.lasting(request, keys);
    RequestTypes more =
        RequestTypes.of(
            Fixture.NETWORK,
            List.of(() -> List.of(keeping("getfalse", name), keeping("getother", name))));
    Key one = more.lasting(Message.of("getfalse", new byte[0]), Set.of());
    Key other = more.lasting(Message.of("getother", new byte[0]), Set.of());

    assertThat(more.lasting(request, keys)).isEqualTo(name);
    assertThat(one).isNotNull().isNotEqualTo(name).isNotEqualTo(other);
  }

  /** It runs in the loop of everybody's connection. */
  @Test
  void aProvidersRowThatThrowsFailsOnlyWhoAsked() {
    RequestTypes more =
        RequestTypes.of(Fixture.NETWORK, List.of(() -> List.of(throwing("getworse", "worse"))));
    Message request = Message.of("getworse", new byte[1]);
    Message answer = Message.of("worse", new byte[1]);

    assertThat(more.type("getworse").canonical(request)).isEmpty();
    assertThat(more.keys().requestKeys(request)).isEmpty();
    assertThat(more.keys().responseKeys(answer)).isEmpty();
    assertThat(more.keys().answers(request, answer)).isFalse();
    assertThat(more.keys().completes(request, answer)).isTrue();
    assertThat(more.keys().refuses(answer)).isFalse();
    assertThat(more.weight(request)).isEqualTo(1);
    assertThat(more.lasting(request, Set.of())).isNull();
    assertThat(more.type("getworse").check(request, List.of(answer))).isPresent();
  }

  @Test
  void aProvidersRowAsksForNothingElseThanItsOwn() {
    RequestType disguise =
        provided(
            "getworse",
            "worse",
            call -> Optional.of(getdata(InventoryVector.FILTERED_BLOCK, hash(1))));
    RequestTypes more = RequestTypes.of(Fixture.NETWORK, List.of(() -> List.of(disguise)));

    assertThat(more.type("getworse").canonical(Message.of("getworse", new byte[1]))).isEmpty();
  }

  @Test
  void aProviderMayAnswerWithAKnownCommand() {
    RequestTypes more =
        RequestTypes.of(Fixture.NETWORK, List.of(() -> List.of(row("getoldtx", "tx"))));
    Message transaction = transaction(1, false);

    assertThat(more.keys().responseKeys(transaction)).hasSize(3);
    assertThat(more.keys().refuses(transaction)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"getdata", "getheaders", "ping", "version", "mempool", "tx"})
  void aRowForAKnownCommandIsRefused(String command) {
    RequestTypeProvider provider = () -> List.of(row(command, "answer"));

    assertThatThrownBy(() -> RequestTypes.of(Fixture.NETWORK, List.of(provider)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + command + "\"")
        .hasMessageContaining(provider.getClass().getName())
        .hasMessageContaining("the protocol knows that command");
  }

  @Test
  void aRowThatAnotherProviderHasIsRefused() {
    RequestTypeProvider one = () -> List.of(row("getmore", "more"));
    RequestTypeProvider other = () -> List.of(row("getmore", "less"));

    assertThatThrownBy(() -> RequestTypes.of(Fixture.NETWORK, List.of(one, other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"getmore\"")
        .hasMessageContaining("another provider has that row");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "thirteenchars", "tab\tbed"})
  void aRowWhoseCommandFitsNoFrameIsRefused(String command) {
    assertThatThrownBy(
            () -> RequestTypes.of(Fixture.NETWORK, List.of(() -> List.of(row(command, "answer")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 12 characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pong", "verack"})
  void aRowThatClaimsWhatTheConnectionNeedsIsRefused(String response) {
    assertThatThrownBy(
            () ->
                RequestTypes.of(Fixture.NETWORK, List.of(() -> List.of(row("getmore", response)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + response + "\" cannot answer");
  }

  private String check(Message request, Message answer) {
    return types.check(request, List.of(answer));
  }

  private static RequestType row(String request, String response) {
    return new RequestType() {
      @Override
      public String request() {
        return request;
      }

      @Override
      public Set<String> responses() {
        return Set.of(response);
      }

      @Override
      public Optional<Message> canonical(Message message) {
        return Optional.of(message);
      }

      @Override
      public Set<Key> requestKeys(Message message) {
        return Set.of(Key.of(64, new byte[1]));
      }

      @Override
      public Set<Key> responseKeys(Message message) {
        return requestKeys(message);
      }

      @Override
      public boolean answers(Message asked, Message answer) {
        return true;
      }
    };
  }

  private static RequestType keeping(String request, Key name) {
    return provided(
        request,
        "answer",
        call ->
            call.getMethod().getName().equals("lastingName")
                ? Optional.of(name)
                : call.callRealMethod());
  }

  private static RequestType throwing(String request, String response) {
    return provided(
        request,
        response,
        call -> {
          throw new IllegalStateException("a fault in " + call.getMethod().getName());
        });
  }

  private static RequestType provided(String request, String response, Answer<?> rest) {
    RequestType type = mock(RequestType.class, rest);
    doReturn(request).when(type).request();
    doReturn(Set.of(response)).when(type).responses();
    return type;
  }
}
