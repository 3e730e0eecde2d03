package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Connector} must do.
 *
 * <p>To prove one, let a test class implement this interface and {@link #openConnectors}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public interface ConnectorKit {

  /** Makes something to dial, and connectors to it and past it. */
  ConnectorFixture openConnectors() throws Exception;

  /** What the tests dial. */
  interface ConnectorFixture extends AutoCloseable {

    /** Dials a listener that sends every message back. */
    Connector toEcho();

    /** Dials where nobody listens. */
    Connector toNobody();

    /** Waits for something; over virtual time this is overridden to run until then. */
    default <T> T await(CompletionStage<T> stage) throws Exception {
      return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Closes the listener, its connections, and ends whatever they ran on. */
    @Override
    void close() throws Exception;
  }

  /** A test that uses connectors. */
  @FunctionalInterface
  interface Body {
    void run(ConnectorFixture fixture) throws Exception;
  }

  private void withConnectors(Body body) throws Exception {
    TransportKitLeaks leaks = TransportKitLeaks.watch();
    try (ConnectorFixture fixture = openConnectors()) {
      body.run(fixture);
    }
    leaks.assertNoThreadWasLeftBehind();
  }

  @Test
  default void connectsWithATransportThatHasNotBeenStarted() throws Exception {
    withConnectors(
        fixture -> {
          Transport transport = fixture.await(fixture.toEcho().connect());
          TransportKitListener listener = new TransportKitListener();
          transport.start(listener);
          Message sent = Message.of("hello", new byte[] {1, 2, 3});
          transport.send(sent);
          assertThat(fixture.await(listener.received(1))).containsExactly(sent);
          transport.close();
          fixture.await(listener.closed());
          listener.assertRulesWereKept();
        });
  }

  @Test
  default void givesANewTransportEachTime() throws Exception {
    withConnectors(
        fixture -> {
          List<Transport> transports = new ArrayList<>();
          List<TransportKitListener> listeners = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            Transport transport = fixture.await(fixture.toEcho().connect());
            TransportKitListener listener = new TransportKitListener();
            transport.start(listener);
            transport.send(Message.of("number", new byte[] {(byte) i}));
            transports.add(transport);
            listeners.add(listener);
          }
          assertThat(transports).doesNotHaveDuplicates();
          for (int i = 0; i < 3; i++) {
            assertThat(fixture.await(listeners.get(i).received(1)))
                .containsExactly(Message.of("number", new byte[] {(byte) i}));
          }
          // One that goes leaves the others alone.
          transports.get(0).close();
          fixture.await(listeners.get(0).closed());
          transports.get(1).send(Message.of("more", new byte[0]));
          assertThat(fixture.await(listeners.get(1).received(2))).hasSize(2);
          assertThat(listeners.get(2).closed()).isNotDone();
        });
  }

  @Test
  default void saysInWordsWhatCouldNotBeReached() throws Exception {
    withConnectors(
        fixture -> {
          Throwable thrown = catchThrowable(() -> fixture.await(fixture.toNobody().connect()));
          assertThat(thrown).isInstanceOf(ExecutionException.class);
          assertThat(thrown.getCause())
              .hasMessageContaining(fixture.toNobody().target())
              .hasMessageContaining("refused");
        });
  }

  @Test
  default void mayBeAskedAgainAfterAFailure() throws Exception {
    withConnectors(
        fixture -> {
          Connector connector = fixture.toNobody();
          for (int i = 0; i < 3; i++) {
            assertThat(catchThrowable(() -> fixture.await(connector.connect())))
                .isInstanceOf(ExecutionException.class);
          }
        });
  }

  @Test
  default void saysWhatItDials() throws Exception {
    withConnectors(
        fixture -> {
          assertThat(fixture.toEcho().target()).isNotBlank();
          assertThat(fixture.toNobody().target()).isNotBlank();
        });
  }
}
