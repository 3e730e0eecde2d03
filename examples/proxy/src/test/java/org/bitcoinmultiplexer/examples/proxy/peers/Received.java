package org.bitcoinmultiplexer.examples.proxy.peers;

import java.util.Arrays;

/**
 * A message that came whole and with the right checksum.
 *
 * @param command its name
 * @param payload its bytes; not copied, not to be changed
 */
public record Received(String command, byte[] payload) {

  @Override
  public boolean equals(Object other) {
    return other instanceof Received that
        && command.equals(that.command)
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return 31 * command.hashCode() + Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    return command + "(" + payload.length + ")";
  }
}
