package org.bitcoinmultiplexer.examples.walletserver.wallets;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.wallet.UnreadableWalletException;
import org.bitcoinj.wallet.Wallet;

/** The file of one wallet, in the format of bitcoinj. */
final class WalletFile {

  private final Path path;

  WalletFile(Path path) {
    this.path = path;
  }

  /**
   * Reads the wallet, in the bitcoinj context of this thread.
   *
   * @throws IOException saying in a line why it cannot be used
   */
  Wallet load(BitcoinNetwork network) throws IOException {
    Wallet wallet;
    try (InputStream in = Files.newInputStream(path)) {
      wallet = Wallet.loadFromFileStream(in);
    } catch (UnreadableWalletException | RuntimeException e) {
      throw new IOException(path.getFileName() + " is damaged: " + e.getMessage(), e);
    }
    if (wallet.network() != network) {
      throw new IOException(
          path.getFileName() + " is a wallet of " + wallet.network() + ", not of " + network);
    }
    if (!wallet.isConsistent()) {
      throw new IOException(path.getFileName() + " contradicts itself");
    }
    return wallet;
  }

  /** What the file would contain. */
  static byte[] serialize(Wallet wallet) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try {
      wallet.saveToFileStream(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return content.toByteArray();
  }

  void replace(byte[] content) throws IOException {
    OwnerOnly.replace(path, content);
  }
}
