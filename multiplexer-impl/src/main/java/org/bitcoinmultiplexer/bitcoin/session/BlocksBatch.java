package org.bitcoinmultiplexer.bitcoin.session;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETBLOCKS_RESULTS;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.headers.BlockList;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;
import org.jspecify.annotations.Nullable;

/**
 * A {@code getblocks}, asked upstream as {@code getheaders}: on a shared connection the node's
 * answer could not be told from its announcements, and its one continuation would be whoever asked
 * last's.
 *
 * <p>Answered as by Core with at most {@value ProtocolLimits#MAX_GETBLOCKS_RESULTS} hashes in one
 * {@code inv}, the stop block not among them; never with an empty one. An empty locator starts
 * behind the genesis block here, whereas in {@code getheaders} it means something else.
 */
final class BlocksBatch implements SingleBatch {

  /**
   * How a client goes on after an answer that could not hold more.
   *
   * @param last the last hash of the answer: whoever fetches that block is told of a later one
   * @param later one of those that follow as far as the node said, itself if none does
   */
  record Continuation(Hash last, Hash later) {}

  private final BlockLocator locator;
  private final Hash stop;
  private final Message canonical;
  private final Supplier<@Nullable ChainView> chain;
  private final Consumer<? super Continuation> full;
  private @Nullable BlockList local; // the answer, if the chain gave it
  private @Nullable Hash tip; // of the chain that gave it

  /**
   * A request.
   *
   * @param locator the client's
   * @param genesis of the network
   * @param chain the header chain if it is complete, else null
   * @param full hears how it goes on after an answer that could not hold more
   */
  BlocksBatch(
      BlockLocator locator,
      Hash genesis,
      Supplier<@Nullable ChainView> chain,
      Consumer<? super Continuation> full) {
    this.locator = locator;
    this.stop = locator.stop();
    // Asked without the stop: bcoin stops at whatever later block it was told of last, so that the
    // one it is told of next must lie beyond.
    this.canonical =
        Locators.getHeaders(
            locator.size() > 0 ? Locators.hashes(locator) : List.of(genesis), Hash.ZERO);
    this.chain = chain;
    this.full = full;
  }

  @Override
  public @Nullable Outcome local(int item) {
    ChainView view = chain.get();
    if (view == null) {
      return null;
    }
    local = view.blocks(locator).orElse(null);
    tip = view.tip();
    return local == null ? Outcome.Absent.INSTANCE : new Outcome.Answered(List.of(local.inv()));
  }

  @Override
  public Message canonical() {
    return canonical;
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    BlockList list = local;
    Hash end = tip;
    if (list != null && end != null) {
      client.accept(list.inv());
      list.continuation().ifPresent(last -> full.accept(new Continuation(last, end)));
    } else if (outcome instanceof Outcome.Answered answered) {
      Headers headers = Headers.parse(answered.message());
      List<Hash> blocks = blocks(headers);
      if (!blocks.isEmpty()) {
        client.accept(Inventory.of(Commands.INV, InventoryVector.BLOCK, blocks));
      }
      if (blocks.size() == MAX_GETBLOCKS_RESULTS) {
        full.accept(
            new Continuation(
                blocks.get(MAX_GETBLOCKS_RESULTS - 1), headers.hash(later(headers.size()))));
      }
    }
  }

  /**
   * Which header is named: the last, but not if that ends a later list of 500 as well. bitcoinj
   * keeps an announced block that it cannot connect, and so would not ask for that one again, and
   * get no continuation there.
   */
  private static int later(int headers) {
    return headers > MAX_GETBLOCKS_RESULTS && headers % MAX_GETBLOCKS_RESULTS == 0
        ? headers - 2
        : headers - 1;
  }

  private List<Hash> blocks(Headers headers) {
    int most = Math.min(headers.size(), MAX_GETBLOCKS_RESULTS);
    List<Hash> blocks = new ArrayList<>(most);
    for (int i = 0; i < most; i++) {
      Hash hash = headers.hash(i);
      if (hash.equals(stop)) {
        break;
      }
      blocks.add(hash);
    }
    return blocks;
  }
}
