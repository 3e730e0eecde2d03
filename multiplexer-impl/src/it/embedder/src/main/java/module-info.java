/** An embedder with networking of his own, on the module path. */
module embedder {
  requires org.bitcoinmultiplexer;

  exports embedder;
}
