package org.bitcoinmultiplexer.bitcoin.session;

import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.node.NodeState;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A {@code getheaders}: answered with the node's headers, never fewer, because a short list means
 * "this is my tip" to whoever reads it.
 *
 * <p>Where the node is silent or gone the client gets what is known, or else an empty list, as from
 * Core at its tip: btcd disconnects whoever does not answer. Only an empty locator, which asks for
 * one known header, may meet silence; and who asks while the node imports blocks, as it is itself:
 * an empty list would say that there is nothing more.
 */
final class HeadersBatch implements SingleBatch {

  private static final Message NONE = new Headers.Builder(0).toMessage();

  private final BlockLocator locator;
  private final Message canonical;
  private final KnownHeaders known;
  private final NodeView node;

  HeadersBatch(BlockLocator locator, KnownHeaders known, NodeView node) {
    this.locator = locator;
    this.canonical = Locators.canonical(locator);
    this.known = known;
    this.node = node;
  }

  @Override
  public @Nullable Outcome local(int item) {
    ChainView view = node.headerChain();
    // A header that was asked for by name may be of a branch of which the node alone knows.
    return view == null || (locator.size() == 0 && !view.contains(locator.stop()))
        ? null
        : view.headers(locator)
            .<Outcome>map(headers -> new Outcome.Answered(List.of(headers)))
            .orElse(Outcome.Absent.INSTANCE);
  }

  @Override
  public Message canonical() {
    return canonical;
  }

  /** What is known is an answer; nothing would mean that the client is at the tip. */
  @Override
  public boolean canFail(int item) {
    return locator.size() == 0 || node.knownHeaders() != null;
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    if (outcome instanceof Outcome.Answered answered) {
      Message headers = answered.message();
      Hash last = headers.derive(Locators.LAST_HEADER);
      if (!last.equals(Hash.ZERO)) {
        known.sent(last);
      } else if (locator.size() > 0) {
        known.sent(locator.hash(0)); // nothing follows what the client has
      }
      client.accept(headers);
    } else if (locator.size() > 0 && !(outcome instanceof Outcome.Absent && isNotReady())) {
      ChainView view = node.knownHeaders();
      client.accept(view == null ? NONE : view.headers(locator).orElse(NONE));
    }
  }

  private boolean isNotReady() {
    NodeState state = node.state();
    return state != null && !state.isFollowed();
  }
}
