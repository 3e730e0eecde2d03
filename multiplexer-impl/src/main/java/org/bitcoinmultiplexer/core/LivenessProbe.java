package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether another node is alive while the one that is connected says nothing. One that
 * accepts a connection may hang as well; one that shakes hands does not.
 *
 * <pre>
 *   IDLE ──suspect──► LOOKING ──somebody shakes hands──► it is told ──► IDLE
 *    ▲                   └──nobody does──► RESTING ──────────────────────┘
 *    └──────────────────────────────────────────┘
 * </pre>
 *
 * <p>Confined to the engine's loop.
 */
final class LivenessProbe {

  private static final Duration REST = Duration.ofSeconds(5);

  private final EventLoop loop;
  private final List<Connector> nodes;
  private final SideConnections connections;
  private final BiConsumer<UpstreamConnection, String> alive;
  private @Nullable UpstreamConnection suspect;
  private long restsUntil;

  /**
   * @param alive hears of the suspect that another node is alive, and of which
   */
  LivenessProbe(
      EventLoop loop,
      List<Connector> nodes,
      SideConnections connections,
      BiConsumer<UpstreamConnection, String> alive) {
    this.loop = loop;
    this.nodes = nodes;
    this.connections = connections;
    this.alive = alive;
    this.restsUntil = loop.nanoTime();
  }

  /** A node says nothing. May be told again and again. */
  void suspect(UpstreamConnection link) {
    assert Confined.to(loop);
    if (suspect != null || loop.nanoTime() - restsUntil < 0) {
      return;
    }
    Deque<Connector> others = new ArrayDeque<>(nodes);
    others.removeIf(node -> node.target().equals(link.target()));
    if (!others.isEmpty()) {
      suspect = link;
      tryNext(link, others);
    }
  }

  private void tryNext(UpstreamConnection link, Deque<Connector> others) {
    assert Confined.to(loop);
    Connector other = others.poll();
    if (other == null || !link.hangs()) {
      suspect = null;
      restsUntil = loop.nanoTime() + REST.toNanos();
      return;
    }
    connections.open(
        other,
        new SideConnections.Listener() {
          @Override
          public void ready(UpstreamConnection probe) {
            suspect = null;
            probe.lose("it is there, which is what was to be known");
            if (link.hangs()) {
              alive.accept(link, probe.target());
            }
          }

          @Override
          public void gone(@Nullable UpstreamConnection probe, boolean wasReady, String reason) {
            if (!wasReady) {
              tryNext(link, others);
            }
          }
        });
  }
}
