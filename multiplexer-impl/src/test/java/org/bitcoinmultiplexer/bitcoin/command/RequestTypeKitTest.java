package org.bitcoinmultiplexer.bitcoin.command;

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
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.notfound;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.trailed;
import static org.bitcoinmultiplexer.bitcoin.command.Fixture.transaction;
import static org.bitcoinmultiplexer.bitcoin.command.WeatherProvider.message;

import java.util.Collection;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.tck.RequestTypeKit;
import org.junit.jupiter.api.Nested;

/** Every row of the table keeps what a row promises, and so does a provider's. */
class RequestTypeKitTest {

  private static final Hash GENESIS = Fixture.NETWORK.genesis();
  private static final Message A = block(GENESIS, 1);
  private static final Message B = block(GENESIS, 2);

  /** A row as the table has it. */
  private abstract static class InTable implements RequestTypeKit {

    private final RequestType type;

    InTable(String command) {
      type = RequestTypes.installed(Fixture.NETWORK).type(command);
    }

    @Override
    public RequestType requestType() {
      return type;
    }
  }

  @Nested
  class PingTest extends InTable {

    PingTest() {
      super(Commands.PING);
    }

    @Override
    public Collection<Sample> samples() {
      return List.of(
          new Sample(Ping.ping(1), Ping.pong(1)), new Sample(Ping.ping(2), Ping.pong(2)));
    }
  }

  @Nested
  class GetHeadersTest extends InTable {

    GetHeadersTest() {
      super(Commands.GETHEADERS);
    }

    @Override
    public Collection<Sample> samples() {
      return List.of(
          new Sample(getheaders(Hash.ZERO, hash(1), GENESIS), headers(hash(1), 2)),
          new Sample(getheaders(Hash.ZERO, hash(2)), headers(hash(2), 0)));
    }

    @Override
    public Collection<Sample> falsehoods() {
      Message three = headers(hash(1), 3);
      return List.of(new Sample(getheaders(Headers.parse(three).hash(1), hash(1)), three));
    }
  }

  @Nested
  class GetDataTest extends InTable {

    GetDataTest() {
      super(Commands.GETDATA);
    }

    @Override
    public Collection<Sample> samples() {
      Message plain = transaction(1, false);
      Message witness = transaction(2, true);
      return List.of(
          new Sample(getdata(InventoryVector.WITNESS_BLOCK, hashOf(A)), A),
          new Sample(getdata(InventoryVector.BLOCK, hashOf(B)), B),
          new Sample(getdata(InventoryVector.CMPCT_BLOCK, hashOf(A)), headed("cmpctblock", A)),
          new Sample(
              getdata(InventoryVector.WITNESS_BLOCK, hash(1)),
              notfound(InventoryVector.WITNESS_BLOCK, hash(1))),
          new Sample(getdata(InventoryVector.TX, Transaction.parse(plain).txid()), plain),
          new Sample(getdata(InventoryVector.WTX, Transaction.parse(witness).wtxid()), witness),
          new Sample(getdata(InventoryVector.WTX, Transaction.parse(plain).wtxid()), plain));
    }

    @Override
    public Collection<Sample> falsehoods() {
      return List.of(
          new Sample(getdata(InventoryVector.WITNESS_BLOCK, hashOf(A)), trailed(A)),
          new Sample(getdata(InventoryVector.BLOCK, hashOf(A)), trailed(A)));
    }
  }

  @Nested
  class GetBlockTransactionsTest extends InTable {

    GetBlockTransactionsTest() {
      super(Commands.GETBLOCKTXN);
    }

    @Override
    public Collection<Sample> samples() {
      Message one = transaction(1, false);
      Message other = transaction(2, true);
      return List.of(
          new Sample(BlockTransactionsRequest.of(hash(1), 0).toMessage(), blocktxn(hash(1), one)),
          new Sample(
              BlockTransactionsRequest.of(hash(2), 1, 3).toMessage(),
              blocktxn(hash(2), one, other)),
          new Sample(BlockTransactionsRequest.of(hashOf(A), 0).toMessage(), A));
    }

    @Override
    public Collection<Sample> falsehoods() {
      return List.of(
          new Sample(
              BlockTransactionsRequest.of(hash(1), 0).toMessage(),
              trailed(blocktxn(hash(1), transaction(1, false)))),
          new Sample(BlockTransactionsRequest.of(hashOf(A), 0).toMessage(), trailed(A)));
    }
  }

  @Nested
  class GetFiltersTest extends InTable {

    GetFiltersTest() {
      super(Commands.GETCFILTERS);
    }

    @Override
    public Collection<Sample> samples() {
      return List.of(
          new Sample(
              new FilterRange(0, 1, hash(1)).toMessage(Commands.GETCFILTERS), cfilter(0, hash(1))),
          new Sample(
              new FilterRange(0, 2, hash(2)).toMessage(Commands.GETCFILTERS), cfilter(0, hash(2))));
    }
  }

  @Nested
  class GetFilterHeadersTest extends InTable {

    GetFilterHeadersTest() {
      super(Commands.GETCFHEADERS);
    }

    @Override
    public Collection<Sample> samples() {
      return List.of(
          new Sample(request(1), cfheaders(0, hash(1), 1)),
          new Sample(request(2), cfheaders(0, hash(2), 3)));
    }

    @Override
    public Collection<Sample> falsehoods() {
      return List.of(
          new Sample(request(1), cfheaders(0, hash(1), 0)),
          new Sample(request(1), cfheaders(0, hash(1), 2_001)));
    }

    private static Message request(int stop) {
      return new FilterRange(0, 1, hash(stop)).toMessage(Commands.GETCFHEADERS);
    }
  }

  @Nested
  class GetFilterCheckpointsTest extends InTable {

    GetFilterCheckpointsTest() {
      super(Commands.GETCFCHECKPT);
    }

    @Override
    public Collection<Sample> samples() {
      return List.of(
          new Sample(new FilterCheckpointsRequest(0, hash(1)).toMessage(), cfcheckpt(0, hash(1))),
          new Sample(new FilterCheckpointsRequest(0, hash(2)).toMessage(), cfcheckpt(0, hash(2))));
    }
  }

  /** As an embedder tests a row of his own: {@link WeatherTest} without this project's table. */
  @Nested
  class OwnWeatherTest extends WeatherTest {

    @Override
    public RequestType requestType() {
      return new WeatherProvider.Weather();
    }
  }

  @Nested
  class WeatherTest extends InTable {

    WeatherTest() {
      super("getweather");
    }

    @Override
    public Collection<Sample> samples() {
      return List.of(
          new Sample(message("getweather", "Oslo"), message("weather", "Oslo: rain")),
          new Sample(message("getweather", "Rome"), message("weather", "Rome: sun")),
          new Sample(message("getweather", "Oslo 1816"), message("weather", "Oslo 1816: snow")),
          new Sample(message("getweather", "Rome 1816"), message("weather", "Rome 1816: rain")));
    }

    @Override
    public Collection<Sample> falsehoods() {
      return List.of(
          new Sample(message("getweather", "Oslo"), message("weather", "Oslo: frogs")),
          new Sample(message("getweather", "Oslo 1816"), message("weather", "Oslo 1816: ")));
    }
  }
}
