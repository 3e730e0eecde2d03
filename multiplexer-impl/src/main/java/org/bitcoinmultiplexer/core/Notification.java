package org.bitcoinmultiplexer.core;

/**
 * Something that happened and that every client may want to know. Immutable; what it is, only the
 * protocol knows.
 */
public interface Notification {}
