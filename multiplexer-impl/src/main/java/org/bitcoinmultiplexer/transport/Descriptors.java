package org.bitcoinmultiplexer.transport;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many connections the operating system lets this process have. */
public final class Descriptors {

  /** So many are kept for connections to nodes, for files and for the Java machine. */
  public static final int RESERVE = 64;

  private Descriptors() {}

  /**
   * How many file descriptors clients may take: those that are free now but for the {@link
   * #RESERVE}.
   *
   * @return at least 1; very many where the operating system does not say
   */
  public static int forClients() {
    try {
      if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
        return forClients(unix.getMaxFileDescriptorCount(), unix.getOpenFileDescriptorCount());
      }
    } catch (NoClassDefFoundError e) {
      // A Java machine without that module.
    }
    return Integer.MAX_VALUE;
  }

  static int forClients(long most, long open) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, most - open - RESERVE));
  }
}
