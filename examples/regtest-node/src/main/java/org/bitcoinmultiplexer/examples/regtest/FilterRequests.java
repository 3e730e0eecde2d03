package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;

/** Answers one peer's requests for compact filters (BIP157) as Bitcoin Core does. */
final class FilterRequests {
  private static final int MAX_FILTERS = 1000;
  private static final int MAX_HEADERS = 2000;
  private static final int CHECKPOINT = 1000;

  private final Node node;
  private final Peer peer;

  FilterRequests(Node node, Peer peer) {
    this.node = node;
    this.peer = peer;
  }

  void onGetFilters(Payload payload) {
    List<BlockEntry> blocks = blocks(payload, MAX_FILTERS);
    List<byte[]> filters = blocks.stream().map(node.filters()::filter).toList();
    for (int i = 0; i < filters.size(); i++) {
      byte[] filter = filters.get(i);
      peer.reply(
          "cfilter",
          new PayloadWriter()
              .uint8(0)
              .hash(blocks.get(i).hash())
              .compactSize(filter.length)
              .bytes(filter)
              .toByteArray());
    }
  }

  void onGetHeaders(Payload payload) {
    List<BlockEntry> blocks = blocks(payload, MAX_HEADERS);
    PayloadWriter out =
        new PayloadWriter()
            .uint8(0)
            .hash(blocks.get(blocks.size() - 1).hash())
            .hash(node.filters().header(blocks.get(0).parent()))
            .compactSize(blocks.size());
    for (BlockEntry block : blocks) {
      out.bytes(Sha256Hash.hashTwice(node.filters().filter(block)));
    }
    peer.reply("cfheaders", out.toByteArray());
  }

  void onGetCheckpoints(Payload payload) {
    BlockEntry stop = stop(payload.uint8(), payload.hash());
    int count = stop.height() / CHECKPOINT;
    PayloadWriter out = new PayloadWriter().uint8(0).hash(stop.hash()).compactSize(count);
    for (int i = 1; i <= count; i++) {
      out.hash(node.filters().header(stop.ancestor(i * CHECKPOINT)));
    }
    peer.reply("cfcheckpt", out.toByteArray());
  }

  private static List<BlockEntry> path(BlockEntry last, int first) {
    Deque<BlockEntry> path = new ArrayDeque<>();
    BlockEntry at = last;
    while (at != null && at.height() >= first) {
      path.addFirst(at);
      at = at.parent();
    }
    return List.copyOf(path);
  }

  private List<BlockEntry> blocks(Payload payload, int limit) {
    int type = payload.uint8();
    long first = payload.uint32();
    BlockEntry stop = stop(type, payload.hash());
    if (first > stop.height() || stop.height() - first >= limit) {
      throw new PeerViolationException("filters " + first + " to " + stop.height());
    }
    return path(stop, (int) first);
  }

  private BlockEntry stop(int type, Sha256Hash hash) {
    if (!node.servesFilters()) {
      throw new PeerViolationException("filters without NODE_COMPACT_FILTERS");
    }
    BlockEntry stop = node.chain().find(hash);
    if (type != 0 || stop == null || !stop.isValidated()) {
      throw new PeerViolationException("filters of type " + type + " up to " + hash);
    }
    return stop;
  }
}
