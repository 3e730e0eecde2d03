package org.bitcoinmultiplexer.examples.regtest;

/**
 * A message as read from a peer.
 *
 * @param command the command string, without its padding
 * @param payload the payload; not copied, never written to
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never written to
record WireMessage(String command, byte[] payload) {}
