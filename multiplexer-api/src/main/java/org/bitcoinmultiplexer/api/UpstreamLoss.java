package org.bitcoinmultiplexer.api;

/** How an upstream was lost, or never won, as far as it matters to whoever waits for it. */
public enum UpstreamLoss {

  /** No connection was opened. */
  UNREACHABLE,

  /** What it sent is no message of this network: it speaks another one, or another protocol. */
  UNREADABLE,

  /** The connection ended, on whichever side and for whatever reason. */
  CLOSED
}
