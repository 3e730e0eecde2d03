package org.bitcoinmultiplexer.examples.walletserver;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The program's entry. */
public final class WalletServerMain {

  static final int FAILURE = 1;

  /** As in sysexits.h. */
  static final int USAGE = 64;

  private static final String NAME = "wallet-server";

  private WalletServerMain() {}

  /**
   * Runs the program and exits.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(run(System.getenv(), System.out, System.err, args));
  }

  /**
   * Does what the arguments say; returns when it is done.
   *
   * @return the exit code
   */
  static int run(
      Map<String, String> environment, PrintStream out, PrintStream err, String... args) {
    Flags flags = new Flags();
    CommandLine commandLine = new CommandLine(flags);
    try {
      commandLine.parseArgs(args);
      if (flags.help) {
        commandLine.usage(out);
        return 0;
      }
      if (flags.version) {
        String version = WalletServerMain.class.getPackage().getImplementationVersion();
        out.println(NAME + " " + (version == null ? "(not packaged)" : version));
        return 0;
      }
      return serve(Settings.of(flags, environment), out, err);
    } catch (ParameterException | UsageException | IllegalArgumentException e) {
      return fail(err, USAGE, e.getMessage() + " (--help tells more)");
    } catch (IOException e) {
      return fail(err, FAILURE, String.valueOf(e.getMessage()));
    }
  }

  private static int serve(Settings settings, PrintStream out, PrintStream err)
      throws UsageException, IOException {
    WalletServer server = new WalletServer(settings);
    Thread onSignal =
        new Thread(
            () -> {
              server.close();
              Runtime.getRuntime().halt(0); // Who is told to stop has done nothing wrong.
            },
            "termination");
    Runtime.getRuntime().addShutdownHook(onSignal);
    var unused =
        server
            .ready()
            .thenAccept(
                line -> {
                  out.println(line);
                  out.flush();
                });
    String reason = server.hopeless().join();
    Runtime.getRuntime().removeShutdownHook(onSignal);
    server.close();
    return fail(err, FAILURE, reason);
  }

  private static int fail(PrintStream err, int code, String reason) {
    err.println(NAME + ": " + reason.replaceAll("\\s*[\\r\\n]+\\s*", " "));
    err.flush();
    return code;
  }
}
