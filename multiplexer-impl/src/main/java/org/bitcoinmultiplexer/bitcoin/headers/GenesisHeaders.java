package org.bitcoinmultiplexer.bitcoin.headers;

import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** The first header of each network, which nobody ever sends. */
public final class GenesisHeaders {

  /** Of the transaction that quotes The Times of 3 January 2009. */
  private static final Hash FIRST =
      Hash.of("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");

  private static final Hash FIRST_OF_TESTNET4 =
      Hash.of("7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e");

  private GenesisHeaders() {}

  /**
   * The first header of a network.
   *
   * @param network any
   * @return the genesis block's
   */
  public static BlockHeader of(Network network) {
    Hash hash = network.genesis(); // which all signets share
    if (hash.equals(Network.MAINNET.genesis())) {
      return header(network, FIRST, 1_231_006_505, 2_083_236_893);
    }
    if (hash.equals(Network.TESTNET3.genesis())) {
      return header(network, FIRST, 1_296_688_602, 414_098_458);
    }
    if (hash.equals(Network.TESTNET4.genesis())) {
      return header(network, FIRST_OF_TESTNET4, 1_714_777_860, 393_743_547);
    }
    if (hash.equals(Network.SIGNET.genesis())) {
      return header(network, FIRST, 1_598_918_400, 52_613_770);
    }
    return header(network, FIRST, 1_296_688_602, 2);
  }

  private static BlockHeader header(Network network, Hash merkleRoot, int time, int nonce) {
    ByteWriter out = new ByteWriter(BlockHeader.SIZE).i32(1).hash(Hash.ZERO).hash(merkleRoot);
    out.i32(time).i32(network.powLimitBits()).i32(nonce);
    return BlockHeader.at(out.toMessage(Commands.HEADERS).array(), 0);
  }
}
