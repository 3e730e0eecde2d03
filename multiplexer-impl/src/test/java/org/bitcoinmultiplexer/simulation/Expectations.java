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
  record OfHeaders(Court court, List<Hash> locator, Hash stop, long asked, int height)
      implements Expectation {

    @Override
    public Verdict take(Message answer, long now) {
      if (!answer.command().equals(Commands.HEADERS)) {
        return Verdict.FOREIGN;
      }
      Truth truth = court.truth;
      for (int tip = truth.height(); tip >= height; tip--) {
        Truth.Range honest = truth.headers(locator, stop, tip);
        if (honest != null && truth.isHeaders(answer, honest)) {
          return Verdict.LAST;
        }
      }
      boolean none = answer.size() == 1 && !locator.isEmpty();
      return none && court.mayBeSilent(locator, stop, asked, now) ? Verdict.LAST : Verdict.FOREIGN;
    }

    @Override
    public String endsHere(long now) {
      boolean silent =
          locator.isEmpty()
              && (court.truth.headers(locator, stop, height) == null
                  || court.mayBeSilent(locator, stop, asked, now));
      return silent ? null : "no headers";
    }
  }

  /** A getblocks, asked upstream as getheaders. */
  record OfInventory(
      Court court, List<Hash> locator, List<Hash> asAsked, Hash stop, long asked, int height)
      implements Expectation {

    private static final int MOST = 500;

    @Override
    public Verdict take(Message answer, long now) {
      if (!answer.command().equals(Commands.INV)) {
        return Verdict.FOREIGN;
      }
      Inventory items = Inventory.parse(answer);
      for (int tip = court.truth.height(); tip >= height; tip--) {
        Truth.Range honest = honest(tip);
        if (honest.size() > 0 && items.size() == honest.size() && isRange(items, honest)) {
          return Verdict.LAST;
        }
      }
      return Verdict.FOREIGN;
    }

    private Truth.Range honest(int tip) {
      Truth.Range headers = court.truth.headers(asAsked, stop, tip);
      boolean stops = headers.size() > 0 && court.truth.hashAt(headers.last()).equals(stop);
      int last = stops ? headers.last() - 1 : headers.last();
      return new Truth.Range(headers.first(), Math.min(last, headers.first() + MOST - 1));
    }

    private boolean isRange(Inventory items, Truth.Range range) {
      for (int i = 0; i < items.size(); i++) {
        if (items.type(i) != InventoryVector.BLOCK
            || !items.hash(i).equals(court.truth.hashAt(range.first() + i))) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String endsHere(long now) {
      for (int tip = court.truth.height(); tip >= height; tip--) {
        if (honest(tip).size() == 0) {
          return null;
        }
      }
      return court.mayBeSilent(asAsked, stop, asked, now) ? null : "no inv";
    }
  }

  /** A getblocktxn. */
  record OfBlockTransactions(Court court, Hash block, int[] indexes, long asked)
      implements Expectation {

    void waits() {
      court.waits(Question.of(item()), asked);
    }

    private InventoryVector item() {
      return new InventoryVector(InventoryVector.WITNESS_BLOCK, block);
    }

    @Override
    public Verdict take(Message answer, long now) {
      Truth.KnownBlock known = court.truth.block(block);
      if (!answer.command().equals(Commands.BLOCKTXN) || known == null || !known.hasBody) {
        return Verdict.FOREIGN;
      }
      Bytes body = new Bytes().hash(block).size(indexes.length);
      for (int index : indexes) {
        body.raw(known.block.transactions.get(index).full.toByteArray());
      }
      return answer.equals(Message.of(Commands.BLOCKTXN, body.toArray()))
          ? Verdict.LAST
          : Verdict.FOREIGN;
    }

    @Override
    public String endsHere(long now) {
      return court.mayBeAbsent(item(), asked, now) ? null : "no blocktxn";
    }

    @Override
    public void forget() {
      court.done(Question.of(item()));
    }
  }
}
