package org.bitcoinmultiplexer.examples.regtest;

/**
 * Something that a peer should not have sent.
 *
 * @param connection which connection, counted from 1 over the life of the node
 * @param command the command of the message at fault; empty where the framing was at fault
 * @param reason what was wrong with it, for a human reader
 */
public record PeerFault(long connection, String command, String reason) {}
