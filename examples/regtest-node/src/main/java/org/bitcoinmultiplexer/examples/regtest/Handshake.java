package org.bitcoinmultiplexer.examples.regtest;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The handshake with one peer, which has dialled, and what it has settled.
 *
 * <p>States: nothing received; {@code version} received and answered; {@code verack} received,
 * which is established. What comes out of turn is ignored, except for negotiations after the end,
 * which are violations. Guarded by the node's lock.
 */
final class Handshake {
  private static final int LOWEST_VERSION = 31800;
  private static final int MAX_USER_AGENT = 256;
  private static final int WTXID_RELAY_VERSION = 70016;
  private static final int COMPACT_BLOCKS_VERSION = 70014;
  private static final int FEE_FILTER_VERSION = 70013;
  private static final int NETWORK = 1;
  private static final int WITNESS = 8;
  private static final int NETWORK_LIMITED = 1024;

  /** Announces that {@code sendseq} will follow. */
  private static final int SEQUENCE = 1 << 28;

  private final Node node;
  private final Peer peer;
  private int version;
  private long services;
  private boolean relay;
  private boolean usesWtxid;
  private boolean acknowledged; // what was held back, has been sent
  private boolean established;

  Handshake(Node node, Peer peer) {
    this.node = node;
    this.peer = peer;
  }

  boolean isStarted() {
    return version != 0;
  }

  boolean isEstablished() {
    return established;
  }

  /** The lower of both versions; 0 before the peer's is known. */
  int version() {
    return version;
  }

  /**
   * Whether transactions flow; without, as no bloom filter can be loaded, requests for them are not
   * even answered.
   */
  boolean relaysTransactions() {
    return relay;
  }

  /** BIP339: transactions are announced by wtxid in both directions. */
  boolean usesWtxid() {
    return usesWtxid;
  }

  boolean servesBlocks() {
    return (services & (NETWORK | NETWORK_LIMITED)) != 0;
  }

  boolean servesWitnesses() {
    return (services & WITNESS) != 0;
  }

  void onVersion(Payload payload) {
    if (isStarted()) {
      peer.ignore("second version");
      return;
    }
    int theirs = payload.int32();
    long theirServices = payload.int64();
    payload.int64();
    payload.bytes(26);
    if (theirs < LOWEST_VERSION) {
      throw new PeerViolationException("version " + theirs + " below " + LOWEST_VERSION);
    }
    if (payload.remaining() > 0) {
      payload.bytes(26);
      payload.int64();
    }
    if (payload.remaining() > 0) {
      int length = payload.compactSize();
      if (length > MAX_USER_AGENT) {
        throw new MalformedPayloadException("user agent of " + length + " bytes");
      }
      payload.bytes(length);
    }
    if (payload.remaining() > 0) {
      payload.int32();
    }
    relay = payload.remaining() == 0 || payload.uint8() != 0;
    services = theirServices;
    version = Math.min(theirs, Messages.PROTOCOL_VERSION);
    long nonce = ThreadLocalRandom.current().nextLong();
    peer.send("version", Messages.version(node, nonce));
    if (version >= WTXID_RELAY_VERSION) {
      peer.send("wtxidrelay", new byte[0]);
      peer.send("sendaddrv2", new byte[0]);
    }
    if (!awaitsOffer()) {
      peer.send("verack", new byte[0]);
    }
  }

  /** Whether our {@code verack} waits, because an offer is answered in front of it. */
  private boolean awaitsOffer() {
    return node.takesNumbers() && (services & SEQUENCE) != 0 && !acknowledged;
  }

  /** The peer offers to number its requests; a node that does not know that ignores it. */
  void onSendSequence(Payload payload) {
    if (!awaitsOffer()) {
      peer.ignore("unknown or unsolicited");
    } else if (peer.numbers().agree(payload)) {
      acknowledge();
    }
  }

  private void acknowledge() {
    acknowledged = true;
    peer.send("verack", new byte[0]);
  }

  void onVerack() {
    if (established) {
      peer.ignore("second verack");
      return;
    }
    if (awaitsOffer()) {
      acknowledge();
    }
    established = true;
    peer.established();
    if (version >= COMPACT_BLOCKS_VERSION) {
      peer.send("sendcmpct", Messages.sendCompact());
    }
    peer.ping();
    if (servesBlocks()) {
      peer.requestHeaders(null);
    }
    if (version >= FEE_FILTER_VERSION) {
      peer.send("feefilter", Messages.int64(Mempool.MIN_FEE_RATE));
    }
  }

  /**
   * {@code wtxidrelay}, {@code sendaddrv2} or {@code feature}: all belong between version and
   * verack.
   */
  void onNegotiation(String command) {
    if (established) {
      throw new PeerViolationException(command + " after verack");
    }
    if (command.equals("feature")) {
      throw new PeerViolationException("feature with common version " + version);
    }
    if (command.equals("wtxidrelay")) {
      usesWtxid = version >= WTXID_RELAY_VERSION;
    }
  }
}
