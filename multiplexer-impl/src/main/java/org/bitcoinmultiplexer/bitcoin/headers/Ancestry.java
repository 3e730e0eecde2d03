package org.bitcoinmultiplexer.bitcoin.headers;

/** Headers by number, each with the way back to those before it: what {@link HeaderRules} need. */
interface Ancestry {

  /** No header, or none that is known. */
  int NONE = -1;

  /** The number of the header that one builds on; {@link #NONE} if that is not known. */
  int parent(int number);

  /** The height of a header; negative if it is not known. */
  int height(int number);

  /** Seconds since 1970, 0 to 2^32 - 1. */
  long time(int number);

  /** The target that a header states. */
  int bits(int number);

  /** The ancestor so many generations back; {@link #NONE} if it is not known. */
  default int ancestor(int number, int generations) {
    int at = number;
    for (int i = 0; at != NONE && i < generations; i++) {
      at = parent(at);
    }
    return at;
  }
}
