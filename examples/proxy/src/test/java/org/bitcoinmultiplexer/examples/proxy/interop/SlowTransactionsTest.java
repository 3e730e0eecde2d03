package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client whose transactions take a node long to refuse: scripts of nothing but hashing, without a
 * key, in endless variants. Others must not feel it more than if they asked the node directly.
 */
@NeedsBitcoind
@Timeout(240)
class SlowTransactionsTest {

  private static final int TRANSACTIONS = 20;
  private static final int REQUESTS = 15;
  private static final int SCRIPT = 385_000;

  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  /** The key whose secret is two: its point has an even y. */
  private static final byte[] INTERNAL = x(BigInteger.TWO);

  private final byte[] script = script();
  private final BigInteger tweaked =
      BigInteger.TWO.add(
          new BigInteger(1, tagged("TapTweak", INTERNAL, tagged("TapLeaf", leaf(script)))));

  private static byte[] script() {
    ByteArrayOutputStream script = new ByteArrayOutputStream();
    script.write(0x75); // OP_DROP: the variant
    script.write(0x4d); // OP_PUSHDATA2
    script.write(520 & 0xff);
    script.write(520 >> 8);
    script.writeBytes(new byte[520]);
    while (script.size() < SCRIPT) {
      script.write(0x76); // OP_DUP
      script.write(0xa6); // OP_RIPEMD160
      script.write(0x75); // OP_DROP
    }
    script.write(0x6a); // OP_RETURN
    return script.toByteArray();
  }

  private static byte[] leaf(byte[] script) {
    return new Payload().u8(0xc0).sized(script).toBytes();
  }

  private static byte[] tagged(String tag, byte[]... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] hashed = sha.digest(tag.getBytes(StandardCharsets.US_ASCII));
      sha.update(hashed);
      sha.update(hashed);
      for (byte[] part : parts) {
        sha.update(part);
      }
      return sha.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] x(BigInteger secret) {
    return Arrays.copyOfRange(point(secret), 1, 33);
  }

  private static byte[] point(BigInteger secret) {
    return ECKey.fromPrivate(secret.mod(ORDER)).getPubKey();
  }

  private byte[] variant(String coin, int number) {
    byte[] control = new byte[33];
    control[0] = (byte) (0xc0 | (point(tweaked)[0] & 1));
    System.arraycopy(INTERNAL, 0, control, 1, 32);
    return new Payload()
        .u32(2)
        .u8(0)
        .u8(1)
        .size(1)
        .hash(coin)
        .u32(0)
        .sized(new byte[0])
        .u32(0xffffffffL)
        .size(1)
        .u64(99_000_000)
        .sized(
            new byte[] {
              0x51, 0x20, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1,
              2, 3, 4, 5, 6, 7, 8
            })
        .size(3)
        .sized(new Payload().u32(number).toBytes())
        .sized(script)
        .sized(control)
        .u32(0)
        .toBytes();
  }

  private String fund(KnownChain chain, Bitcoind node) {
    byte[] output = new byte[34];
    output[0] = 0x51;
    output[1] = 0x20;
    System.arraycopy(x(tweaked), 0, output, 2, 32);
    String coin = node.submit(chain.faucet().pay(output, "1"));
    chain.mine(1);
    return coin;
  }

  /** How long each request took, sorted, in milliseconds, while another floods the node. */
  private long[] waits(InetSocketAddress address, KnownChain chain, String coin, int from) {
    try (RawClient flooder = RawClient.to(address).connect();
        RawClient other = RawClient.to(address).connect()) {
      other.fence();
      Thread flood =
          new Thread(
              () -> {
                for (int i = 0; i < TRANSACTIONS; i++) {
                  flooder.send("tx", variant(coin, from + i));
                }
              });
      flood.setDaemon(true);
      flood.start();
      long[] waits = new long[REQUESTS];
      for (int i = 0; i < REQUESTS; i++) {
        String block = chain.at(1 + i);
        long asked = System.nanoTime();
        other.getData(new Item(Item.BLOCK, block));
        assertThat(Wire.blockHash(other.expect("block").payload())).isEqualTo(block);
        waits[i] = (System.nanoTime() - asked) / 1_000_000;
      }
      Arrays.sort(waits);
      return waits;
    }
  }

  @Test
  void delayNobodyElseMoreThanTheNodeDoes(@TempDir Path directory) throws IOException {
    try (Bitcoind node = Bitcoind.start(directory)) {
      KnownChain chain = new KnownChain(node);
      String coin = fund(chain, node);
      long[] direct = waits(node.address(), chain, coin, 0);
      try (ProxyUnderTest.Running proxy =
          ProxyUnderTest.between(new LibraryProxy(), node.address(), Way.KEY)) {
        long[] shared = waits(proxy.address(), chain, coin, 1_000);
        System.out.println(
            "slow transactions: direct "
                + Arrays.toString(direct)
                + ", shared "
                + Arrays.toString(shared));
        assertThat(shared[REQUESTS - 1]).isLessThan(2 * direct[REQUESTS - 1] + 2_000);
        assertThat(node.inboundPeers()).hasSize(1);
      }
    }
  }
}
