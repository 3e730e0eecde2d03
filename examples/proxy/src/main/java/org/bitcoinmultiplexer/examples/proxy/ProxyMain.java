package org.bitcoinmultiplexer.examples.proxy;

/** The program's entry. */
public final class ProxyMain {

  private ProxyMain() {}

  /**
   * Runs the program and exits.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    Halting.onFatalErrors();
    Termination termination = Termination.ofThisProcess();
    int code = new ProxyProgram(System.getenv(), System.out, System.err, termination).run(args);
    termination.finished();
    System.exit(code);
  }
}
