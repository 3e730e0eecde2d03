package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.relay.SubmissionFile.Saved;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmissionFileTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);

  @TempDir private Path directory;
  private Path path;

  @BeforeEach
  void name() {
    path = directory.resolve("regtest.submissions");
  }

  private static Message tx(int number) {
    return TestChain.tx(number, 5);
  }

  private SubmissionFile open() {
    return SubmissionFile.open(path, Runnable::run);
  }

  private void fill(int count) {
    SubmissionFile file = open();
    for (int i = 0; i < count; i++) {
      file.add(tx(i), NOW.plusSeconds(i));
    }
    file.close();
  }

  @Test
  void hasAfterwardsWhatCameAndDidNotGo() {
    fill(5);
    SubmissionFile file = open();
    file.remove(Transaction.parse(tx(2)).wtxid());
    file.close();
    assertThat(open().saved())
        .containsExactly(
            new Saved(tx(0), NOW),
            new Saved(tx(1), NOW.plusSeconds(1)),
            new Saved(tx(3), NOW.plusSeconds(3)),
            new Saved(tx(4), NOW.plusSeconds(4)));
  }

  @Test
  void staysAboutAsLargeAsWhatIsInIt() throws IOException {
    SubmissionFile file = open();
    for (int i = 0; i < 20_000; i++) {
      file.add(tx(i), NOW);
      file.remove(Transaction.parse(tx(i)).wtxid());
    }
    file.add(tx(1), NOW);
    file.close();
    assertThat(Files.size(path)).isLessThan(1_100_000);
    assertThat(open().saved()).containsExactly(new Saved(tx(1), NOW));
  }

  @Test
  void keepsWhatStandsBeforeDamageAndSetsTheFileAside() throws IOException {
    fill(3);
    byte[] whole = Files.readAllBytes(path);
    int record = whole.length / 3;
    for (int bit = 0; bit < 8 * record; bit += 5) {
      byte[] damaged = whole.clone();
      damaged[record + bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(path, damaged);
      assertThat(open().saved()).as("bit " + bit).containsExactly(new Saved(tx(0), NOW));
      assertThat(directory.resolve("regtest.submissions.damaged")).hasBinaryContent(damaged);
    }
    for (int length = 2 * record + 1; length < whole.length; length++) {
      Files.write(path, java.util.Arrays.copyOf(whole, length));
      assertThat(open().saved()).hasSize(2);
      assertThat(open().saved()).as("once more").hasSize(2);
    }
  }

  @Test
  void whatWasAcceptedIsOfferedAfterOurOwnRestart() {
    RelayFixture before = new RelayFixture();
    before.engine.loop.run(() -> before.nodeRelay.keepSubmissions(path, Runnable::run));
    List<BlockHeader> known = before.knowing(3);
    Peer alice = new Peer("alice");
    for (int i = 0; i < 3; i++) {
      before.submits(alice, tx(i));
    }
    before.line.says(tx(0));
    before.line.says(tx(1));
    BlockHeader next = TestChain.grow(TestChain.last(known), 1, 1).get(0);
    before.line.says(AcceptanceProbeTest.blockWith(next, tx(0)));

    RelayFixture after = new RelayFixture();
    after.engine.loop.run(() -> after.nodeRelay.keepSubmissions(path, Runnable::run));
    after.connected();
    assertThat(after.engine.told).containsExactly(tx(1));
    after.line.says(tx(1));
    assertThat(after.nodeRelay.node().transactions()).containsExactly(tx(1));
  }
}
