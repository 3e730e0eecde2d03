package org.bitcoinmultiplexer.bitcoin.chain;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;

/**
 * Real blocks with known answers, kept beside the repository in {@code shared/vectors}. Tests that
 * need them are skipped where they are absent, except under {@code CI=true}.
 */
public final class Vectors {

  private Vectors() {}

  /** The bytes of a file of the folder. */
  public static byte[] read(String name) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve("shared/vectors").resolve(name);
      if (Files.exists(file)) {
        try {
          return Files.readAllBytes(file);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    String absent = "no shared/vectors/" + name + " beside the repository";
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(absent);
    }
    return abort(absent);
  }

  /** A file as the body of a block. */
  public static Message block(String name) {
    return Message.of("block", read(name));
  }

  /** The first 439 blocks of mainnet, in order. */
  public static List<Message> firstBlocks() {
    ByteBuffer in = ByteBuffer.wrap(read("mainnet-blocks-0-438.dat"));
    in.order(ByteOrder.LITTLE_ENDIAN);
    List<Message> blocks = new ArrayList<>();
    while (in.hasRemaining()) {
      in.getInt(); // magic
      byte[] body = new byte[in.getInt()];
      in.get(body);
      blocks.add(Message.of("block", body));
    }
    return blocks;
  }
}
