package org.bitcoinmultiplexer.bitcoin.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;

/** The forms in which locators are asked upstream, and what is read off the answers. */
final class Locators {

  /** The hash of the last header in a {@code headers} message; zero if there is none. */
  static final Function<Message, Hash> LAST_HEADER =
      message -> {
        Headers headers = Headers.parse(message);
        return headers.size() == 0 ? Hash.ZERO : headers.hash(headers.size() - 1);
      };

  private Locators() {}

  /**
   * The {@code getheaders} of a locator. Always of the same version, which nobody reads, so that
   * equal locators are equal requests.
   */
  static Message canonical(BlockLocator locator) {
    return getHeaders(hashes(locator), locator.stop());
  }

  /** A {@code getheaders}. */
  static Message getHeaders(List<Hash> hashes, Hash stop) {
    return BlockLocator.of(Commands.GETHEADERS, ProtocolVersions.OWN, hashes, stop);
  }

  /** The hashes of a locator, the highest block first. */
  static List<Hash> hashes(BlockLocator locator) {
    List<Hash> hashes = new ArrayList<>(locator.size());
    for (int i = 0; i < locator.size(); i++) {
      hashes.add(locator.hash(i));
    }
    return hashes;
  }
}
