package org.bitcoinmultiplexer.strategy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.ResponseRouter.Routing;
import org.jspecify.annotations.Nullable;

/**
 * The groups of requests whose marker has not been echoed, oldest first.
 *
 * <p>A group is what was written up to a marker and has not been answered since; it may well be
 * empty. Confined to the router's loop.
 */
final class MarkerQueue {

  private record Group(Message marker, SlotList slots) {}

  private final Dialect dialect;
  private final Deque<Group> groups = new ArrayDeque<>();

  MarkerQueue(Dialect dialect) {
    this.dialect = dialect;
  }

  /** How many echoes are outstanding. */
  int size() {
    return groups.size();
  }

  /**
   * Ends a group by writing a marker.
   *
   * @param slots those whose requests have just been written; the group's from now on
   * @param upstream takes the marker
   */
  void fence(SlotList slots, Consumer<? super Message> upstream) {
    Message marker = dialect.newMarker();
    groups.add(new Group(marker, slots));
    upstream.accept(marker);
  }

  /** The slots that are open in the oldest group; null if there is no group. */
  @Nullable SlotList oldest() {
    Group oldest = groups.peek();
    return oldest == null ? null : oldest.slots;
  }

  /** Whether an echo is that of the oldest group's marker. */
  boolean isEchoOfOldest(Message echo) {
    Group oldest = groups.peek();
    return oldest != null && dialect.echoes(oldest.marker, echo);
  }

  /**
   * Takes an echo.
   *
   * @param echo a message that {@link Dialect#isEcho}
   * @param onGroup hears of the slots that are open in the group whose marker this is
   * @return MARKER for the oldest marker, VIOLATION for a younger one, UNSOLICITED for any other
   */
  Routing route(Message echo, Consumer<SlotList> onGroup) {
    if (isEchoOfOldest(echo)) {
      onGroup.accept(groups.remove().slots);
      return Routing.MARKER;
    }
    for (Group group : groups) {
      if (dialect.echoes(group.marker, echo)) {
        return Routing.VIOLATION;
      }
    }
    return Routing.UNSOLICITED;
  }

  /** Forgets all groups, and tells of the slots that were open in each, oldest first. */
  void drain(Consumer<SlotList> onGroup) {
    groups.forEach(group -> onGroup.accept(group.slots));
    groups.clear();
  }
}
