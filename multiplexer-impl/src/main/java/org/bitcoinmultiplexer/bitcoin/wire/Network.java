package org.bitcoinmultiplexer.bitcoin.wire;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A Bitcoin network and the constants in which it differs from others (Core's chainparams). A
 * value: the well-known ones are constants, and every challenge makes a signet of its own, see
 * {@link #withChallenge}.
 */
public final class Network {

  /** The network that carries value. */
  public static final Network MAINNET =
      new Network(
          "mainnet",
          0xd9b4bef9,
          8333,
          "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
          "00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
          0x1d00ffff,
          481_824);

  /** The third test network. */
  public static final Network TESTNET3 =
      new Network(
          "testnet3",
          0x0709110b,
          18333,
          "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
          "00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
          0x1d00ffff,
          834_624);

  /** The fourth test network (BIP94). */
  public static final Network TESTNET4 =
      new Network(
          "testnet4",
          0x283f161c,
          48333,
          "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
          "00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
          0x1d00ffff,
          1);

  /** The default signet (BIP325). */
  public static final Network SIGNET =
      new Network(
          "signet",
          0x40cf030a,
          38333,
          "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
          "00000377ae000000000000000000000000000000000000000000000000000000",
          0x1e0377ae,
          1);

  /**
   * A private network for tests. Bitcoin Core has segregated witness active from the start here.
   * bcoin has it only from its third signalling window of 144 blocks on, but makes no block with a
   * commitment before, so Core's rule is right for both.
   */
  public static final Network REGTEST =
      new Network(
          "regtest",
          0xdab5bffa,
          18444,
          "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
          "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
          0x207fffff,
          0);

  private static final List<Network> KNOWN = List.of(MAINNET, TESTNET3, TESTNET4, SIGNET, REGTEST);

  /** Whose magic it is that nobody here has. */
  static final String UNKNOWN = "no network known here";

  private final String id;
  private final int magic;
  private final int defaultPort;
  private final Hash genesis;
  private final Hash powLimit;
  private final int powLimitBits;
  private final int segwitHeight;

  private Network(
      String id,
      int magic,
      int defaultPort,
      String genesis,
      String powLimit,
      int powLimitBits,
      int segwitHeight) {
    this(id, magic, defaultPort, Hash.of(genesis), Hash.of(powLimit), powLimitBits, segwitHeight);
  }

  private Network(
      String id,
      int magic,
      int defaultPort,
      Hash genesis,
      Hash powLimit,
      int powLimitBits,
      int segwitHeight) {
    this.id = id;
    this.magic = magic;
    this.defaultPort = defaultPort;
    this.genesis = genesis;
    this.powLimit = powLimit;
    this.powLimitBits = powLimitBits;
    this.segwitHeight = segwitHeight;
  }

  /**
   * The networks that have a name.
   *
   * @return in no particular order
   */
  public static List<Network> known() {
    return KNOWN;
  }

  /**
   * The network of a name, as people write it in a configuration: {@code mainnet}, {@code
   * testnet3}, {@code testnet4}, {@code signet}, {@code regtest}, in any case; also Core's short
   * forms {@code main} and {@code test}.
   *
   * @param name the name
   * @return its network
   * @throws IllegalArgumentException naming what was given and what is known
   */
  public static Network of(String name) {
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    for (Network network : KNOWN) {
      if (network.id.equals(wanted)) {
        return network;
      }
    }
    return switch (wanted) {
      case "main" -> MAINNET;
      case "test", "testnet" -> TESTNET3;
      default ->
          throw new IllegalArgumentException(
              "unknown network \""
                  + name
                  + "\"; known are "
                  + KNOWN.stream().map(n -> n.id).collect(Collectors.joining(", ")));
    };
  }

  /**
   * The signet of a challenge (BIP325): of its own in nothing but the magic, which is derived from
   * the challenge. Whether blocks satisfy the challenge is for nodes to check.
   *
   * @param challenge the script that solves its blocks
   * @return this network's kin; {@link #SIGNET} itself for the challenge that it has
   * @throws IllegalArgumentException if this is not {@link #SIGNET}, or the challenge is empty
   */
  public Network withChallenge(byte[] challenge) {
    if (!equals(SIGNET)) {
      throw new IllegalArgumentException("network " + id + " has no challenge; only signet has");
    }
    if (challenge.length == 0) {
      throw new IllegalArgumentException("the challenge of a signet is not empty");
    }
    int size = ByteWriter.sizeOfVarBytes(challenge.length);
    byte[] script = new ByteWriter(size).varBytes(challenge).toMessage("").toByteArray();
    int derived = Sha256d.checksum(script, 0, size);
    if (derived == magic) {
      return this;
    }
    String name = "signet-%08x".formatted(Integer.reverseBytes(derived));
    return new Network(name, derived, defaultPort, genesis, powLimit, powLimitBits, segwitHeight);
  }

  /** Whose magic this is, in words, for whoever met the wrong one. */
  static String nameOf(int magic) {
    for (Network network : KNOWN) {
      if (network.magic == magic) {
        return network.id;
      }
    }
    return UNKNOWN;
  }

  /**
   * The name in a configuration, such as {@code mainnet}; of a custom signet {@code signet-} and
   * its magic.
   *
   * @return lower case, fit for the name of a file
   */
  public String id() {
    return id;
  }

  /**
   * The name in a configuration, which all signets share.
   *
   * @return {@code signet} for each of them
   */
  public String chain() {
    return genesis.equals(SIGNET.genesis) ? SIGNET.id : id;
  }

  /**
   * The first four bytes of every frame, read as little endian.
   *
   * @return for mainnet 0xd9b4bef9, sent as f9 be b4 d9
   */
  public int magic() {
    return magic;
  }

  /**
   * The TCP port nodes listen on unless told otherwise.
   *
   * @return 1 to 65535
   */
  public int defaultPort() {
    return defaultPort;
  }

  /**
   * The hash of the first block.
   *
   * @return the hash
   */
  public Hash genesis() {
    return genesis;
  }

  /**
   * The largest, that is easiest, target a block may claim.
   *
   * @return the target as a number
   */
  public Hash powLimit() {
    return powLimit;
  }

  /**
   * The easiest target in the compact form of a block header.
   *
   * @return the value of a header's bits field
   */
  public int powLimitBits() {
    return powLimitBits;
  }

  /**
   * The first height at which a block that has a witness commitment must also carry the reserved
   * value in its coinbase witness (BIP141).
   *
   * @return a block height; 0 or 1 if that is so for all blocks but the first
   */
  public int segwitHeight() {
    return segwitHeight;
  }

  @Override
  public String toString() {
    return id;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Network network && magic == network.magic && id.equals(network.id));
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, magic);
  }
}
