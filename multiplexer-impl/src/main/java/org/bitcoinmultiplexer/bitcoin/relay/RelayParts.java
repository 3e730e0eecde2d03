package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.node.NodeModel;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * The parts of a relay, wired together: {@link NodeRelay} hands them what clients bring, {@link
 * NodeMessageHandler} what the node says. Confined to the engine's loop, as they are.
 */
final class RelayParts {

  final NodeModel node;
  final DataRequestTracker fetches;
  final TipTracker tips;
  final WithheldBlocks withheld;
  final BlockSubmissions submissions;
  final UnconfirmedSubmissions unconfirmed;
  final TransactionRelay transactions;
  final UpstreamRequestHandler questions;
  final MinedTransactions mined;
  final MempoolReader reader;
  final Broadcasts broadcasts;

  RelayParts(
      EngineContext engine,
      Network network,
      RelayOptions options,
      RandomGenerator random,
      InstantSource clock) {
    Counters counters = engine.counters();
    node = new NodeModel(engine, network, random, options.poolBytes(), options.bloom());
    Announcers announcers = new Announcers(counters.counter(Counter.ASK_CLIENT_FORGOTTEN));
    fetches = new DataRequestTracker(engine.loop(), counters, announcers, this::exhausted);
    tips = new TipTracker(engine, network, clock, node, new TipListener());
    withheld = new WithheldBlocks(counters);
    submissions =
        new BlockSubmissions(
            engine,
            network,
            options.submitBlocks(),
            node.recentHeaders(),
            tips,
            announcers,
            fetches);
    PendingSubmissions pending = new PendingSubmissions(engine, this::displaced);
    unconfirmed = new UnconfirmedSubmissions(clock, random, pending::removeOurs);
    transactions =
        new TransactionRelay(engine, node.pool(), unconfirmed, pending, announcers, fetches);
    questions = new UpstreamRequestHandler(engine, transactions, submissions, fetches);
    broadcasts = new Broadcasts(engine, transactions, fetches, random, this::left);
    mined =
        new MinedTransactions(
            engine, node.mempool(), unconfirmed, transactions::awaitsAny, broadcasts);
    reader = new MempoolReader(engine, node.pool(), transactions::announcedByNode);
  }

  /** A client is gone: what it was asked for is asked of others. */
  void left(Client client) {
    fetches.left(client);
    questions.left(client);
    transactions.left(client);
    submissions.left(client);
    fetches.flush();
  }

  private void exhausted(Hash hash) {
    questions.exhausted(hash);
  }

  private void displaced(PendingSubmissions.Submission submission) {
    transactions.displaced(submission);
  }

  private final class TipListener implements TipTracker.Listener {

    @Override
    public void moved() {
      submissions.moved();
    }

    @Override
    public void newBlocks(List<BlockHeader> headers) {
      mined.news(headers);
    }

    @Override
    public void tipFound() {
      submissions.tipFound();
    }

    @Override
    public void tipChanged() {
      transactions.mined();
    }
  }
}
