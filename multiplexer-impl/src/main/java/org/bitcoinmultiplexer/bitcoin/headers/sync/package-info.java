/**
 * Brings the headers of the node here: who asks {@code getheaders}, and when.
 *
 * <pre>
 *   {@link org.bitcoinmultiplexer.bitcoin.headers.sync.BestChainSearch} ──asks, on each connection──► node
 *        │ adds headers to
 *        ├──► {@link org.bitcoinmultiplexer.bitcoin.headers.sync.HeaderSync}, the whole chain, if that is kept
 *        └──► {@link org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow}, otherwise
 * </pre>
 *
 * <p>Confined to the engine's loop. Depends on the headers themselves, and on core, of which it
 * asks. Internal: not exported from the module.
 */
@NullMarked
package org.bitcoinmultiplexer.bitcoin.headers.sync;

import org.jspecify.annotations.NullMarked;
