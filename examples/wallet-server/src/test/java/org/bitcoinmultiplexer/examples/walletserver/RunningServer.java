package org.bitcoinmultiplexer.examples.walletserver;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** A wallet server in this process. */
final class RunningServer implements AutoCloseable {

  final WalletServer server;

  private RunningServer(WalletServer server) {
    this.server = server;
  }

  static RunningServer start(Path data, String... more) throws Exception {
    List<String> args = new ArrayList<>(List.of("--listen=127.0.0.1:0", "--data-dir=" + data));
    args.addAll(List.of(more));
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(args.toArray(String[]::new));
    return new RunningServer(new WalletServer(Settings.of(flags, Map.of())));
  }

  Http http() {
    return new Http(server.listen());
  }

  @Override
  public void close() {
    server.close();
  }
}
