package org.bitcoinmultiplexer.examples.regtest;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.bitcoinj.base.Sha256Hash;
import org.jspecify.annotations.Nullable;

/**
 * One connected peer: receives its messages, one at a time, and passes each to whom it concerns.
 *
 * <p>{@link #handle} runs on the connection's reading thread. All else is guarded by the node's
 * lock.
 */
final class Peer {
  private static final int MAX_ADDRESSES = 1000;
  private static final int ADDRESS_SIZE = 30;
  private static final int SMALLEST_ADDRESS_V2_SIZE = 9;
  private static final long COMPACT_BLOCKS_VERSION = 2;
  private static final long MAX_MONEY = 21_000_000L * 100_000_000L;
  private static final long HEADERS_PATIENCE_SECONDS = 120;
  private static final int PONG_VERSION = 60001;
  private static final int SEND_HEADERS_VERSION = 70012;

  private final Node node;
  private final Connection connection;
  private final Handshake handshake;
  private final Announcer announcer;
  private final Knowledge knowledge = new Knowledge();
  private final ChainRequests chainRequests;
  private final DataRequests dataRequests;
  private final FilterRequests filterRequests;
  private final Submissions submissions;
  private final Numbers numbers = new Numbers(this);

  private String command = "";
  private long pingNonce;
  private long headersRequestedAt;
  private boolean sentSendHeaders;

  Peer(Node node, Connection connection) {
    this.node = node;
    this.connection = connection;
    this.handshake = new Handshake(node, this);
    this.announcer = new Announcer(node, this);
    this.dataRequests = new DataRequests(node, this);
    this.chainRequests = new ChainRequests(node, this, dataRequests);
    this.filterRequests = new FilterRequests(node, this);
    this.submissions = new Submissions(node, this);
  }

  Handshake handshake() {
    return handshake;
  }

  boolean isEstablished() {
    return handshake.isEstablished();
  }

  Announcer announcer() {
    return announcer;
  }

  Knowledge knowledge() {
    return knowledge;
  }

  void send(String newCommand, byte[] payload) {
    node.ledger().sent(newCommand);
    connection.send(Frames.encode(newCommand, payload));
  }

  /** Sends what the message in hand asked for, which may have a number. */
  void reply(String newCommand, byte[] payload) {
    numbers.reply(newCommand, payload);
  }

  Numbers numbers() {
    return numbers;
  }

  /** A message was lost on the way: among numbered ones it may have been anything. */
  void lost(String reason) {
    node.locked(
        () -> {
          if (numbers.areAgreed()) {
            throw new PeerViolationException(reason + " among numbered messages");
          }
          command = "";
          ignore(reason);
        });
  }

  /** Notes that the message in hand, or a part of it, has no effect. */
  void ignore(String reason) {
    node.ledger().ignored(new PeerFault(connection.id(), command, reason));
  }

  void established() {
    connection.established();
  }

  void ping() {
    pingNonce = ThreadLocalRandom.current().nextLong() | 1;
    send("ping", Messages.int64(pingNonce));
  }

  /**
   * Asks for headers from the active chain on, unless that has been asked lately and not been
   * answered.
   */
  void requestHeaders(@Nullable Sha256Hash stop) {
    long now = node.clock().instant().getEpochSecond();
    if (now - headersRequestedAt >= HEADERS_PATIENCE_SECONDS) {
      headersRequestedAt = now;
      send(
          "getheaders",
          Messages.getHeaders(node.chain().locator(), stop == null ? Sha256Hash.ZERO_HASH : stop));
    }
  }

  void headersArrived() {
    headersRequestedAt = 0;
  }

  /** Asks for a transaction that the peer announced, in the flavour that fits the announcement. */
  void requestTransaction(Sha256Hash id) {
    int flavour = handshake.servesWitnesses() ? InventoryVector.WITNESS_TX : InventoryVector.TX;
    int type = handshake.usesWtxid() ? InventoryVector.WTX : flavour;
    send("getdata", Messages.inventory(List.of(new InventoryVector(type, id))));
  }

  /**
   * The peer has shown a chain, so that it is worth while to hear of its next block by its header.
   */
  void showed(BlockEntry block) {
    knowledge.showed(block);
    if (!sentSendHeaders && block.height() > 0 && handshake.version() >= SEND_HEADERS_VERSION) {
      sentSendHeaders = true;
      send("sendheaders", new byte[0]);
    }
  }

  /**
   * Handles one message completely, all its answers included.
   *
   * @throws PeerViolationException if the peer is to be disconnected
   * @throws InterruptedException if the connection is closed meanwhile
   */
  void handle(WireMessage message) throws InterruptedException {
    Payload payload = new Payload(message.payload());
    node.locked(
        () -> {
          command = message.command();
          node.ledger().received(command);
          try {
            if (handshake.isEstablished()) {
              if (!numbers.take(message)) {
                dispatch(message, payload);
              }
            } else {
              dispatchEarly(payload);
            }
          } catch (MalformedPayloadException e) {
            ignore("malformed: " + e.reason());
          }
        });
    while (dataRequests.isPending()) {
      connection.awaitTurn();
      node.locked(dataRequests::serveNext);
    }
    node.locked(numbers::end);
  }

  private void dispatchEarly(Payload payload) {
    if (command.equals("version")) {
      handshake.onVersion(payload);
    } else if (!handshake.isStarted()) {
      ignore("before version");
    } else {
      switch (command) {
        case "verack" -> handshake.onVerack();
        case "wtxidrelay", "sendaddrv2", "feature" -> handshake.onNegotiation(command);
        case "sendseq" -> handshake.onSendSequence(payload);
        case "sendheaders" -> announcer.preferHeaders();
        case "sendcmpct" -> onSendCompact(payload);
        case "sendtxrcncl" -> ignore("reconciliation is off");
        default -> ignore("before verack");
      }
    }
  }

  private void dispatch(WireMessage message, Payload payload) {
    switch (command) {
      case "version" -> handshake.onVersion(payload);
      case "verack" -> handshake.onVerack();
      case "wtxidrelay", "sendaddrv2", "feature" -> handshake.onNegotiation(command);
      case "sendheaders" -> announcer.preferHeaders();
      case "sendcmpct" -> onSendCompact(payload);
      case "feefilter" -> onFeeFilter(payload);
      case "ping" -> onPing(payload);
      case "pong" -> onPong(payload);
      case "getheaders" -> chainRequests.onGetHeaders(payload);
      case "getblocks" -> chainRequests.onGetBlocks(payload);
      case "getblocktxn" -> chainRequests.onGetBlockTransactions(payload);
      case "getdata" -> dataRequests.onGetData(payload);
      case "inv" -> submissions.onInventory(payload);
      case "headers" -> submissions.onHeaders(payload);
      case "block" -> submissions.onBlock(message.payload());
      case "tx" -> submissions.onTransaction(message.payload());
      case "notfound" -> submissions.onNotFound(payload);
      case "addr" -> onAddresses(payload, ADDRESS_SIZE);
      case "addrv2" -> onAddresses(payload, SMALLEST_ADDRESS_V2_SIZE);
      case "getaddr" -> ignore("no addresses");
      case "mempool", "filterload", "filteradd", "filterclear" ->
          throw new PeerViolationException(command + " without NODE_BLOOM");
      case "getcfilters" -> filterRequests.onGetFilters(payload);
      case "getcfheaders" -> filterRequests.onGetHeaders(payload);
      case "getcfcheckpt" -> filterRequests.onGetCheckpoints(payload);
      default -> ignore("unknown or unsolicited");
    }
  }

  private void onPing(Payload payload) {
    if (handshake.version() < PONG_VERSION || payload.remaining() < 8) {
      ignore("ping without nonce");
    } else {
      reply("pong", payload.bytes(8));
    }
  }

  private void onPong(Payload payload) {
    if (payload.remaining() < 8 || payload.int64() != pingNonce || pingNonce == 0) {
      ignore("unsolicited pong");
    }
    pingNonce = 0;
  }

  private void onSendCompact(Payload payload) {
    int announce = payload.uint8();
    if (announce > 1) {
      throw new PeerViolationException("sendcmpct announces " + announce);
    }
    if (payload.int64() != COMPACT_BLOCKS_VERSION) {
      ignore("other version of compact blocks");
    }
  }

  private void onFeeFilter(Payload payload) {
    long feeRate = payload.int64();
    if (feeRate < 0 || feeRate > MAX_MONEY) {
      ignore("fee rate " + feeRate);
    } else {
      announcer.filterFees(feeRate);
    }
  }

  private static void onAddresses(Payload payload, int size) {
    int count = payload.count(size);
    if (count > MAX_ADDRESSES) {
      throw new PeerViolationException(count + " addresses");
    }
  }
}
