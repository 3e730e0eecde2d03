package org.bitcoinmultiplexer.examples.walletserver.wallets;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The payments of one wallet, a line each, written before any of it is sent.
 *
 * <p>A payment that is here is paid, whatever happens: if the process is killed before the wallet
 * is saved or the node has heard of it, the next start makes up for it. One that is not here was
 * sent to nobody. A line that a crash left without an end is none.
 *
 * <p>Who writes takes turns by himself; reading is safe for use by several threads.
 */
final class PaymentJournal implements Closeable {

  private static final Gson GSON = new Gson();

  private final FileChannel file;
  private final Map<String, SentPayment> byTxid = new ConcurrentHashMap<>();
  private final Map<String, SentPayment> byKey = new ConcurrentHashMap<>();

  private PaymentJournal(FileChannel file) {
    this.file = file;
  }

  /**
   * Opens the journal, or begins it.
   *
   * @throws IOException if it cannot be read or makes no sense
   */
  static PaymentJournal open(Path path) throws IOException {
    FileChannel file =
        OwnerOnly.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    PaymentJournal journal = new PaymentJournal(file);
    try {
      byte[] content = read(file);
      int end = content.length;
      while (end > 0 && content[end - 1] != '\n') {
        end--;
      }
      String text = new String(content, 0, end, StandardCharsets.UTF_8);
      for (SentPayment payment : parse(path, text)) {
        journal.keep(payment);
      }
      if (end < content.length) {
        file.truncate(end);
      }
      file.position(end);
      OwnerOnly.forceParent(path);
      return journal;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static byte[] read(FileChannel file) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
    while (content.hasRemaining() && file.read(content) >= 0) {
      // Again, until all of it is there.
    }
    return content.array();
  }

  private static List<SentPayment> parse(Path path, String text) throws IOException {
    List<SentPayment> payments = new ArrayList<>();
    for (String line : text.lines().toList()) {
      SentPayment payment;
      try {
        payment = GSON.fromJson(line, SentPayment.class);
      } catch (JsonParseException e) {
        payment = null;
      }
      if (payment == null || payment.txid() == null || payment.transaction() == null) {
        throw new IOException(path.getFileName() + " is damaged in line " + (payments.size() + 1));
      }
      payments.add(payment);
    }
    return payments;
  }

  /**
   * Writes a payment down, so that it survives a crash of the machine.
   *
   * @throws IOException if it cannot, saying what that means
   */
  void append(SentPayment payment) throws IOException {
    ByteBuffer line =
        ByteBuffer.wrap((GSON.toJson(payment) + "\n").getBytes(StandardCharsets.UTF_8));
    long end = file.position();
    try {
      while (line.hasRemaining()) {
        file.write(line);
      }
      file.force(true);
    } catch (IOException e) {
      takeBack(end, e);
      throw new IOException("nothing was paid: it cannot be written down: " + e, e);
    }
    keep(payment);
  }

  private void takeBack(long end, IOException cause) throws IOException {
    try {
      file.truncate(end);
    } catch (IOException e) {
      file.close(); // What is in the file now only the next start can tell.
      throw new IOException(
          "whether it was paid is not known before the server is started again, and asked again"
              + " with the same Idempotency-Key: "
              + cause,
          cause);
    }
  }

  private void keep(SentPayment payment) {
    byTxid.put(payment.txid(), payment);
    if (payment.key() != null) {
      byKey.put(payment.key(), payment);
    }
  }

  @Nullable SentPayment withKey(@Nullable String key) {
    return key == null ? null : byKey.get(key);
  }

  @Nullable SentPayment withTxid(String txid) {
    return byTxid.get(txid);
  }

  /** All of them, in the order of their times. */
  List<SentPayment> all() {
    return byTxid.values().stream().sorted(Comparator.comparing(SentPayment::time)).toList();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
