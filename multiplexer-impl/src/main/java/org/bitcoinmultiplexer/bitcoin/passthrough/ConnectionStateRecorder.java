package org.bitcoinmultiplexer.bitcoin.passthrough;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETBLOCKS_RESULTS;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterAdd;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.jspecify.annotations.Nullable;

/**
 * Records what the messages of a relayed connection make its peers remember, as Bitcoin Core
 * understands them. What cannot be read changes nothing, as there.
 *
 * <p>Bounded: one filter of at most 36,000 bytes, two wishes for compact blocks of each peer, and a
 * hash. Most messages cost no more than a look at their command.
 */
final class ConnectionStateRecorder {

  private final int version;
  private final SidePreferences client = new SidePreferences();
  private final SidePreferences node = new SidePreferences();
  private boolean relay;
  private @Nullable LoadedFilter filter;
  private boolean getblocksSent;
  private @Nullable Hash continuation;

  ConnectionStateRecorder(int version, boolean relay) {
    this.version = version;
    this.relay = relay;
  }

  void fromClient(Message message) {
    try {
      switch (message.command()) {
        case Commands.FILTERLOAD -> {
          filter = new LoadedFilter(FilterLoad.parse(message));
          relay = true;
        }
        case Commands.FILTERADD -> {
          if (filter != null) {
            filter.add(FilterAdd.parse(message));
          }
        }
        case Commands.FILTERCLEAR -> {
          filter = null;
          relay = true;
        }
        case Commands.GETBLOCKS -> getblocksSent = true;
        case Commands.GETDATA -> asked(message);
        default -> client.hear(message);
      }
    } catch (MalformedMessageException e) {
      // The node drops it too.
    }
  }

  void fromNode(Message message) {
    try {
      if (message.command().equals(Commands.INV)) {
        announced(message);
      } else {
        node.hear(message);
      }
    } catch (MalformedMessageException e) {
      // The client's to judge.
    }
  }

  /** Core sends the hashes of one getblocks in one inv, in which announcements may follow them. */
  private void announced(Message inv) {
    if (!getblocksSent) {
      return;
    }
    Inventory items = Inventory.parse(inv);
    if (items.size() == 0 || items.type(0) != InventoryVector.BLOCK) {
      return;
    }
    if (items.size() >= MAX_GETBLOCKS_RESULTS
        && items.type(MAX_GETBLOCKS_RESULTS - 1) == InventoryVector.BLOCK) {
      continuation = items.hash(MAX_GETBLOCKS_RESULTS - 1);
      getblocksSent = false;
    }
  }

  private void asked(Message getdata) {
    if (continuation == null) {
      return;
    }
    Inventory items = Inventory.parse(getdata);
    for (int i = 0; i < items.size(); i++) {
      if (InventoryVector.isBlock(items.type(i)) && items.hash(i).equals(continuation)) {
        continuation = null;
        return;
      }
    }
  }

  ConnectionState state() {
    return new ConnectionState(
        version,
        relay,
        client.snapshot(),
        node.snapshot(),
        filter == null ? null : filter.toMessage(),
        continuation);
  }

  /** The preferences of one of the two peers, as far as they were said. */
  private final class SidePreferences {

    private boolean wtxidRelay;
    private boolean addrV2;
    private boolean sendHeaders;
    private final List<SendCompact> compact = new ArrayList<>();
    private long feeFilter;

    void hear(Message message) {
      switch (message.command()) {
        case Commands.WTXIDRELAY -> wtxidRelay = version >= ProtocolVersions.WTXID_RELAY;
        case Commands.SENDADDRV2 -> addrV2 = true;
        case Commands.SENDHEADERS -> sendHeaders = true;
        case Commands.SENDCMPCT -> hear(SendCompact.parse(message));
        case Commands.FEEFILTER -> feeFilter = FeeFilter.parse(message).rate();
        default -> {}
      }
    }

    /** Only versions 1 and 2 mean anything to anybody. */
    private void hear(SendCompact wish) {
      if (wish.version() == 1 || wish.version() == 2) {
        compact.removeIf(earlier -> earlier.version() == wish.version());
        compact.add(wish);
      }
    }

    ConnectionState.Side snapshot() {
      return new ConnectionState.Side(wtxidRelay, addrV2, sendHeaders, compact, feeFilter);
    }
  }
}
