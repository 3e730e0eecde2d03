package org.bitcoinmultiplexer.bitcoin.node;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.HISTORICAL_BLOCK_AGE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.NODE_NETWORK_LIMITED_MIN_BLOCKS;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderView;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.core.Hazard;
import org.jspecify.annotations.Nullable;

/**
 * What a Bitcoin node hangs up on its peers for although nothing is wrong with the request.
 *
 * <p>Confined to the engine's loop.
 */
public final class NodeHazards {

  /**
   * A pruned node gives no block that lies deeper than its limit, lest it shows from where on it is
   * pruned. So many more are let pass for the sake of blocks on their way (NP[NETWORK_LIMITED]).
   */
  private static final int BUFFER = 2;

  private static final String DEEP_BLOCK = "blocks deeper than " + NODE_NETWORK_LIMITED_MIN_BLOCKS;
  private static final String OLD_BLOCK = "blocks older than a week";

  private final NodeView node;
  private final Message genesis;

  /**
   * Hazards of the nodes of one engine.
   *
   * @param node knows the node and its chain
   * @param network whose genesis block is the deepest
   */
  public NodeHazards(NodeView node, Network network) {
    this.node = node;
    this.genesis = block(network.genesis());
  }

  private static Message block(Hash block) {
    return Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, block);
  }

  /**
   * What the node probably hangs up on a request for, judging by the services that it offers.
   *
   * @param request as it will be written upstream
   * @return null if nothing
   */
  public @Nullable Hazard foreseen(Message request) {
    if (!request.command().equals(Commands.GETDATA) || !isPruned()) {
      return null;
    }
    Hash block = block(request);
    int depth = block == null ? 0 : depth(block);
    if (node.height() <= NODE_NETWORK_LIMITED_MIN_BLOCKS
        || (depth >= 0 && depth <= NODE_NETWORK_LIMITED_MIN_BLOCKS)) {
      return null;
    }
    return new Hazard(
        DEEP_BLOCK,
        "a pruned node gives no block more than "
            + NODE_NETWORK_LIMITED_MIN_BLOCKS
            + " below its best one without the permission noban",
        depth > NODE_NETWORK_LIMITED_MIN_BLOCKS + BUFFER,
        genesis,
        true);
  }

  private boolean isPruned() {
    NodeInfo info = node.info();
    return info != null
        && (info.services() & (Version.NODE_NETWORK_LIMITED | Version.NODE_NETWORK))
            == Version.NODE_NETWORK_LIMITED;
  }

  /** The block that is asked for; null if it is none. */
  private static @Nullable Hash block(Message getdata) {
    Inventory items = Inventory.parse(getdata);
    return items.size() == 1 && InventoryVector.isBlock(items.type(0)) ? items.hash(0) : null;
  }

  /** How many blocks are above one; -1 if it is not known. */
  private int depth(Hash block) {
    HeaderView headers = node.headers();
    int height = headers.height(block);
    return height < 0 ? -1 : Math.max(0, headers.height() - height);
  }

  /**
   * What a node may have hung up on a request for.
   *
   * @param request as it was written upstream
   * @return the kind of requests of which it is one; null for what is of use only on the shared
   *     connection: what is handed in to a node that takes only what it asked for, and what is
   *     announced, since the node asks for that where it was
   */
  public @Nullable Hazard suspected(Message request) {
    return switch (request.command()) {
      case Commands.GETDATA -> {
        Hash block = block(request);
        yield block == null ? Hazard.of(request) : ofBlock(request, block);
      }
      case Commands.GETCFILTERS, Commands.GETCFHEADERS ->
          ofFilters(FilterRange.parse(request).stop());
      case Commands.GETCFCHECKPT -> ofFilters(FilterCheckpointsRequest.parse(request).stop());
      case Commands.TX, Commands.BLOCK -> ofSubmission(request);
      case Commands.INV, Commands.HEADERS -> null;
      default -> Hazard.of(request);
    };
  }

  private @Nullable Hazard ofSubmission(Message submission) {
    NodeInfo info = node.info();
    return info == null || !info.takesUnrequested()
        ? null
        : new Hazard(
            Sha256d.hash(submission.array(), submission.offset(), submission.size()),
            "what it takes for an attack",
            true,
            null,
            false);
  }

  private Hazard ofBlock(Message request, Hash block) {
    BlockHeader tip = node.tip();
    BlockHeader header = header(block);
    boolean isRecent =
        tip != null && header != null && tip.time() - header.time() < HISTORICAL_BLOCK_AGE;
    return new Hazard(
        isRecent ? request : OLD_BLOCK,
        isRecent
            ? "a block that it does not give"
            : "it has used up its -maxuploadtarget and gives no block that is older than a week"
                + " without the permission download",
        header != null,
        null,
        true);
  }

  private @Nullable BlockHeader header(Hash block) {
    BlockHeader recent = node.header(block);
    ChainView known = node.knownHeaders();
    return recent != null || known == null ? recent : known.header(block);
  }

  private static Hazard ofFilters(Hash stop) {
    return new Hazard(
        List.of("filters", stop),
        "it has no compact filters up to a block that it does not know, or that it has left",
        true,
        null,
        false);
  }
}
