package org.bitcoinmultiplexer.config;

import java.util.regex.Pattern;

/**
 * The variables with which Kubernetes tells every container of the services beside it, in the form
 * of its own and in that of Docker's links. Those of a service called {@code multiplexer}, or
 * {@code multiplexer-} and something, look like options and are none.
 */
final class KubernetesVariables {

  private static final Pattern OF_A_SERVICE =
      Pattern.compile(
          Configuration.ENVIRONMENT_PREFIX
              + "([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
              + "|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  private static final Pattern PORT =
      Pattern.compile(Configuration.ENVIRONMENT_PREFIX + "([A-Z0-9_]+_)?PORT");

  private static final Pattern URL = Pattern.compile("(tcp|udp|sctp)://.*");

  private KubernetesVariables() {}

  /** Whether a variable is one of them: a port without more is one only if its value is theirs. */
  static boolean contain(String name, String value) {
    return OF_A_SERVICE.matcher(name).matches()
        || (PORT.matcher(name).matches() && URL.matcher(value).matches());
  }
}
