package org.bitcoinmultiplexer.bitcoin.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.junit.jupiter.api.Test;

/** The test vectors of the specification, read from where they are published. */
class SpecificationTest {

  private static final Pattern OFFER =
      Pattern.compile("sendseq +version (\\d+), window (\\d+) +([0-9a-f]+)");
  private static final Pattern NUMBER = Pattern.compile("seq +([A-Z]+) (\\S+) +([0-9a-f]{18})");

  private final String text = specification();

  @Test
  void everyVectorIsWhatIsWrittenAndRead() {
    List<String> checked = new ArrayList<>();
    for (Matcher m = OFFER.matcher(text); m.find(); checked.add(m.group(3))) {
      SendSequence offer = new SendSequence(Long.parseLong(m.group(1)), Long.parseLong(m.group(2)));
      assertThat(hex(offer.toMessage())).isEqualTo(m.group(3));
      assertThat(SendSequence.parse(message("sendseq", m.group(3)))).isEqualTo(offer);
    }
    for (Matcher m = NUMBER.matcher(text); m.find(); checked.add(m.group(3))) {
      Sequence number = new Sequence(id(m.group(2)), Sequence.Kind.valueOf(m.group(1)));
      assertThat(hex(number.toMessage())).isEqualTo(m.group(3));
      assertThat(Sequence.parse(message("seq", m.group(3)))).isEqualTo(number);
    }
    assertThat(checked).hasSize(7);
  }

  @Test
  void theTableOfKindsIsTheEnumeration() {
    for (Sequence.Kind kind : Sequence.Kind.values()) {
      assertThat(text).containsPattern(" " + kind.code() + "  " + kind + " ");
    }
  }

  @Test
  void theExchangeOnTheWireIsThatOfAGetheadersWithoutAnAnswer() {
    Message request =
        BlockLocator.of("getheaders", 70016, List.of(Network.MAINNET.genesis()), Hash.ZERO);
    assertThat(wire("requester"))
        .isEqualTo(frame(Sequence.message(7, Sequence.Kind.REQUEST)) + frame(request));
    assertThat(wire("answerer")).isEqualTo(frame(Sequence.message(7, Sequence.Kind.END)));
  }

  private String wire(String side) {
    Matcher m = Pattern.compile(side + ":\n((?: \\*   [0-9a-f]+\n)+)").matcher(text);
    assertThat(m.find()).as(side).isTrue();
    return m.group(1).replaceAll("[^0-9a-f]", "");
  }

  private static String frame(Message message) {
    return HexFormat.of().formatHex(FrameEncoder.of(Network.MAINNET).frame(message).array());
  }

  private static long id(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseUnsignedLong(text);
  }

  private static Message message(String command, String hex) {
    return Message.of(command, HexFormat.of().parseHex(hex));
  }

  private static String hex(Message message) {
    return HexFormat.of().formatHex(message.toByteArray());
  }

  private static String specification() {
    try {
      return Files.readString(
          Path.of("src/main/java/org/bitcoinmultiplexer/bitcoin/sequence/package-info.java"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
