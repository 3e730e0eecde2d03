package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Transport} must do.
 *
 * <p>To prove one, let a test class implement this interface and {@link #openPair}; and {@link
 * #openDamaging} if the transport decodes bytes that may be damaged. After each test the fixture is
 * closed, and nothing may be left of it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public interface TransportKit {

  /** The longest body of the protocol. */
  int LARGE = 4_000_000;

  /** Makes two connected transports, neither started; {@code near} is the one under test. */
  PairFixture openPair() throws Exception;

  /** Makes a transport under test whose peer can send damaged frames; null if there are none. */
  default DamagingFixture openDamaging() throws Exception {
    return null;
  }

  /** What fixtures have in common. */
  interface Fixture extends AutoCloseable {

    /** The transport under test, not started. */
    Transport near();

    /** Waits for something; over virtual time this is overridden to run until then. */
    default <T> T await(CompletionStage<T> stage) throws Exception {
      return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Everything that is open, to be asked after {@link #close}. */
    default int stillOpen() {
      return 0;
    }

    /** Closes the transports and ends whatever they ran on. */
    @Override
    void close() throws Exception;
  }

  /** Two connected transports. */
  interface PairFixture extends Fixture {

    /** The other end, not started. */
    Transport far();
  }

  /** A transport whose peer can do worse than send messages. */
  interface DamagingFixture extends Fixture {

    /** Sends a message to the near end as it should be. */
    void send(Message message) throws Exception;

    /** Sends the frame of a message to the near end, with a checksum that is wrong. */
    void sendDamaged(Message message) throws Exception;

    /** Sends what is no frame of the near end's network. */
    void sendGarbage() throws Exception;
  }

  /** A test that uses a pair. */
  @FunctionalInterface
  interface Body<F> {
    void run(F fixture, TransportKitListener near, TransportKitListener far) throws Exception;
  }

  /** Runs a test and checks that the rules were kept and nothing was left. */
  private <F extends Fixture> void with(F fixture, TransportKitLeaks leaks, Body<F> body)
      throws Exception {
    TransportKitListener near = new TransportKitListener();
    TransportKitListener far = new TransportKitListener();
    try (fixture) {
      body.run(fixture, near, far);
    }
    near.assertRulesWereKept();
    far.assertRulesWereKept();
    leaks.assertNoThreadWasLeftBehind();
    assertThat(fixture.stillOpen()).as("what is still open").isZero();
  }

  private void withPair(Body<PairFixture> body) throws Exception {
    TransportKitLeaks leaks = TransportKitLeaks.watch();
    with(openPair(), leaks, body);
  }

  /** The same with both ends started. */
  private void withOpenPair(Body<PairFixture> body) throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().start(near);
          type.far().start(far);
          body.run(type, near, far);
        });
  }

  private void withDamaging(Body<DamagingFixture> body) throws Exception {
    TransportKitLeaks leaks = TransportKitLeaks.watch();
    DamagingFixture fixture = openDamaging();
    assumeThat(fixture).as("a transport whose frames can be damaged").isNotNull();
    with(fixture, leaks, body);
  }

  private static Message message(int number, int size) {
    byte[] body = new byte[size];
    new Random(number).nextBytes(body);
    return Message.of("test" + number % 1000, body);
  }

  private static List<Message> messages(int count, int size) {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(message(i, size));
    }
    return messages;
  }

  @Test
  default void deliversWholeMessagesInOrderInBothDirections() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          List<Message> there = List.of(message(1, 0), message(2, 1), message(3, 70_000));
          List<Message> back = List.of(message(4, 300), message(5, 0));
          there.forEach(type.near()::send);
          back.forEach(type.far()::send);
          assertThat(type.await(far.received(3))).isEqualTo(there);
          assertThat(type.await(near.received(2))).isEqualTo(back);
        });
  }

  @Test
  default void deliversTenThousandSmallMessages() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          List<Message> sent = messages(10_000, 37);
          sent.forEach(type.near()::send);
          assertThat(type.await(far.received(sent.size()))).isEqualTo(sent);
        });
  }

  @Test
  default void deliversTheLargestMessages() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          List<Message> sent = List.of(message(1, LARGE), message(2, 5), message(3, LARGE));
          sent.forEach(type.near()::send);
          assertThat(type.await(far.received(3))).isEqualTo(sent);
        });
  }

  @Test
  default void deliversOneSharedMessageAgainAndAgain() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          Message shared = message(7, 200_000);
          byte[] before = shared.toByteArray();
          for (int i = 0; i < 50; i++) {
            type.near().send(shared);
            type.far().send(shared);
          }
          assertThat(type.await(far.received(50))).containsOnly(shared);
          assertThat(type.await(near.received(50))).containsOnly(shared);
          assertThat(shared.toByteArray()).isEqualTo(before);
        });
  }

  @Test
  default void deliversWhatArrivedBeforeItWasStarted() throws Exception {
    withPair(
        (type, near, far) -> {
          type.far().start(far);
          List<Message> sent = messages(5, 100);
          sent.forEach(type.far()::send);
          type.near().start(near);
          assertThat(type.await(near.received(5))).isEqualTo(sent);
        });
  }

  @Test
  default void sendsWhatWasQueuedBeforeItWasStarted() throws Exception {
    withPair(
        (type, near, far) -> {
          List<Message> sent = messages(5, 100);
          sent.forEach(type.near()::send);
          type.far().start(far);
          type.near().start(near);
          assertThat(type.await(far.received(5))).isEqualTo(sent);
        });
  }

  @Test
  default void refusesToBeStartedTwice() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().start(near);
          assertThatThrownBy(() -> type.near().start(near))
              .isInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  default void answersWithinACallback() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().start(near.reacting(type.near()::send));
          type.far().start(far);
          List<Message> sent = messages(1_000, 50);
          sent.forEach(type.far()::send);
          assertThat(type.await(far.received(sent.size()))).isEqualTo(sent);
        });
  }

  @Test
  default void keepsTheOrderOfEachThreadThatSends() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          int threads = 4;
          int each = 500;
          List<Thread> senders = new ArrayList<>();
          for (int t = 0; t < threads; t++) {
            String command = "thread" + t;
            Thread sender =
                new Thread(
                    () -> {
                      for (int i = 0; i < each; i++) {
                        byte[] body = {(byte) (i >> 8), (byte) i};
                        type.near().send(Message.of(command, body));
                      }
                    });
            sender.start();
            senders.add(sender);
          }
          for (Thread sender : senders) {
            sender.join();
          }
          List<Message> received = type.await(far.received(threads * each));
          for (int t = 0; t < threads; t++) {
            String command = "thread" + t;
            assertThat(received)
                .filteredOn(message -> message.command().equals(command))
                .extracting(message -> message.body().getShort(0) & 0xffff)
                .hasSize(each)
                .isSorted();
          }
        });
  }

  @Test
  default void tellsWhoClosedExactlyOnce() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          type.near().close();
          assertThat(type.await(near.closed())).isNotBlank();
          assertThat(type.await(far.closed())).isNotBlank();
          type.near().close();
          type.far().close();
        });
  }

  @Test
  default void writesWhatWasQueuedBeforeItCloses() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          // More than what is written in one go.
          List<Message> sent = messages(20, 100_000);
          sent.forEach(type.near()::send);
          type.near().close();
          assertThat(type.await(far.received(20))).isEqualTo(sent);
          type.await(far.closed());
          type.await(near.closed());
        });
  }

  @Test
  default void writesWhatWasQueuedEvenIfThePeerHasSentWhatNobodyRead() throws Exception {
    withPair(
        (type, near, far) -> {
          type.far().start(far);
          messages(20, 10_000).forEach(type.far()::send);
          type.near().send(message(1, 500));
          type.near().close(); // never started: 20 messages are still on their way to it
          assertThat(type.await(far.received(1))).containsExactly(message(1, 500));
          type.await(far.closed());
        });
  }

  @Test
  default void closesFromWithinACallbackAndDeliversNothingMore() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().start(near.reacting(first -> type.near().close()));
          type.far().start(far);
          messages(100, 10).forEach(type.far()::send);
          type.await(near.closed());
          assertThat(near.messages()).hasSize(1);
          type.await(far.closed());
        });
  }

  @Test
  default void closesOnceHoweverManyThreadsCloseItWhileOthersSend() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          CountDownLatch go = new CountDownLatch(1);
          AtomicReference<Throwable> thrown = new AtomicReference<>();
          List<Thread> threads = new ArrayList<>();
          for (int t = 0; t < 4; t++) {
            boolean closes = t % 2 == 0;
            Thread thread =
                new Thread(
                    () -> {
                      try {
                        go.await();
                        for (int i = 0; i < 200; i++) {
                          type.near().send(message(i, 20));
                          type.far().send(message(i, 20));
                        }
                        if (closes) {
                          type.near().close();
                        }
                        type.near().send(message(1, 1));
                        type.near().reading(true);
                        type.near().pendingBytes();
                      } catch (Throwable e) {
                        thrown.set(e);
                      }
                    });
            thread.start();
            threads.add(thread);
          }
          go.countDown();
          for (Thread thread : threads) {
            thread.join();
          }
          assertThat(thrown).hasValue(null);
          type.await(near.closed());
          type.await(far.closed());
        });
  }

  @Test
  default void saysNothingIfItIsClosedBeforeItIsStarted() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().close();
          type.near().start(near);
          type.far().start(far);
          type.await(far.closed());
          assertThat(near.closed()).isNotDone();
          assertThat(near.messages()).isEmpty();
        });
  }

  @Test
  default void tellsThatThePeerHadGoneBeforeItWasStarted() throws Exception {
    withPair(
        (type, near, far) -> {
          type.far().start(far);
          type.far().send(message(1, 10));
          type.far().close();
          type.near().start(near);
          assertThat(type.await(near.closed())).isNotBlank();
          assertThat(near.messages()).containsExactly(message(1, 10));
        });
  }

  @Test
  default void ignoresWhatIsSentAfterItWasClosed() throws Exception {
    withOpenPair(
        (type, near, far) -> {
          type.near().close();
          type.near().send(message(1, 10));
          type.await(near.closed());
          type.await(far.closed());
          type.near().send(message(2, 10));
          assertThat(far.messages()).isEmpty();
          assertThat(type.near().pendingBytes()).isZero();
        });
  }

  @Test
  default void deliversNothingNewWhileReadingIsOff() throws Exception {
    withPair(
        (type, near, far) -> {
          // Turned off within the callback of the first message, when all are on their way.
          CompletableFuture<Void> off = new CompletableFuture<>();
          near.reacting(
              message -> {
                if (!off.isDone()) {
                  type.near().reading(false);
                  off.complete(null);
                }
              });
          type.far().start(far);
          List<Message> sent = messages(2_000, 1_000);
          sent.forEach(type.far()::send);
          type.near().start(near);
          type.await(off);
          // The way back stays open, which also gives what was on its way time to arrive.
          for (int i = 0; i < 20; i++) {
            type.near().send(message(i, 1_000));
          }
          type.await(far.received(20));
          assertThat(near.messages().size()).isLessThan(1_000); // "a few" that were decoded already
          type.near().reading(true);
          assertThat(type.await(near.received(sent.size()))).isEqualTo(sent);
        });
  }

  @Test
  default void countsWhatAPeerThatDoesNotReadHasNotTaken() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().start(near);
          type.far().reading(false);
          type.far().start(far);
          Message megabyte = message(1, 1_000_000);
          // What operating systems buffer on the way has a limit, far below this.
          int sent = 40;
          for (int i = 0; i < sent; i++) {
            type.near().send(megabyte);
          }
          assertThat(type.near().pendingBytes()).isGreaterThan(3_000_000);
          // Behind this, what was said while the way was still filling up has been said.
          type.far().send(message(2, 10));
          type.await(near.received(1));
          CompletableFuture<Void> writable = near.nextWritable();
          assertThat(type.near().pendingBytes()).isGreaterThan(3_000_000);
          type.far().reading(true);
          type.await(writable);
          assertThat(type.await(far.received(sent))).containsOnly(megabyte);
        });
  }

  @Test
  default void hasNothingPendingOnceThePeerHasEverything() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().start(near);
          type.far().start(far.reacting(type.far()::send));
          type.near().send(message(1, 100_000));
          type.await(near.received(1)); // echoed: so the peer has it
          type.near().send(message(2, 1));
          type.await(near.received(2));
          // The count of the second may lag a moment, that of the first not any more.
          assertThat(type.near().pendingBytes()).isLessThan(1_000);
        });
  }

  @Test
  default void closesInBoundedTimeAPeerThatDoesNotRead() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().start(near);
          type.far().reading(false);
          type.far().start(far);
          Message megabyte = message(1, 1_000_000);
          for (int i = 0; i < 30; i++) {
            type.near().send(megabyte);
          }
          type.near().close();
          type.await(near.closed());
        });
  }

  @Test
  default void turnsReadingOffAndOnFromAnyThreadAtAnyTime() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near().reading(false);
          type.near().reading(true);
          type.near().start(near);
          type.far().start(far);
          List<Message> sent = messages(500, 200);
          Thread toggler =
              new Thread(
                  () -> {
                    for (int i = 0; i < 500; i++) {
                      type.near().reading(i % 2 == 1);
                    }
                  });
          toggler.start();
          sent.forEach(type.far()::send);
          toggler.join(); // reading was turned on last
          assertThat(type.await(near.received(sent.size()))).isEqualTo(sent);
        });
  }

  @Test
  default void saysWhereThePeerIs() throws Exception {
    withPair(
        (type, near, far) -> {
          assertThat(type.near().remote()).contains(":");
          assertThat(type.far().remote()).contains(":");
          assertThat(type.far().remote().lastIndexOf(':')).isPositive();
        });
  }

  @Test
  default void aListenerThatThrowsHarmsNobodyElse() throws Exception {
    withPair(
        (type, near, far) -> {
          type.near()
              .start(
                  near.reacting(
                      message -> {
                        throw new IllegalStateException("thrown on purpose by a listener");
                      }));
          type.far().start(far);
          type.far().send(message(1, 10));
          assertThat(type.await(near.received(1))).hasSize(1);
        });
  }

  @Test
  default void dropsADamagedFrameAndGoesOn() throws Exception {
    withDamaging(
        (fixture, near, far) -> {
          fixture.near().start(near);
          fixture.send(message(1, 10));
          fixture.sendDamaged(message(2, 500));
          fixture.send(message(3, 10));
          assertThat(fixture.await(near.received(2)))
              .containsExactly(message(1, 10), message(3, 10));
          assertThat(near.rejections()).hasSize(1);
          assertThat(near.closed()).isNotDone();
        });
  }

  @Test
  default void closesWhenTheBytesCannotBeFramed() throws Exception {
    withDamaging(
        (fixture, near, far) -> {
          fixture.near().start(near);
          fixture.send(message(1, 10));
          fixture.sendGarbage();
          assertThat(fixture.await(near.closed())).isNotBlank();
          assertThat(near.messages()).containsExactly(message(1, 10));
        });
  }
}
