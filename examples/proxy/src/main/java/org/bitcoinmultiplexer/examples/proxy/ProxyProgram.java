package org.bitcoinmultiplexer.examples.proxy;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.ListResourceBundle;
import java.util.Map;
import java.util.stream.Collectors;
import org.bitcoinmultiplexer.MultiplexerBuilder;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.StrategyProvider;
import org.bitcoinmultiplexer.config.Option;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The whole program but its exit: parses the command line and does what it says.
 *
 * <p>Whatever goes wrong ends in one line on the error stream and a code other than 0.
 */
final class ProxyProgram {

  static final int OK = 0;
  static final int FAILURE = 1;

  /** As in sysexits.h; leaves 1 and 2 to the verdicts of {@code --check}. */
  static final int USAGE = 64;

  private static final String NAME = "multiplexer-proxy";

  /** Where the library looks for strategies, too. */
  private static final ClassLoader LOADER = MultiplexerBuilder.class.getClassLoader();

  private static final List<String> LOG_LEVELS = List.of("error", "warn", "info", "debug");

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;
  private final Termination termination;
  private final Runnable onLogLevelSet;

  /**
   * A program.
   *
   * @param onLogLevelSet run before anything else that may load a logger, which reads its level
   *     once
   */
  ProxyProgram(
      Map<String, String> environment,
      PrintStream out,
      PrintStream err,
      Termination termination,
      Runnable onLogLevelSet) {
    this.environment = environment;
    this.out = out;
    this.err = err;
    this.termination = termination;
    this.onLogLevelSet = onLogLevelSet;
  }

  /**
   * Does what the arguments say; returns when it is done, a proxy when it is told to stop.
   *
   * @return the exit code
   */
  int run(String... args) {
    Flags flags = new Flags();
    CommandLine commandLine = new CommandLine(flags);
    try {
      commandLine.parseArgs(args);
      if (flags.help) {
        help(commandLine);
        return OK;
      }
      if (flags.version) {
        out.println(NAME + " " + version());
        return OK;
      }
      setLogLevel(flags);
      onLogLevelSet.run();
      return flags.demo ? demo(flags) : proxy(flags);
    } catch (ParameterException | UsageException | IllegalArgumentException e) {
      return fail(USAGE, e.getMessage());
    } catch (IOException e) {
      return fail(FAILURE, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail(FAILURE, "interrupted");
    }
  }

  /** To be called before the first logger is made. */
  private static void setLogLevel(Flags flags) throws UsageException {
    // What five wallets tell would bury the summary of the demo.
    String level = flags.logLevel == null && flags.demo ? "warn" : flags.logLevel;
    if (level == null) {
      return;
    }
    if (!LOG_LEVELS.contains(level)) {
      throw new UsageException(
          "--log-level: '" + level + "' is not one of " + String.join(", ", LOG_LEVELS));
    }
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level);
    if (level.equals("error")) {
      // It has a level of its own in the program's properties file.
      System.setProperty("org.slf4j.simpleLogger.log.org.bitcoinmultiplexer.core.Engine", level);
    }
  }

  private int fail(int code, @Nullable String reason) {
    String line = String.valueOf(reason).replaceAll("\\s*[\\r\\n]+\\s*", " ");
    err.println(NAME + ": " + line + (code == USAGE ? " (--help tells more)" : ""));
    err.flush();
    return code;
  }

  private int proxy(Flags flags) throws UsageException, IOException, InterruptedException {
    if (flags.demoSeconds != null) {
      throw new UsageException("--demo-seconds makes no sense without --demo");
    }
    ProxySettings settings = ProxySettings.of(flags, environment);
    if (flags.check) {
      return new Check(settings, out).run();
    }
    settings.refuseToDialItself();
    return new Proxy(settings, out, err, termination).run();
  }

  private int demo(Flags flags) throws UsageException, IOException, InterruptedException {
    refuse(flags.check, "--check");
    refuse(flags.upstream != null, "--upstream");
    refuse(flags.config != null, "--config");
    refuse(flags.dataDir != null, "--data-dir");
    refuse(
        flags.network != null && !flags.network.equals("regtest"), "--network other than regtest");
    refuse(flags.listen != null, "--listen");
    refuse(!flags.options.isEmpty(), "--option");
    int seconds = flags.demoSeconds == null ? Flags.DEMO_SECONDS : flags.demoSeconds;
    if (seconds < 1 || seconds > 3600) {
      throw new UsageException("--demo-seconds: " + seconds + " is not 1 to 3600");
    }
    String strategy = flags.strategy == null ? Option.STRATEGY.defaultValue() : flags.strategy;
    return new Demo(strategy, seconds, out).run() ? OK : FAILURE;
  }

  private static void refuse(boolean given, String flag) throws UsageException {
    if (given) {
      throw new UsageException("--demo brings all it needs: " + flag + " makes no sense with it");
    }
  }

  private void help(CommandLine commandLine) {
    commandLine.setResourceBundle(
        new ListResourceBundle() {
          @Override
          protected Object[][] getContents() {
            return new Object[][] {{Flags.STRATEGIES, strategies()}};
          }
        });
    commandLine.usage(out);
    out.println();
    out.println("Options (name, default, meaning; what it may be):");
    for (OptionDescription option : MultiplexerBuilder.options(LOADER)) {
      help(option.name(), option.defaultValue(), option.meaning(), option.type().inWords());
    }
    help(ProxySettings.LISTEN, "", "as --listen", "HOST:PORT");
    out.println();
    out.println("Bytes may have a unit: 20MB and 1GB are decimal, 64MiB is binary. So may times:");
    out.println("90s, 20m, 1h. A bare number is bytes or seconds.");
    out.println();
    out.println("An option comes from, each overruling those before it: its default;");
    out.println("multiplexer.NAME=VALUE in the file of --config; the environment variable");
    out.println(
        "MULTIPLEXER_NAME in upper case with _ for . and -; its flag or --option. What belongs");
    out.println("to a strategy that is not chosen is judged and rests.");
    out.println();
    out.println("Exit codes: 0 done or told to stop; 1 failed; 64 called wrongly.");
  }

  private static String strategies() {
    return MultiplexerBuilder.strategies(LOADER).stream()
        .map(ProxyProgram::describe)
        .collect(Collectors.joining(", "));
  }

  private static String describe(StrategyProvider strategy) {
    boolean isDefault = strategy.name().equals(Option.STRATEGY.defaultValue());
    String words = (isDefault ? "default; " : "") + strategy.meaning();
    return strategy.name() + (words.isEmpty() ? "" : " (" + words + ")");
  }

  private void help(String name, String usual, String meaning, String values) {
    out.printf("  %-22s %-8s %s; %s%n", name, usual.isEmpty() ? "-" : usual, meaning, values);
  }

  private static String version() {
    String version = ProxyProgram.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
