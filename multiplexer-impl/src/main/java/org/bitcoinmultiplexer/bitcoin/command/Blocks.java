package org.bitcoinmultiplexer.bitcoin.command;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockCheck;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.MerkleTree;
import org.bitcoinmultiplexer.bitcoin.chain.Verdict;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/** The full checks of blocks in their several forms: null if there is no fault. */
final class Blocks {

  private Blocks() {}

  static @Nullable String faultOfWhole(Message block, Network network, Weights weights) {
    Verdict verdict = BlockCheck.verdict(block, network);
    if (!verdict.isValid()) {
      return verdict.reason();
    }
    weights.sawBlock(block.size());
    return null;
  }

  /** A block without witnesses: the merkle root is all that can be checked. */
  static @Nullable String faultOfStripped(Message message, Network network) {
    Block block = Block.parse(message);
    Hash hash = Keys.blockHash(message);
    if (block.toMessage().size() != message.size()) {
      return "block " + hash + ": bytes trail the last transaction";
    }
    if (block.size() == 0) {
      return "block " + hash + ": no transactions";
    }
    if (block.hasWitness()) {
      return "block " + hash + ": a witness that was not asked for";
    }
    byte[] txids = new byte[block.size() * Hash.SIZE];
    for (int i = 0; i < block.size(); i++) {
      block.txid(i).write(txids, i * Hash.SIZE);
    }
    if (!MerkleTree.reduce(txids, block.size()) || !block.header().merkleRoot().isAt(txids, 0)) {
      return "block " + hash + ": other transactions than its merkle root commits to";
    }
    return faultOfHeader(message, network);
  }

  static @Nullable String faultOfHeader(Message message, Network network) {
    return BlockHeader.of(message).hasProofOfWork(network)
        ? null
        : message.command() + " " + Keys.blockHash(message) + ": no proof of work";
  }
}
