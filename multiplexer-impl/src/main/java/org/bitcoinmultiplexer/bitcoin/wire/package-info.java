/**
 * The Bitcoin P2P protocol as bytes: framing (version 1 transport) and the payloads that routing
 * and validation look into.
 *
 * <p>{@link org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder} makes {@link
 * org.bitcoinmultiplexer.api.Message messages} out of a stream, {@link
 * org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder} the reverse. In between, payload views such as
 * {@link org.bitcoinmultiplexer.bitcoin.wire.Inventory} read a body in place: lists are accessed by
 * index, nothing is copied. Whatever {@code parse} accepts, {@code toMessage()} gives back in
 * canonical form: without trailing bytes, which Bitcoin Core ignores but no one should forward. A
 * body that is canonical already comes back as the same instance.
 *
 * <p>What a peer got wrong surfaces as {@link
 * org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException} and as nothing else.
 *
 * <p>Knows neither sockets nor sessions; depends on the api, and on the JDK.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.wire;

import org.jspecify.annotations.NullMarked;
