package org.bitcoinmultiplexer.simulation;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;

/** The expectations of at most one message; see {@link DataExpectation} for the other. */
final class Expectations {

  private Expectations() {}

  /** A ping. */
  record Pong(long nonce) implements Expectation {

    @Override
    public Verdict take(Message answer, long now) {
      return answer.equals(Ping.pong(nonce)) ? Verdict.LAST : Verdict.FOREIGN;
    }

    @Override
    public String endsHere(long now) {
      return "no pong";
    }
  }

  /** A getheaders. */
  record OfHeaders(DeliveryOracle oracle, List<Hash> locator, Hash stop, long asked, int version)
      implements Expectation {

    @Override
    public Verdict take(Message answer, long now) {
      if (!answer.command().equals(Commands.HEADERS)) {
        return Verdict.FOREIGN;
      }
      Chain chain = oracle.truth.chain;
      boolean silent = oracle.mayBeSilent(locator, stop, asked, now);
      // Who cannot ask the node answers with what it knows.
      int oldest = silent && oracle.fromChain() ? 0 : version;
      for (int at = chain.version(); at >= oldest; at--) {
        List<Chain.Known> honest = chain.headers(locator, stop, at);
        if (honest != null && Chain.isHeaders(answer, honest)) {
          return Verdict.LAST;
        }
      }
      boolean none = answer.size() == 1 && !locator.isEmpty();
      return none && silent ? Verdict.LAST : Verdict.FOREIGN;
    }

    @Override
    public boolean mayFail(long now) {
      return oracle.mayBeSilent(locator, stop, asked, now);
    }

    @Override
    public String endsHere(long now) {
      Chain.Known known = oracle.truth.chain.find(stop);
      boolean silent =
          locator.isEmpty()
              && (known == null
                  || known.since > asked
                  || oracle.truth.chain.headers(locator, stop, version) == null
                  || oracle.mayBeSilent(locator, stop, asked, now));
      // Silence is passed on while the engine does not know where the chain of its node ends.
      return silent || oracle.faults.foundBetween(asked, now) ? null : "no headers";
    }
  }

  /** A getblocks, asked upstream as getheaders. */
  record OfInventory(
      DeliveryOracle oracle,
      List<Hash> locator,
      List<Hash> asAsked,
      Hash stop,
      long asked,
      int version)
      implements Expectation {

    private static final int MOST = 500;

    @Override
    public Verdict take(Message answer, long now) {
      if (!answer.command().equals(Commands.INV)) {
        return Verdict.FOREIGN;
      }
      Inventory items = Inventory.parse(answer);
      for (int at = oracle.truth.chain.version(); at >= version; at--) {
        List<Chain.Known> honest = honest(at);
        if (!honest.isEmpty() && items.size() == honest.size() && areNames(items, honest)) {
          return Verdict.LAST;
        }
      }
      return Verdict.FOREIGN;
    }

    private List<Chain.Known> honest(int at) {
      List<Chain.Known> headers = oracle.truth.chain.headers(asAsked, stop, at);
      int size = headers.size();
      if (size > 0 && headers.get(size - 1).hash().equals(stop)) {
        size--;
      }
      return headers.subList(0, Math.min(size, MOST));
    }

    private static boolean areNames(Inventory items, List<Chain.Known> blocks) {
      for (int i = 0; i < blocks.size(); i++) {
        if (items.type(i) != InventoryVector.BLOCK || !items.hash(i).equals(blocks.get(i).hash())) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean mayFail(long now) {
      return oracle.mayBeSilent(asAsked, Hash.ZERO, asked, now);
    }

    @Override
    public String endsHere(long now) {
      for (int at = oracle.truth.chain.version(); at >= version; at--) {
        if (honest(at).isEmpty()) {
          return null;
        }
      }
      return oracle.mayBeSilent(asAsked, Hash.ZERO, asked, now) ? null : "no inv";
    }
  }

  /** Blocks below the tip of which parts are served; deeper ones come whole. */
  private static final int MOST_DEPTH = 10;

  /** So many blocks the best chain may get shorter, or the multiplexer be ahead of it. */
  private static final int LAG = 8;

  /** A getblocktxn. */
  record OfBlockTransactions(DeliveryOracle oracle, Hash block, int[] indexes, long asked)
      implements Expectation {

    static OfBlockTransactions of(DeliveryOracle oracle, Hash block, int[] indexes, long asked) {
      OfBlockTransactions made = new OfBlockTransactions(oracle, block, indexes, asked);
      oracle.waits(Question.of(made.item()), asked);
      return made;
    }

    InventoryVector item() {
      return new InventoryVector(InventoryVector.WITNESS_BLOCK, block);
    }

    @Override
    public Verdict take(Message answer, long now) {
      Chain.Known known = oracle.truth.chain.findEver(block);
      if (known == null || !known.hasBody) {
        return Verdict.FOREIGN;
      }
      if (isWholeOfDeep(answer)) {
        return Verdict.LAST;
      }
      Bytes body = new Bytes().hash(block).size(indexes.length);
      for (int index : indexes) {
        body.raw(known.block.transactions.get(index).full.toByteArray());
      }
      return answer.equals(Message.of(Commands.BLOCKTXN, body.toArray()))
          ? Verdict.LAST
          : Verdict.FOREIGN;
    }

    /** A block far below the tip, or of another branch; the multiplexer may have seen it so. */
    boolean isWholeOfDeep(Message answer) {
      Chain.Known known = oracle.truth.chain.findEver(block);
      return known != null
          && known.hasBody
          && answer.equals(known.block.full)
          && (!oracle.truth.chain.isBest(known)
              || oracle.mayTakeForAnother(asked)
              || oracle.truth.chain.height() - known.height() > MOST_DEPTH - LAG);
    }

    @Override
    public boolean mayFail(long now) {
      return oracle.mayFail(item(), asked, now);
    }

    @Override
    public String endsHere(long now) {
      return oracle.mayBeAbsent(item(), asked, now) ? null : "no blocktxn";
    }

    @Override
    public void forget() {
      oracle.done(Question.of(item()));
    }
  }

  /** A getblocktxn of what the block has not: no answer but to be disconnected, if it is there. */
  record OfBadIndex(OfBlockTransactions wrong, Runnable absolve) implements Expectation {

    @Override
    public Verdict take(Message answer, long now) {
      if (wrong.isWholeOfDeep(answer)) {
        absolve.run();
        return Verdict.LAST;
      }
      return Verdict.FOREIGN;
    }

    @Override
    public boolean mayFail(long now) {
      return wrong.mayFail(now);
    }

    @Override
    public String endsHere(long now) {
      if (wrong.endsHere(now) != null) {
        return "no end for its index";
      }
      absolve.run();
      return null;
    }

    @Override
    public void forget() {
      wrong.forget();
    }
  }

  /** A ping, after whose pong something happens. */
  record ThenPong(Pong pong, Runnable then) implements Expectation {

    @Override
    public Verdict take(Message answer, long now) {
      Verdict verdict = pong.take(answer, now);
      if (verdict == Verdict.LAST) {
        then.run();
      }
      return verdict;
    }

    @Override
    public String endsHere(long now) {
      return pong.endsHere(now);
    }
  }
}
