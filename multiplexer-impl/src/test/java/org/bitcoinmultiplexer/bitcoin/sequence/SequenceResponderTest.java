package org.bitcoinmultiplexer.bitcoin.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceResponderTest {

  private static final Message QUESTION = plain("question");

  private final List<Message> sent = new ArrayList<>();
  private final SequenceResponder responder = new SequenceResponder(3, sent::add);

  @Test
  void whatHasNoNumberIsAnsweredWithoutOne() {
    SequenceAnswer answer = hear(QUESTION);
    answer.accept(plain("a"));
    assertThat(sent).containsExactly(plain("a"));
    answer.flush();
    answer.end();
    hear(QUESTION).fail();

    assertThat(sent).containsExactly(plain("a"));
    assertThat(answer.isNumbered()).isFalse();
  }

  @Test
  void theLastOfTheMessagesIsMarked() {
    SequenceAnswer answer = ask(7);
    assertThat(answer.isNumbered()).isTrue();
    answer.accept(plain("a"));
    answer.accept(plain("b"));
    answer.end();

    assertThat(sent).containsExactly(seq(7, Kind.PART), plain("a"), seq(7, Kind.LAST), plain("b"));
    assertThat(responder.inFlight()).isZero();
  }

  @Test
  void whereTheLastCannotBeToldTheEndIsSaid() {
    SequenceAnswer answer = ask(7);
    answer.accept(plain("a"));
    answer.flush();
    assertThat(sent).containsExactly(seq(7, Kind.PART), plain("a"));
    answer.flush();
    answer.end();

    assertThat(sent).containsExactly(seq(7, Kind.PART), plain("a"), seq(7, Kind.END));
  }

  @Test
  void noAnswerIsSaidToo() {
    ask(7).end();

    assertThat(sent).containsExactly(seq(7, Kind.END));
  }

  @Test
  void whatCouldNotBeFoundOutIsNotSaidToBeAbsent() {
    ask(7).fail();
    SequenceAnswer partly = ask(8);
    partly.accept(plain("a"));
    partly.fail();

    assertThat(sent)
        .containsExactly(seq(7, Kind.FAILED), seq(8, Kind.PART), plain("a"), seq(8, Kind.FAILED));
    assertThat(responder.inFlight()).isZero();
  }

  @Test
  void answersComeInAnyOrderAndTheirPartsAlternate() {
    SequenceAnswer first = ask(-1);
    SequenceAnswer second = ask(0);
    second.accept(plain("s1"));
    second.flush();
    first.accept(plain("f1"));
    first.flush();
    second.accept(plain("s2"));
    second.end();
    hear(plain("in between")).accept(plain("unnumbered"));
    first.end();

    assertThat(sent)
        .containsExactly(
            seq(0, Kind.PART),
            plain("s1"),
            seq(-1, Kind.PART),
            plain("f1"),
            seq(0, Kind.LAST),
            plain("s2"),
            plain("unnumbered"),
            seq(-1, Kind.END));
  }

  @Test
  void anIdIsFreeAgainBehindItsEnd() {
    ask(7).end();
    ask(7).fail();
    SequenceAnswer answer = ask(7);

    assertThatThrownBy(() -> responder.hear(seq(7, Kind.REQUEST)))
        .isInstanceOf(SequenceViolationException.class)
        .hasMessage("id 7 is in use already");
    answer.end();
  }

  @Test
  void takesAsManyAsItsWindowAndNotOneMore() {
    SequenceAnswer first = ask(1);
    ask(2);
    ask(3);
    assertThat(responder.inFlight()).isEqualTo(3);
    first.end();
    ask(1);

    assertThatThrownBy(() -> responder.hear(seq(-1, Kind.REQUEST)))
        .isInstanceOf(SequenceViolationException.class)
        .hasMessage("more than 3 numbered requests in flight, with id 18446744073709551615");
  }

  @Test
  void aNumberBehindANumberIsAViolation() {
    responder.hear(seq(1, Kind.REQUEST));

    assertThatThrownBy(() -> responder.hear(seq(2, Kind.REQUEST)))
        .isInstanceOf(SequenceViolationException.class)
        .hasMessage("seq 2 follows a seq");
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "REQUEST", mode = EnumSource.Mode.EXCLUDE)
  void anAnswerToNoQuestionIsAViolation(Kind kind) {
    assertThatThrownBy(() -> responder.hear(seq(9, kind)))
        .isInstanceOf(SequenceViolationException.class)
        .hasMessage("seq " + kind + " of 9, which was not asked");
  }

  @Test
  void anUnknownKindIsAViolation() {
    byte[] body = seq(1, Kind.REQUEST).toByteArray();
    body[8] = 5;

    assertThatThrownBy(() -> responder.hear(Message.of("seq", body)))
        .isInstanceOf(SequenceViolationException.class)
        .hasMessage("seq: kind 5 is above 4");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 8})
  void aNumberThatIsCutOffIsAViolation(int size) {
    byte[] body = Arrays.copyOf(seq(1, Kind.REQUEST).toByteArray(), size);

    assertThatThrownBy(() -> responder.hear(Message.of("seq", body)))
        .isInstanceOf(SequenceViolationException.class);
  }

  @Test
  void nothingCanBeAddedBehindTheEnd() {
    SequenceAnswer answer = ask(7);
    answer.end();

    assertThatThrownBy(() -> answer.accept(plain("a"))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(answer::end).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(answer::fail).isInstanceOf(IllegalStateException.class);
    assertThat(sent).hasSize(1);
  }

  private SequenceAnswer ask(long id) {
    assertThat(responder.hear(seq(id, Kind.REQUEST))).isEmpty();
    return hear(QUESTION);
  }

  private SequenceAnswer hear(Message message) {
    return responder.hear(message).orElseThrow();
  }

  private static Message seq(long id, Kind kind) {
    return Sequence.message(id, kind);
  }

  private static Message plain(String command) {
    return Message.of(command, new byte[0]);
  }
}
