package org.bitcoinmultiplexer.examples.proxy.peers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test talks to a real bcoin. Skipped where Node.js and npm are not on the path, except where
 * the environment says {@code CI=true}: there it fails without them.
 */
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PeerConditions.Node.class)
public @interface NeedsNode {}
