package org.bitcoinmultiplexer.examples.benchmarks;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * A request as it goes over the wire, and the one message that answers it, byte by byte.
 *
 * @param request the whole frame
 * @param command of the answer
 * @param header of the answer's frame
 * @param body of the answer
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, written by nobody
record Question(ByteBuffer request, String command, byte[] header, ByteBuffer body) {

  /** Asks for each of some blocks, with witness. */
  static List<Question> forBlocks(Network network, List<Block> blocks) {
    return blocks.stream()
        .map(block -> of(network, Wire.getData(network, block.hash()), "block", block.bytes()))
        .toList();
  }

  /** Asks for signs of life: what needs no node. */
  static List<Question> forPings(Network network) {
    return IntStream.range(0, 100)
        .mapToObj(
            i -> {
              byte[] nonce = new byte[Long.BYTES];
              Wire.little(nonce).putLong(i);
              return of(network, Wire.frame(network, "ping", nonce), "pong", nonce);
            })
        .toList();
  }

  /**
   * Asks for the header of each block but the first, by the hash of the one before: small requests
   * whose answers have no key.
   *
   * @param chain blocks that build on each other
   */
  static List<Question> forHeaders(Network network, List<Block> chain) {
    List<Question> questions = new ArrayList<>();
    for (int i = 1; i < chain.size(); i++) {
      byte[] answer = new byte[1 + Block.HEADER_SIZE + 1];
      answer[0] = 1;
      System.arraycopy(chain.get(i).bytes(), 0, answer, 1, Block.HEADER_SIZE);
      byte[] request = Wire.getHeaders(network, chain.get(i - 1).hash(), chain.get(i).hash());
      questions.add(of(network, request, "headers", answer));
    }
    return List.copyOf(questions);
  }

  /** Asks for all headers, as many at a time as there may be, until there are no more. */
  static List<Question> forAll(Network network, HeaderList chain) {
    List<Question> questions = new ArrayList<>();
    for (int at = 0; at <= chain.size(); at += HeaderList.MOST_AT_ONCE) {
      byte[] request = Wire.getHeaders(network, chain.hash(at), new byte[Wire.HASH_SIZE]);
      questions.add(of(network, request, "headers", chain.above(at, chain.size())));
    }
    return List.copyOf(questions);
  }

  private static Question of(Network network, byte[] request, String command, byte[] answer) {
    byte[] frame = Wire.frame(network, command, answer);
    return new Question(
        ByteBuffer.allocateDirect(request.length).put(request).flip(),
        command,
        Arrays.copyOf(frame, Wire.HEADER_SIZE),
        ByteBuffer.wrap(answer));
  }
}
