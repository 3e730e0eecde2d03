package org.bitcoinmultiplexer.bitcoin.chain;

import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * Decides whether the headers of a message form a piece of a chain: each builds on the one before
 * and has its proof of work (Core's CheckHeadersPoW and CheckHeadersAreContinuous; failing either
 * is misbehaviour). That the first builds on a known block, and that targets are those the network
 * demands, takes a chain to say.
 */
public final class HeadersCheck {

  private HeadersCheck() {}

  /**
   * Checks headers.
   *
   * @param headers any number, none included
   * @param network whose proof of work limit applies
   * @return valid, or why not
   */
  public static Verdict verdict(Headers headers, Network network) {
    Hash previous = Hash.ZERO;
    for (int i = 0; i < headers.size(); i++) {
      BlockHeader header = BlockHeader.at(headers.array(), headers.offset(i));
      if (i > 0 && !header.previous().equals(previous)) {
        return Verdict.invalid(
            "header " + i + " builds on " + header.previous() + " instead of " + previous);
      }
      if (!header.hasProofOfWork(network)) {
        return Verdict.invalid(
            "header %d has no proof of work for bits %08x".formatted(i, header.bits()));
      }
      previous = header.hash();
    }
    return Verdict.VALID;
  }
}
