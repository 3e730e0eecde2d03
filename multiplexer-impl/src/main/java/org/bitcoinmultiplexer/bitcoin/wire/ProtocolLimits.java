package org.bitcoinmultiplexer.bitcoin.wire;

/**
 * The limits of the protocol, by the names that Bitcoin Core has for them, each with the file of
 * Core's where it stands.
 *
 * <p>Whoever goes beyond one is disconnected or ignored by Core. What this software allows itself
 * besides, of its own accord, stands where it is used.
 */
public final class ProtocolLimits {

  /** The longest body of a message, in bytes ({@code net.h}). */
  public static final int MAX_PROTOCOL_MESSAGE_LENGTH = 4_000_000;

  /** The longest user agent that can be read, in bytes ({@code net.h}). */
  public static final int MAX_SUBVERSION_LENGTH = 256;

  /** The largest CompactSize that is read as a length or count ({@code serialize.h}). */
  public static final int MAX_SIZE = 0x02000000;

  /** Inventory vectors in one message ({@code net_processing.cpp}). */
  public static final int MAX_INV_SZ = 50_000;

  /** Items that Core itself puts into one {@code getdata} ({@code net_processing.cpp}). */
  public static final int MAX_GETDATA_SZ = 1_000;

  /** Hashes in a block locator, even of a trusted peer ({@code net_processing.cpp}). */
  public static final int MAX_LOCATOR_SZ = 101;

  /** Headers in one message ({@code net_processing.h}); fewer say that there are no more. */
  public static final int MAX_HEADERS_RESULTS = 2_000;

  /**
   * Hashes that answer a {@code getblocks}; Core has no name for it ({@code net_processing.cpp}).
   */
  public static final int MAX_GETBLOCKS_RESULTS = 500;

  /** Headers by which new blocks are announced ({@code net_processing.cpp}). */
  public static final int MAX_BLOCKS_TO_ANNOUNCE = 8;

  /** Blocks below the tip that are still served short ({@code net_processing.cpp}). */
  public static final int MAX_CMPCTBLOCK_DEPTH = 5;

  /** Blocks below the tip of which parts are served ({@code net_processing.cpp}). */
  public static final int MAX_BLOCKTXN_DEPTH = 10;

  /** Blocks below the tip that a pruned node serves ({@code net_processing.cpp}, BIP159). */
  public static final int NODE_NETWORK_LIMITED_MIN_BLOCKS = 288;

  /** What is older is historical to a node, in seconds ({@code net_processing.cpp}). */
  public static final int HISTORICAL_BLOCK_AGE = 7 * 24 * 60 * 60;

  /**
   * A branch that was left longer ago is not shown to those who ask for it by name, in seconds
   * ({@code net_processing.cpp}).
   */
  public static final int STALE_RELAY_AGE_LIMIT = 30 * 24 * 60 * 60;

  /** Transactions that one peer may be asked for, later ({@code node/txdownloadman.h}). */
  public static final int MAX_PEER_TX_ANNOUNCEMENTS = 5_000;

  /** Blocks that one peer may be asked for at a time ({@code net_processing.cpp}). */
  public static final int MAX_BLOCKS_IN_TRANSIT_PER_PEER = 16;

  /** Addresses in one message ({@code net_processing.cpp}). */
  public static final int MAX_ADDR_TO_SEND = 1_000;

  /** The longest address that can be read, in bytes ({@code netaddress.h}, BIP155). */
  public static final int MAX_ADDRV2_SIZE = 512;

  /** The longest bloom filter, in bytes ({@code common/bloom.h}, BIP37). */
  public static final int MAX_BLOOM_FILTER_SIZE = 36_000;

  /** Hash functions of a bloom filter ({@code common/bloom.h}, BIP37). */
  public static final int MAX_HASH_FUNCS = 50;

  /** The longest element of a bloom filter, in bytes ({@code script/script.h}). */
  public static final int MAX_SCRIPT_ELEMENT_SIZE = 520;

  /** Public keys of one OP_CHECKMULTISIG ({@code script/script.h}). */
  public static final int MAX_PUBKEYS_PER_MULTISIG = 20;

  /** Blocks of one {@code getcfilters} ({@code net_processing.cpp}, BIP157). */
  public static final int MAX_GETCFILTERS_SIZE = 1_000;

  /** Blocks of one {@code getcfheaders} ({@code net_processing.cpp}, BIP157). */
  public static final int MAX_GETCFHEADERS_SIZE = 2_000;

  /**
   * Blocks from one checkpoint of filters to the next ({@code index/blockfilterindex.h}, BIP157).
   */
  public static final int CFCHECKPT_INTERVAL = 1_000;

  /** The largest block, in bytes with witnesses ({@code consensus/consensus.h}). */
  public static final int MAX_BLOCK_SERIALIZED_SIZE = 4_000_000;

  /** The heaviest block ({@code consensus/consensus.h}, BIP141). */
  public static final int MAX_BLOCK_WEIGHT = 4_000_000;

  /** The heaviest transaction that a node relays ({@code policy/policy.h}). */
  public static final int MAX_STANDARD_TX_WEIGHT = 400_000;

  /**
   * The first block of an interval may be earlier than its parent by no more, in seconds ({@code
   * consensus/consensus.h}, BIP94).
   */
  public static final int MAX_TIMEWARP = 600;

  /** All the money there will be, in satoshis ({@code consensus/amount.h}). */
  public static final long MAX_MONEY = 21_000_000L * 100_000_000L;

  private ProtocolLimits() {}
}
