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
    Termination termination = Termination.ofThisProcess();
    ProxyProgram program =
        new ProxyProgram(
            System.getenv(), System.out, System.err, termination, Halting::onFatalErrors);
    int code = program.run(args);
    termination.finished();
    System.exit(code);
  }
}
