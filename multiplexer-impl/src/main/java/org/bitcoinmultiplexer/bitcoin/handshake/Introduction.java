package org.bitcoinmultiplexer.bitcoin.handshake;

import java.util.Objects;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * What a peer has said of itself so far: the part of a handshake in which it does not matter who
 * dialled. When each of it may be said is up to the handshakes.
 */
final class Introduction {

  private @Nullable Version said;
  private @Nullable SendSequence offer;
  private boolean wtxidRelay;
  private @Nullable Violation violation;

  /**
   * Takes the peer's {@code version}.
   *
   * @param least the lowest version that is accepted
   * @param because what the reason of a refusal ends with
   * @return false if it breaks a rule
   */
  boolean version(Message message, int least, String because) {
    try {
      Version version = Version.parse(message);
      if (version.protocol() < least) {
        violate(
            Counter.CLOSED_OBSOLETE_VERSION,
            "version " + version.protocol() + " is below " + least + because);
        return false;
      }
      said = version;
      return true;
    } catch (MalformedMessageException e) {
      violate(Counter.CLOSED_MALFORMED_VERSION, String.valueOf(e.getMessage()));
      return false;
    }
  }

  Version said() {
    return Objects.requireNonNull(said, "the peer's version");
  }

  /** The version common to the peer and us. */
  int common() {
    return Math.min(ProtocolVersions.OWN, said().protocol());
  }

  /** Takes a {@code wtxidrelay}; false if it changes nothing. */
  boolean wtxidRelay() {
    boolean changes = common() >= ProtocolVersions.WTXID_RELAY && !wtxidRelay;
    wtxidRelay |= changes;
    return changes;
  }

  boolean relaysByWtxid() {
    return wtxidRelay;
  }

  /** Takes a {@code sendseq}; false if it changes nothing: a second one, or one of no version. */
  boolean sendSequence(Message message) {
    if (offer != null) {
      return false;
    }
    try {
      SendSequence read = SendSequence.parse(message);
      if (read.version() >= SendSequence.VERSION) {
        offer = read;
      }
    } catch (MalformedMessageException e) {
      return false; // as Bitcoin Core drops what it cannot read
    }
    return offer != null;
  }

  boolean offersSequence() {
    return offer != null;
  }

  /** How many numbered requests the peer takes in flight; 0 if it did not offer to. */
  int window() {
    return offer == null ? 0 : (int) Math.min(offer.window(), Integer.MAX_VALUE);
  }

  void violate(Counter rule, String reason) {
    violation = new Violation(rule, reason);
  }

  Violation violation() {
    if (violation == null) {
      throw new IllegalStateException("no rule was broken");
    }
    return violation;
  }
}
