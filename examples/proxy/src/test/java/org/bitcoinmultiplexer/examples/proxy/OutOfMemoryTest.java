package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the process when memory runs out: it ends, and does not stay as a zombie. */
@Timeout(120)
class OutOfMemoryTest {

  /** Where memory runs out. */
  enum Way {
    /** In the thread that serves clients, because something else has taken all there is. */
    IN_THE_LOOP,
    /** In one of several threads that serve clients. */
    IN_A_LOOP_OF_CLIENTS,
    /** In some other thread, which dies of it. */
    ELSEWHERE,
    /** For an array that is larger than what is left, while there is plenty for anything else. */
    FOR_ONE_ARRAY
  }

  /** The proxy, in a process that has little memory and uses it up when told to. */
  static final class Exhausted {

    private static final List<byte[]> taken = new ArrayList<>();

    private Exhausted() {}

    public static void main(String[] args) throws IOException {
      Way way = Way.valueOf(args[0]);
      Thread proxy =
          new Thread(
              () -> ProxyMain.main(List.of(args).subList(1, args.length).toArray(new String[0])));
      proxy.start();
      int unused = System.in.read(); // until told to
      new Thread(
              way == Way.FOR_ONE_ARRAY
                  ? () -> taken.add(new byte[Integer.MAX_VALUE - 8])
                  : () -> takeAll(way))
          .start();
    }

    private static void takeAll(Way way) {
      int size = 1 << 20;
      while (true) {
        try {
          taken.add(new byte[size]);
        } catch (OutOfMemoryError e) {
          if (way == Way.ELSEWHERE) {
            throw e;
          }
          size = Math.max(16, size / 2); // to the last byte, and again when some is freed
        }
      }
    }
  }

  @TempDir Path directory;

  private Process start(Way way, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx40m", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Exhausted.class.getName());
    command.add(way.name());
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectError(errors()).start();
  }

  private File errors() {
    return directory.resolve("stderr").toFile();
  }

  @ParameterizedTest
  @EnumSource
  void theProcessEndsWithOne(Way way) throws Exception {
    int threads = way == Way.IN_A_LOOP_OF_CLIENTS ? 3 : 1;
    try (RegtestNode node = RegtestNode.start(0)) {
      Process proxy =
          start(
              way,
              "--network=regtest",
              "--listen=127.0.0.1:0",
              "--upstream=127.0.0.1:" + node.port(),
              "--option=clients.threads=" + threads);
      try (BufferedReader out = proxy.inputReader()) {
        String ready = out.readLine();
        int port = Integer.parseInt(ready.replaceAll(".*listen=127\\.0\\.0\\.1:(\\d+).*", "$1"));
        proxy.outputWriter().append('x').flush();
        while (!proxy.waitFor(10, TimeUnit.MILLISECONDS)) {
          keepBusy(port);
        }
      } finally {
        proxy.destroyForcibly();
      }
      assertThat(proxy.exitValue()).isEqualTo(ProxyProgram.FAILURE);
      assertThat(Files.readString(errors().toPath())).contains("no memory is left");
    }
  }

  /** A client that is served as long as there is somebody to serve it. */
  private static void keepBusy(int port) {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.setSoTimeout(10);
      for (int i = 0; i < 100; i++) {
        client
            .getOutputStream()
            .write(FrameEncoder.of(Network.REGTEST).frame(Ping.ping(i)).array());
      }
      int unused = client.getInputStream().read();
    } catch (IOException e) {
      // It is ending, or too busy to answer.
    }
  }
}
