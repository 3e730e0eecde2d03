package org.bitcoinmultiplexer.bitcoin.session;

import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.filter.FilterSpan;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.CompactFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.core.Batch;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * A {@code getcfilters}, {@code getcfheaders} or {@code getcfcheckpt}: first what has to be known,
 * mostly nothing, then the answer.
 *
 * <pre>
 *   items:  a question of the search ... a question of the search | an answer ... an answer
 *           as many as it takes                                   | one per filter, else one
 * </pre>
 *
 * <p>Filters are asked for one by one, so that they are shared with whoever asks for another range,
 * and delivered in the order of heights, each only if it has the hash that the filter headers name.
 * With the first that cannot be had the answer ends, so that it has no hole. (Core sends nothing
 * then. It lacks filters only from some height on, and filter headers as well; so do we.)
 */
final class CompactFilterBatch implements Batch {

  private final ClientContext context;
  private final CompactFilterSearch search;
  private final boolean isForFilters;
  private @Nullable Message question;
  private int questions;
  private int answers;
  private int first; // of the heights
  private boolean broken; // there is a hole from here on

  /**
   * A request.
   *
   * @param command of the request
   * @param search what has to be found
   * @throws Violation if Core would disconnect for it
   */
  CompactFilterBatch(ClientContext context, String command, CompactFilterSearch search) {
    this.context = context;
    this.search = search;
    this.isForFilters = command.equals(Commands.GETCFILTERS);
    goOn();
  }

  private void goOn() {
    question = search.next();
    if (question != null) {
      questions++;
    } else if (search.isFound()) {
      FilterSpan span = isForFilters ? search.span() : new FilterSpan(0, 0);
      first = span.first();
      answers = span.size();
    }
  }

  /** As {@link Batch#size}, save that it is 0 if there is nothing to be asked nor answered. */
  @Override
  public int size() {
    return questions + answers;
  }

  @Override
  public boolean grows() {
    return question != null;
  }

  @Override
  public @Nullable Outcome local(int item) {
    if (item < questions || (isForFilters && !broken && search.isServed())) {
      return null;
    }
    return isForFilters ? Outcome.Absent.INSTANCE : new Outcome.Answered(List.of(search.answer()));
  }

  @Override
  public Message request(int item) {
    Message asked = question;
    if (asked != null) {
      return asked;
    }
    int height = first + item - questions;
    return new FilterRange(FilterSpan.BASIC, height, search.block(height))
        .toMessage(Commands.GETCFILTERS);
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    Message asked = question;
    if (asked != null) {
      try {
        search.heard(asked, outcome);
        goOn();
      } catch (Violation e) {
        question = null;
        context.disconnect(e.rule(), e.reason());
      }
    } else if (outcome instanceof Outcome.Answered answered && !broken) {
      answer(item, answered.message(), client);
    } else {
      broken = true;
    }
  }

  private void answer(int item, Message message, Consumer<? super Message> client) {
    if (isForFilters
        && !message
            .derive(CompactFilter.HASH)
            .equals(search.filterHash(first + item - questions))) {
      context.engine().counters().count(Counter.FILTERS_UNTRUE);
      broken = true;
    } else {
      client.accept(message);
    }
  }
}
