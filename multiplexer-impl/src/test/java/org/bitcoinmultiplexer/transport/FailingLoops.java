package org.bitcoinmultiplexer.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** What a loop must do when memory runs out in it. */
public final class FailingLoops {

  private FailingLoops() {}

  public static void assertEndsAfterAFatalError(EventLoops.OwnedLoop loop) throws Exception {
    Error fatal = new OutOfMemoryError("thrown on purpose by a test");
    CompletableFuture<Error> heard = new CompletableFuture<>();
    CompletableFuture<Boolean> inLoop = new CompletableFuture<>();
    loop.onFailure(
        error -> {
          throw new OutOfMemoryError("and once more");
        });
    loop.onFailure(
        error -> {
          inLoop.complete(loop.inEventLoop());
          heard.complete(error);
        });
    loop.execute(
        () -> {
          throw fatal;
        });
    assertThat(heard.get(10, TimeUnit.SECONDS)).isSameAs(fatal);
    assertThat(inLoop.get(10, TimeUnit.SECONDS)).isTrue();
    loop.close(); // only waits until it has ended
    assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }
}
