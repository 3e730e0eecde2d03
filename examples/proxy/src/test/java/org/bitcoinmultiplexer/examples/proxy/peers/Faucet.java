package org.bitcoinmultiplexer.examples.proxy.peers;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionOutput;

/**
 * Coins that need no key: mines to a script that anybody can spend, and makes transactions from
 * them by hand. Works the same with every kind of node.
 *
 * <p>Each payment spends one coinbase; the change stays spendable in the same way but is not used
 * again.
 */
public final class Faucet {
  /** Blocks until a coinbase may be spent. */
  public static final int MATURITY = 100;

  private static final long FEE = 20_000;

  /** How its coins are locked. */
  public enum Kind {
    /** Pay to script hash of {@code OP_TRUE}: spent without a witness. */
    PLAIN("a914da1745e9b549bd0bfa1a569971c77eba30cd5a4b87"),
    /** Pay to witness script hash of {@code OP_TRUE}: spent with a witness. */
    WITNESS("00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260");

    private final byte[] script;

    Kind(String script) {
      this.script = HexFormat.of().parseHex(script);
    }
  }

  private final UpstreamNode node;
  private final Kind kind;
  private final List<Integer> ours = new ArrayList<>();
  private int spent;
  private int forged;

  /** A faucet that mines with the given node. */
  public Faucet(UpstreamNode node, Kind kind) {
    this.node = node;
    this.kind = kind;
  }

  /** Mines blocks that pay to the faucet. */
  public List<String> mine(int blocks) {
    int before = node.height();
    List<String> hashes = node.mine(blocks, kind.script);
    for (int i = 1; i <= blocks; i++) {
      ours.add(before + i);
    }
    return hashes;
  }

  /** A transaction, serialised with its witness if it has one, that pays an amount to a script. */
  public byte[] pay(byte[] script, long satoshis) {
    if (spent >= ours.size() || ours.get(spent) + MATURITY > node.height() + 1) {
      throw new IllegalStateException("no mature coin: mine more blocks first");
    }
    Transaction coinbase = Wire.transactions(node.block(ours.get(spent++))).get(0);
    TransactionOutput coin = coinbase.getOutput(0);
    return pay(coinbase.getTxId().toString(), coin.getValue(), script, satoshis);
  }

  /** The same but that it spends a coin that there is not: no node accepts it. */
  public byte[] forge(byte[] script, String bitcoin) {
    return pay(
        "%064x".formatted(++forged), Coin.FIFTY_COINS, script, Coin.parseCoin(bitcoin).value);
  }

  private byte[] pay(String spent, Coin coin, byte[] script, long satoshis) {
    long change = coin.value - satoshis - FEE;
    if (change < 1_000) {
      throw new IllegalStateException(coin.toFriendlyString() + " is too little");
    }
    Payload payload = new Payload().u32(2);
    if (kind == Kind.WITNESS) {
      payload.u8(0).u8(1);
    }
    payload.size(1).hash(spent).u32(0);
    // OP_TRUE itself is the script that the hash commits to: pushed, or in the witness.
    payload.sized(kind == Kind.PLAIN ? new byte[] {1, 0x51} : new byte[0]).u32(0xffffffffL);
    payload.size(2).u64(satoshis).sized(script).u64(change).sized(kind.script);
    if (kind == Kind.WITNESS) {
      payload.size(1).sized(new byte[] {0x51});
    }
    return payload.u32(0).toBytes();
  }

  /** The same with an amount in bitcoin. */
  public byte[] pay(byte[] script, String bitcoin) {
    return pay(script, Coin.parseCoin(bitcoin).value);
  }

  /** A payment to itself: a transaction whose only purpose is to exist. */
  public byte[] any() {
    return pay(kind.script, 10_000);
  }
}
