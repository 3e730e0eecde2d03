package org.bitcoinmultiplexer.examples.proxy;

import java.util.Arrays;

/** The program's entry. */
public final class ProxyMain {

  private ProxyMain() {}

  /**
   * Runs the program and exits.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    if (Arrays.asList(args).contains("--demo")) {
      // Before the first logger is made: what five wallets tell would bury the summary.
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    }
    Termination termination = Termination.ofThisProcess();
    int code = new ProxyProgram(System.getenv(), System.out, System.err, termination).run(args);
    termination.finished();
    System.exit(code);
  }
}
