package org.bitcoinmultiplexer.bitcoin.session;

import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.bitcoin.command.RequestTypes;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.relay.NodeRelay;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * What all conversations of one engine share. Safe on any thread.
 *
 * @param network whose blocks these are
 * @param node what is known of the node
 * @param nodeRelay takes what clients bring
 * @param types what can be asked upstream, the rows of providers among it
 * @param announcements makes announcements of blocks once for all
 * @param compactBlocks makes blocks short once for all
 * @param filterTurns in which work for filters is done
 * @param bloom whether clients may have filters (BIP37)
 * @param random draws nonces; any thread
 * @param clock tells the time that our version message carries
 */
record SharedContext(
    Network network,
    NodeView node,
    NodeRelay nodeRelay,
    RequestTypes types,
    Announcements announcements,
    CompactBlocks compactBlocks,
    FilterScheduler filterTurns,
    boolean bloom,
    RandomGenerator random,
    InstantSource clock) {}
