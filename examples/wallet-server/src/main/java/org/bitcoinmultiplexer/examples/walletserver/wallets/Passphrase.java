package org.bitcoinmultiplexer.examples.walletserver.wallets;

import org.bitcoinj.crypto.AesKey;
import org.bitcoinj.crypto.KeyCrypter;
import org.bitcoinj.crypto.KeyCrypterException;
import org.bitcoinj.crypto.KeyCrypterScrypt;
import org.bitcoinj.wallet.Wallet;

/** Encrypts the keys of new wallets, and opens them when they pay. */
public final class Passphrase {

  private final String words;

  /**
   * A passphrase.
   *
   * @param words not empty
   */
  public Passphrase(String words) {
    this.words = words;
  }

  void encrypt(Wallet wallet) {
    KeyCrypter crypter = new KeyCrypterScrypt();
    wallet.encrypt(crypter, crypter.deriveKey(words));
  }

  /**
   * What opens a wallet; takes a while on purpose.
   *
   * @throws WalletException if these are not the words it was encrypted with
   */
  AesKey keyOf(Wallet wallet) throws WalletException {
    KeyCrypter crypter = wallet.getKeyCrypter();
    try {
      AesKey key = crypter == null ? null : crypter.deriveKey(words);
      if (key != null && wallet.checkAESKey(key)) {
        return key;
      }
    } catch (KeyCrypterException e) {
      // Said below: what the library says may tell of the words.
    }
    throw new WalletException(
        WalletException.Kind.REFUSED,
        "the wallet is encrypted with another passphrase than this server has");
  }

  @Override
  public String toString() {
    return "a passphrase";
  }
}
