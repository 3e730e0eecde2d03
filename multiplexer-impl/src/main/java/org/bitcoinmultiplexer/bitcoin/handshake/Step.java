package org.bitcoinmultiplexer.bitcoin.handshake;

/** What became of a message that was given to a handshake. */
public enum Step {
  /** It belonged to the handshake, which goes on. */
  TAKEN,
  /** It is dropped without any effect, as Bitcoin Core does at this point. */
  IGNORED,
  /** It is none of the handshake's business, and the conversation may look at it now. */
  PASS,
  /** It completed the handshake. Returned once. */
  DONE,
  /** It broke a rule: the connection is to be given up. */
  VIOLATED
}
