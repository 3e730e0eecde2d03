package org.bitcoinmultiplexer.examples.proxy.peers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test talks to a real bitcoind. Skipped unless the environment variable {@code BITCOIND} names
 * one.
 */
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PeerConditions.BitcoindGiven.class)
public @interface NeedsBitcoind {}
