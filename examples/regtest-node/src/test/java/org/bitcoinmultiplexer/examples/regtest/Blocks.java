package org.bitcoinmultiplexer.examples.regtest;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.script.Script;
import org.bitcoinj.script.ScriptBuilder;

/** Makes blocks that a node does not have, by letting another node mine them. */
final class Blocks {
  static final Script SOMEWHERE = ScriptBuilder.createP2WPKHOutputScript(new ECKey());

  private Blocks() {}

  /** Valid blocks on top of a node's tip. */
  static List<BlockBody> children(RegtestNode node, int count) {
    Node other = copy(node);
    List<BlockBody> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Sha256Hash hash = other.locked(() -> other.mineOn(other.chain().tip(), SOMEWHERE));
      blocks.add(other.read(() -> other.chain().find(hash).body()));
    }
    return blocks;
  }

  /** A node with the same active chain. */
  static Node copy(RegtestNode node) {
    Node other = new Node(Clock.systemUTC(), new ECKey());
    for (int height = 1; height <= node.height(); height++) {
      BlockBody body =
          BlockBody.parse(node.block(node.hashAt(height).orElseThrow()).orElseThrow().serialize());
      other.locked(() -> other.accept(body));
    }
    return other;
  }
}
