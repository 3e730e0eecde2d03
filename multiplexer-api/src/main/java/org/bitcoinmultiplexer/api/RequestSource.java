package org.bitcoinmultiplexer.api;

/**
 * On whose behalf something is asked: the requests of one source take turns with those of others.
 *
 * <p>The multiplexer makes them; a {@link Stage} hands them on.
 */
public interface RequestSource {}
