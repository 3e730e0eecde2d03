package org.bitcoinmultiplexer.examples.walletserver.wallets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.AddressParser;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.base.exceptions.AddressFormatException;
import org.bitcoinj.base.internal.ByteUtils;
import org.bitcoinj.core.InsufficientMoneyException;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionConfidence;
import org.bitcoinj.wallet.SendRequest;
import org.bitcoinj.wallet.Wallet;
import org.bitcoinmultiplexer.examples.walletserver.wallets.WalletException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Makes the payments of one wallet, one after another, each in this order: is it paid already? sign
 * it; write it into the journal; book it in the wallet. Only then may it be sent.
 *
 * <p>Called in the context of the wallet.
 */
final class Payer {

  private final Wallet wallet;
  private final PaymentJournal journal; // written to only by who holds this
  private final @Nullable Passphrase passphrase;

  /**
   * A transaction that pays.
   *
   * @param isNew false if it had been made before
   */
  record Paid(Transaction transaction, boolean isNew) {}

  Payer(Wallet wallet, PaymentJournal journal, @Nullable Passphrase passphrase) {
    this.wallet = wallet;
    this.journal = journal;
    this.passphrase = passphrase;
  }

  /**
   * Books what is in the journal and not in the wallet, which was not saved any more.
   *
   * @return whether there was something
   */
  synchronized boolean makeUpForWhatWasNotSaved() throws IOException {
    boolean found = false;
    for (SentPayment payment : journal.all()) {
      if (wallet.getTransaction(Sha256Hash.wrap(payment.txid())) == null) {
        try {
          wallet.maybeCommitTx(signed(payment));
          found = true;
        } catch (RuntimeException e) {
          throw new IOException("payment " + payment.txid() + " is damaged: " + e.getMessage(), e);
        }
      }
    }
    return found;
  }

  private static Transaction signed(SentPayment payment) {
    Transaction transaction =
        Transaction.read(ByteBuffer.wrap(ByteUtils.parseHex(payment.transaction())));
    transaction.getConfidence().setSource(TransactionConfidence.Source.SELF);
    transaction.setPurpose(Transaction.Purpose.USER_PAYMENT);
    return transaction;
  }

  @Nullable SentPayment sent(String txid) {
    return journal.withTxid(txid);
  }

  synchronized Paid pay(PaymentRequest request) throws WalletException {
    SentPayment before = journal.withKey(request.key());
    if (before != null) {
      return new Paid(paid(before, request), false);
    }
    Transaction transaction = sign(request);
    try {
      journal.append(entry(request, transaction));
    } catch (IOException e) {
      throw new WalletException(Kind.STORAGE, String.valueOf(e.getMessage()), e);
    }
    wallet.commitTx(transaction);
    return new Paid(transaction, true);
  }

  private Transaction paid(SentPayment before, PaymentRequest request) throws WalletException {
    if (!before.isFor(request)) {
      throw new WalletException(
          Kind.REFUSED,
          "this Idempotency-Key has paid "
              + before.amount()
              + " to "
              + before.address()
              + "; another payment needs another key");
    }
    Transaction transaction = wallet.getTransaction(Sha256Hash.wrap(before.txid()));
    if (transaction == null) {
      throw new IllegalStateException("payment " + before.txid() + " is not in its wallet");
    }
    return transaction;
  }

  private static SentPayment entry(PaymentRequest request, Transaction transaction) {
    return new SentPayment(
        Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
        request.key(),
        request.address(),
        request.amount(),
        transaction.getFee().value,
        transaction.getTxId().toString(),
        ByteUtils.formatHex(transaction.serialize()));
  }

  private Transaction sign(PaymentRequest request) throws WalletException {
    Coin amount = Coin.valueOf(request.amount());
    SendRequest send = SendRequest.to(address(request), amount);
    send.setFeePerVkb(Coin.valueOf(1000L * request.feeRate()));
    if (wallet.isEncrypted()) {
      if (passphrase == null) {
        throw new WalletException(
            Kind.REFUSED, "the wallet is encrypted and this server has no passphrase");
      }
      send.aesKey = passphrase.keyOf(wallet);
    }
    try {
      wallet.completeTx(send);
      return send.tx;
    } catch (InsufficientMoneyException e) {
      throw new WalletException(Kind.REFUSED, notEnough(request, e), e);
    } catch (Wallet.DustySendRequested e) {
      throw new WalletException(
          Kind.INVALID, "amount: " + amount.value + " is less than nodes pass on", e);
    } catch (Wallet.ExceededMaxTransactionSize e) {
      throw new WalletException(
          Kind.REFUSED, "it would take too many small coins: pay less at a time", e);
    } catch (Wallet.TransactionCompletionException e) {
      throw new WalletException(Kind.REFUSED, "it cannot be paid: " + e, e);
    }
  }

  private String notEnough(PaymentRequest request, InsufficientMoneyException e) {
    Coin spendable = wallet.getBalance(Wallet.BalanceType.AVAILABLE);
    Coin missing = e.missing;
    return "the wallet can spend "
        + spendable.value
        + ", which is not enough to pay "
        + request.amount()
        + " and the fee"
        + (missing == null ? "" : ": " + missing.value + " are missing");
  }

  private Address address(PaymentRequest request) throws WalletException {
    String text = request.address();
    try {
      return AddressParser.getDefault(wallet.network()).parseAddress(text);
    } catch (AddressFormatException e) {
      throw new WalletException(Kind.INVALID, "address: " + whyNot(text), e);
    }
  }

  private String whyNot(String text) {
    try {
      AddressParser.getDefault().parseAddress(text);
      return "is of another network than " + wallet.network();
    } catch (AddressFormatException e) {
      return "is none, or mistyped";
    }
  }

  synchronized void close() throws IOException {
    journal.close();
  }
}
