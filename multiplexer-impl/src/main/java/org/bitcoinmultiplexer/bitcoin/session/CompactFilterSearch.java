package org.bitcoinmultiplexer.bitcoin.session;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.CFCHECKPT_INTERVAL;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETCFHEADERS_SIZE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETCFILTERS_SIZE;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.filter.FilterIndex;
import org.bitcoinmultiplexer.bitcoin.filter.FilterIndex.Checkpoints;
import org.bitcoinmultiplexer.bitcoin.filter.FilterSpan;
import org.bitcoinmultiplexer.bitcoin.filter.FilterStretch;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpoints;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterHeaders;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what has to be known before a request for filters can be answered: where its stop block
 * lies, and what hashes the filters up to there have. Mostly all of it is known already; what is
 * not, the node is asked one question after the other, each worded so that everybody who lacks the
 * same asks the same:
 *
 * <pre>
 *   1  getheaders of the stop block alone    if the chain has it not, or not as the node's own
 *   2  getheaders from the end of the chain  until the chain has it, or has nothing new
 *   3  getheaders of a block below alone     then: of a branch that was left before we came
 *   4  getcfcheckpt                          if a checkpoint is missing
 *   5  getcfheaders                          of each stretch that is missing, or short
 * </pre>
 *
 * <p>After each the next is {@linkplain #next found} by looking again, since others learn too.
 * Confined to the session's loop.
 */
final class CompactFilterSearch {

  private static final Logger log = LoggerFactory.getLogger(CompactFilterSearch.class);

  /** The whole chain at the most, should it be in the middle of its first synchronisation. */
  private static final int MOST_QUESTIONS = 2_000;

  /** So many answers in a row may bring nothing of the chain that was not known. */
  private static final int MOST_IDLE = 3;

  private final String command;
  private final FilterRange range; // of getcfcheckpt the start is 0
  private final NodeView node;
  private final FilterIndex index;
  private final Counters counters;

  private final Branch branch; // of the stop block
  private boolean isThere; // the node has shown the stop block
  private boolean isNarrow; // the node may have no filters beyond the stop block
  private boolean isOver; // nothing can be found
  private int questions;
  private int idle;
  private int chainSize;
  private int checkpointsUpTo; // were asked for last

  // The stretch that is being asked for, and the checkpoints that it lies between: others may be
  // known when the answer comes, of another branch or none of a new connection.
  private @Nullable FilterStretch base;
  private Checkpoints between;
  private List<Hash> more = List.of();

  // What was found.
  private @Nullable ChainView view;
  private int stopHeight;
  private Checkpoints checkpoints;
  private List<FilterStretch> stretches = List.of();
  private int firstNumber; // of the stretches

  /**
   * A search.
   *
   * @param command of the client's request
   * @param range what it asks for; of a getcfcheckpt any start
   * @throws Violation if the type of filter is one that nobody has
   */
  CompactFilterSearch(
      String command, FilterRange range, NodeView node, FilterIndex index, Counters counters) {
    if (range.type() != FilterSpan.BASIC) {
      throw new Violation(
          Counter.CLOSED_BAD_FILTER_TYPE,
          command + " of filter type " + range.type() + ", which there is not");
    }
    this.command = command;
    this.range = range;
    this.branch = new Branch(range.stop());
    this.node = node;
    this.index = index;
    this.counters = counters;
    this.checkpoints = index.checkpoints();
    this.between = checkpoints;
  }

  /**
   * Looks at what is known.
   *
   * @return what the node must be asked next; null if everything was {@linkplain #isFound found},
   *     or cannot be found
   * @throws Violation if Core would disconnect for the request
   */
  @Nullable Message next() {
    if (isOver || ++questions > MOST_QUESTIONS) {
      return end();
    }
    ChainView chain = node.knownHeaders();
    if (chain == null || !node.offersFilters()) {
      return end();
    }
    boolean isActive = chain.isActive(range.stop());
    int height = branch.height(chain);
    int reached = Math.min(chain.height(), node.reached());
    if (!isThere && !(isActive && height <= reached)) {
      return Locators.getHeaders(List.of(), range.stop());
    }
    if (height < 0) {
      return findBranch(chain);
    }
    Hash top = isActive && height < reached && !isNarrow ? chain.hash(reached) : range.stop();
    return nextOf(chain, height, top);
  }

  private @Nullable Message end() {
    isOver = true;
    return null;
  }

  /**
   * As long as the chain grows it may reach the block; otherwise the block's ancestors reach it.
   */
  private Message findBranch(ChainView chain) {
    idle = chain.size() == chainSize ? idle + 1 : 0;
    chainSize = chain.size();
    boolean isComplete = node.headerChain() != null;
    return idle > (isComplete ? 0 : MOST_IDLE)
        ? Locators.getHeaders(List.of(), branch.lowest())
        : Locators.getHeaders(chain.locator(), Hash.ZERO);
  }

  /**
   * What is missing of the filter headers.
   *
   * @param top the stop block, or one above it: as far as it makes sense to ask
   */
  private @Nullable Message nextOf(ChainView chain, int height, Hash top) {
    boolean forCheckpoints = command.equals(Commands.GETCFCHECKPT);
    int first = forCheckpoints ? 0 : span(height).first();
    int topHeight = top.equals(range.stop()) ? height : chain.height(top);
    int lastNumber = FilterStretch.number(height);
    int wanted = forCheckpoints ? height / CFCHECKPT_INTERVAL : lastNumber + 1;
    Checkpoints said = index.checkpoints();
    if (said.size() < Math.min(wanted, topHeight / CFCHECKPT_INTERVAL)
        || !isOf(said, chain, topHeight, top)) {
      int at = topHeight / CFCHECKPT_INTERVAL * CFCHECKPT_INTERVAL;
      if (at > 0) {
        checkpointsUpTo = at;
        return new FilterCheckpointsRequest(FilterSpan.BASIC, ancestor(chain, top, at)).toMessage();
      }
      said = new Checkpoints(Hash.ZERO, List.of());
    }
    List<FilterStretch> found = new ArrayList<>();
    if (!forCheckpoints) {
      for (int number = FilterStretch.number(first); number <= lastNumber; number++) {
        int end = Math.min(height, FilterStretch.last(number));
        FilterStretch stretch = index.find(end, ancestor(chain, range.stop(), end));
        if (stretch == null) {
          return stretch(chain, number, said, Math.min(topHeight, FilterStretch.last(number)), top);
        }
        Hash tip = said.height() > topHeight ? said.block() : top;
        if (!FilterIndex.fits(shared(stretch, chain, tip, end), said)) {
          return contradiction(command + ": filter headers up to " + end + " and checkpoints");
        }
        found.add(stretch);
      }
    }
    view = chain;
    stopHeight = height;
    checkpoints = said;
    stretches = found;
    firstNumber = FilterStretch.number(first);
    return null;
  }

  /** As much of a stretch as is of the branch of a tip: what follows may be of another. */
  private FilterStretch shared(FilterStretch stretch, ChainView chain, Hash tip, int end) {
    int last = FilterStretch.last(stretch.number());
    Hash block = stretch.isWhole() ? at(chain, tip, last) : null;
    boolean isWholly = !stretch.isWhole() || (block != null && stretch.has(last, block));
    return isWholly ? stretch : stretch.cut(end + 1);
  }

  /** Whether checkpoints are of the branch of a block, as far as both go. */
  private boolean isOf(Checkpoints said, ChainView chain, int height, Hash block) {
    if (said.size() == 0) {
      return true;
    }
    return said.height() <= height
        ? ancestor(chain, block, said.height()).equals(said.block())
        : chain.ancestor(said.block(), height).filter(block::equals).isPresent();
  }

  private Hash ancestor(ChainView chain, Hash block, int height) {
    Hash found = at(chain, block, height);
    return found == null ? Hash.ZERO : found; // it is there: the height is less
  }

  /** The block at a height of the branch of another; null if that is not so high, or not known. */
  private @Nullable Hash at(ChainView chain, Hash block, int height) {
    return block.equals(range.stop())
        ? branch.at(chain, height)
        : chain.ancestor(block, height).orElse(null);
  }

  private @Nullable Message stretch(
      ChainView chain, int number, Checkpoints said, int end, Hash top) {
    IntFunction<@Nullable Hash> upToTop = height -> at(chain, top, height);
    FilterStretch known = index.longest(number, said, upToTop);
    if (known.end() > end) {
      return next(); // somebody has learnt it meanwhile, in another thread
    }
    List<Hash> blocks = new ArrayList<>();
    for (int height = known.end(); height <= end; height++) {
      blocks.add(ancestor(chain, top, height));
    }
    base = known;
    between = said;
    more = blocks;
    return new FilterRange(FilterSpan.BASIC, known.end(), ancestor(chain, top, end))
        .toMessage(Commands.GETCFHEADERS);
  }

  private FilterSpan span(int height) {
    int limit = command.equals(Commands.GETCFILTERS) ? MAX_GETCFILTERS_SIZE : MAX_GETCFHEADERS_SIZE;
    try {
      return FilterSpan.of(command, range, height, limit);
    } catch (MalformedMessageException e) {
      throw new Violation(Counter.limitOf(command), String.valueOf(e.getMessage()));
    }
  }

  /**
   * The node has answered.
   *
   * @param question that {@link #next} returned
   * @param outcome how it ended
   * @throws Violation if the node has no such block
   */
  void heard(Message question, Outcome outcome) {
    if (outcome instanceof Outcome.Answered answered) {
      switch (question.command()) {
        case Commands.GETHEADERS ->
            heardHeaders(BlockLocator.parse(question), Headers.parse(answered.message()));
        case Commands.GETCFCHECKPT -> heardCheckpoints(question, answered.message());
        default -> heardFilterHeaders(FilterHeaders.parse(answered.message()));
      }
    } else if (outcome instanceof Outcome.Absent && !isThere && isUnknown(question)) {
      throw unknownStop();
    } else if (outcome instanceof Outcome.Absent
        && !isNarrow
        && !question.command().equals(Commands.GETHEADERS)) {
      isNarrow = true;
    } else {
      isOver = true;
    }
  }

  private boolean isUnknown(Message question) {
    return question.command().equals(Commands.GETHEADERS) && node.headerChain() != null;
  }

  private Violation unknownStop() {
    return new Violation(
        Counter.CLOSED_UNKNOWN_STOP,
        command + " up to " + range.stop() + ", which the node does not have");
  }

  private void heardHeaders(BlockLocator question, Headers headers) {
    if (question.size() > 0) {
      return; // the chain has seen them too
    }
    boolean isRight = headers.size() == 1 && headers.hash(0).equals(question.stop());
    if (isRight) {
      isThere = true;
      goDown(BlockHeader.at(headers.array(), headers.offset(0)));
    } else {
      isOver = true;
      if (!isThere && node.headerChain() != null) {
        throw unknownStop();
      }
    }
  }

  /** Unless the chain has learnt of the block meanwhile, as it does of those that extend it. */
  private void goDown(BlockHeader header) {
    ChainView chain = node.knownHeaders();
    if (chain == null || branch.height(chain) < 0) {
      branch.add(header);
    }
  }

  private void heardCheckpoints(Message question, Message answer) {
    Hash block = FilterCheckpointsRequest.parse(question).stop();
    FilterCheckpoints said = FilterCheckpoints.parse(answer);
    if (said.size() * CFCHECKPT_INTERVAL != checkpointsUpTo) {
      contradiction("cfcheckpt: " + said.size() + " filter headers up to " + block);
      return;
    }
    List<Hash> headers = new ArrayList<>(said.size());
    for (int i = 0; i < said.size(); i++) {
      headers.add(said.header(i));
    }
    index.checkpoints(new Checkpoints(block, List.copyOf(headers)));
  }

  private void heardFilterHeaders(FilterHeaders answer) {
    FilterStretch known = base;
    if (known == null || index.find(known.end() + more.size() - 1, answer.stop()) != null) {
      return; // who asked the same has learnt it
    }
    try {
      FilterStretch longer = known.append(more, answer);
      if (FilterIndex.fits(longer, between)) {
        index.add(longer);
      } else {
        contradiction("cfheaders: another filter header at height " + (longer.end() - 1));
      }
    } catch (MalformedMessageException e) {
      contradiction(String.valueOf(e.getMessage()));
    }
  }

  /** Of two things that the node has said one is not true. Which, a new beginning may tell. */
  private @Nullable Message contradiction(String what) {
    log.warn("the node contradicts itself about compact filters: {}", what);
    counters.count(Counter.FILTERS_UNTRUE);
    index.clear();
    return end();
  }

  /** Whether everything was found. */
  boolean isFound() {
    return view != null;
  }

  /** The heights that are asked for. */
  FilterSpan span() {
    return span(stopHeight);
  }

  /** The block at one of the heights. */
  Hash block(int height) {
    ChainView chain = view;
    if (chain == null) {
      throw new IllegalStateException("nothing was found");
    }
    return ancestor(chain, range.stop(), height);
  }

  /** Whether the node can be asked for filters still: it may be another one by now. */
  boolean isServed() {
    return node.offersFilters() && (isThere || stopHeight <= node.reached());
  }

  /** What the filter of one of the heights must be. */
  Hash filterHash(int height) {
    return stretches.get(FilterStretch.number(height) - firstNumber).filterHash(height);
  }

  /** The answer to a request that asks for no filters themselves. */
  Message answer() {
    return command.equals(Commands.GETCFCHECKPT)
        ? FilterIndex.cfcheckpt(stopHeight, range.stop(), checkpoints)
        : FilterIndex.cfheaders(span(), range.stop(), stretches);
  }
}
