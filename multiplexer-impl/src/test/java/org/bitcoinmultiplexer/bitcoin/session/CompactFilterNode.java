package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderChain;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * A node that serves headers and compact filters as Bitcoin Core does, and takes what Core
 * disconnects for as an error of whoever asked. Its filters are made up: the block's hash and a few
 * more bytes.
 */
final class CompactFilterNode {

  final HeaderChain chain = new HeaderChain(Network.REGTEST);
  private final Map<Hash, Hash> headers = new HashMap<>();

  /** Whose filter is not the true one, wherever it is asked for. */
  Hash liesAbout = Hash.ZERO;

  /** Whose filter has another hash in cfheaders. */
  Hash liesInHeadersAbout = Hash.ZERO;

  /** Checkpoints are not true. */
  boolean liesInCheckpoints;

  /** Blocks without a filter, because the index is not so far. */
  int filtersUpTo = Integer.MAX_VALUE;

  List<BlockHeader> mine(Hash parent, int count, int branch) {
    int height = chain.view().height(parent);
    byte[] root = new byte[Hash.SIZE];
    root[0] = (byte) branch;
    List<BlockHeader> mined = new ArrayList<>();
    Hash previous = parent;
    for (int i = 1; i <= count; i++) {
      BlockHeader header = Chain.mine(previous, Hash.read(root, 0), height + i);
      mined.add(header);
      previous = header.hash();
    }
    for (List<BlockHeader> part : Lists.partition(mined, MAX_HEADERS_RESULTS)) {
      assertThat(chain.add(Headers.parse(Chain.headersMessage(part))).isConnected()).isTrue();
    }
    return mined;
  }

  private static byte[] content(Hash block) {
    return new byte[] {1, (byte) (block.hashCode() & 7), 2};
  }

  static Message filter(Hash block) {
    return cfilter(block, content(block));
  }

  private static Message cfilter(Hash block, byte[] content) {
    return new ByteWriter(1 + Hash.SIZE + 1 + content.length)
        .u8(0)
        .hash(block)
        .varBytes(content)
        .toMessage(Commands.CFILTER);
  }

  private static Hash filterHash(Hash block) {
    byte[] content = content(block);
    return Sha256d.hash(content, 0, content.length);
  }

  private Hash header(Hash block) {
    List<Hash> way = new ArrayList<>();
    Hash at = block;
    while (!headers.containsKey(at) && !at.equals(Hash.ZERO)) {
      way.add(at);
      at = chain.view().header(at).previous();
    }
    Hash header = headers.getOrDefault(at, Hash.ZERO);
    for (int i = way.size() - 1; i >= 0; i--) {
      byte[] type = new byte[2 * Hash.SIZE];
      filterHash(way.get(i)).write(type, 0);
      header.write(type, Hash.SIZE);
      header = Sha256d.hash(type, 0, type.length);
      headers.put(way.get(i), header);
    }
    return header;
  }

  /** Everything that this node sends to who asks it directly. */
  List<Message> directly(Message request) {
    ChainView view = chain.view();
    return switch (request.command()) {
      case Commands.GETHEADERS -> view.headers(BlockLocator.parse(request)).stream().toList();
      case Commands.GETCFILTERS -> filters(view, request);
      case Commands.GETCFHEADERS -> List.of(filterHeaders(view, request));
      case Commands.GETCFCHECKPT -> List.of(checkpoints(view, request));
      default -> throw new AssertionError("asked for " + request);
    };
  }

  Outcome outcome(Message request) {
    if (!request.command().equals(Commands.GETHEADERS) && lacks(request)) {
      return Outcome.Absent.INSTANCE;
    }
    List<Message> answer = directly(request);
    return answer.isEmpty() ? Outcome.Absent.INSTANCE : new Outcome.Answered(answer);
  }

  private boolean lacks(Message request) {
    Hash stop =
        request.command().equals(Commands.GETCFCHECKPT)
            ? FilterCheckpointsRequest.parse(request).stop()
            : FilterRange.parse(request).stop();
    return chain.view().height(stop) > filtersUpTo;
  }

  private static List<Hash> blocks(ChainView view, FilterRange range, int limit) {
    int stop = view.isShown(range.stop()) ? view.height(range.stop()) : -1;
    if (range.type() != 0 || range.start() > stop || stop - range.start() >= limit) {
      throw new AssertionError("Core disconnects for " + range);
    }
    List<Hash> blocks = new ArrayList<>();
    for (int height = (int) range.start(); height <= stop; height++) {
      blocks.add(view.ancestor(range.stop(), height).orElseThrow());
    }
    return blocks;
  }

  private List<Message> filters(ChainView view, Message request) {
    List<Message> filters = new ArrayList<>();
    for (Hash block : blocks(view, FilterRange.parse(request), 1000)) {
      filters.add(block.equals(liesAbout) ? cfilter(block, new byte[20]) : filter(block));
    }
    return filters;
  }

  private Message filterHeaders(ChainView view, Message request) {
    FilterRange range = FilterRange.parse(request);
    List<Hash> blocks = blocks(view, range, 2000);
    ByteWriter out =
        new ByteWriter(
            65 + ByteWriter.sizeOfCompactSize(blocks.size()) + blocks.size() * Hash.SIZE);
    Hash previous = view.header(blocks.get(0)).previous();
    out.u8(0).hash(range.stop()).hash(previous.equals(Hash.ZERO) ? previous : header(previous));
    out.compactSize(blocks.size());
    blocks.forEach(block -> out.hash(block.equals(liesInHeadersAbout) ? block : filterHash(block)));
    return out.toMessage(Commands.CFHEADERS);
  }

  private Message checkpoints(ChainView view, Message request) {
    FilterCheckpointsRequest range = FilterCheckpointsRequest.parse(request);
    if (range.type() != 0 || !view.isShown(range.stop())) {
      throw new AssertionError("Core disconnects for " + range);
    }
    int count = view.height(range.stop()) / 1000;
    ByteWriter out =
        new ByteWriter(33 + ByteWriter.sizeOfCompactSize(count) + count * Hash.SIZE)
            .u8(0)
            .hash(range.stop())
            .compactSize(count);
    for (int i = 1; i <= count; i++) {
      Hash block = view.ancestor(range.stop(), 1000 * i).orElseThrow();
      out.hash(liesInCheckpoints ? block : header(block));
    }
    return out.toMessage(Commands.CFCHECKPT);
  }
}
