/**
 * The contracts of Bitcoin Multiplexer: what an embedder implements or calls to let many peers
 * share one connection.
 *
 * <p>Nothing here knows Bitcoin and nothing here runs. Six words have a meaning of this project's
 * own:
 *
 * <dl>
 *   <dt>exchange
 *   <dd>one request and its answer, which may be one message, many, or none: {@link
 *       org.bitcoinmultiplexer.api.Exchange}
 *   <dt>router
 *   <dd>what decides to which pending exchange an upstream message belongs: {@link
 *       org.bitcoinmultiplexer.api.ResponseRouter}
 *   <dt>stage
 *   <dd>what stands in front of the router and may settle a {@link
 *       org.bitcoinmultiplexer.api.Request} without asking upstream: joining it to an equal one in
 *       flight, or answering it from a cache: {@link org.bitcoinmultiplexer.api.Stage}
 *   <dt>fence
 *   <dd>a marker written behind requests (for Bitcoin: a ping), whose echo proves that every answer
 *       to them has arrived
 *   <dt>session
 *   <dd>the multiplexer's side of the conversation with one client
 *   <dt>upstream
 *   <dd>the node behind the multiplexer, and the connection to it that all sessions share
 * </dl>
 *
 * <p>A message's way: {@link org.bitcoinmultiplexer.api.Transport} → session → request → stages →
 * exchange → {@link org.bitcoinmultiplexer.api.ResponseRouter} → upstream, and the answer back the
 * same way, to every session that waits for it.
 *
 * <p><b>Threads.</b> State is confined, not locked: each upstream and each session belongs to one
 * {@link org.bitcoinmultiplexer.api.EventLoop}, which may be the same one. Each type says what it
 * promises.
 *
 * <p>For each of {@code Transport}, {@code Connector}, {@code KeyStrategy}, {@code ResponseRouter},
 * {@code Stage} and {@code StrategyProvider} there is a kit of tests in this module's test-jar
 * (package {@code org.bitcoinmultiplexer.tck}) which every implementation must pass, an embedder's
 * own included.
 */
package org.bitcoinmultiplexer.api;
