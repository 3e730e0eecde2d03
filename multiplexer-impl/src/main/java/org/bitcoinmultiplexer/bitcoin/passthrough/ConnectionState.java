package org.bitcoinmultiplexer.bitcoin.passthrough;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.handshake.Handshakes;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.jspecify.annotations.Nullable;

/**
 * What two peers remember of their connection and would have to be told again on another one.
 * Immutable.
 *
 * <p>To move the client to another node: dial with {@link #relayInVersion}, say {@code client}'s
 * {@linkplain Side#negotiation negotiation} before {@code verack} and {@link #clientSaid} after it.
 * To move it to a shared upstream: let the session hear {@link #clientSaid} as if the client had
 * just said it. What the client has heard so far, and may rely on, is in {@code node}.
 *
 * <p>Two things stay behind: what the node knows the client to have (it may announce something
 * twice), and the outpoints that the node itself inserted into the filter when something matched (a
 * spend of such an output may be missed until the client loads its filter again, as bitcoinj does
 * when it has learned of the output).
 *
 * @param version the protocol version common to both
 * @param relay whether the node announces transactions to the client now
 * @param client what the client said
 * @param node what the node said
 * @param filter the client's bloom filter as a {@code filterload}, with every {@code filteradd}
 *     since merged into it; null if none is loaded
 * @param continuation the last of 500 hashes that a {@code getblocks} brought: once the client asks
 *     for that block, the node still owes it an {@code inv} of its tip; null if it owes nothing
 */
public record ConnectionState(
    int version,
    boolean relay,
    Side client,
    Side node,
    @Nullable Message filter,
    @Nullable Hash continuation) {

  /**
   * The preferences of one of the two peers.
   *
   * @param wtxidRelay it asked for announcements by witness id, and the version allows that
   * @param addrV2 it asked for addresses in their second form
   * @param sendHeaders it asked for announcements by {@code headers}
   * @param compact what it said of compact blocks, the last word for each version, oldest first
   * @param feeFilter the least fee rate it wants to hear of; 0 until it says so
   */
  public record Side(
      boolean wtxidRelay,
      boolean addrV2,
      boolean sendHeaders,
      List<SendCompact> compact,
      long feeFilter) {

    /** Takes a copy of the list. */
    public Side {
      compact = List.copyOf(compact);
    }

    /**
     * What it said, or would have to say again, before {@code verack}.
     *
     * @return messages in order
     */
    public List<Message> negotiation() {
      List<Message> messages = new ArrayList<>();
      if (wtxidRelay) {
        messages.add(Handshakes.WTXIDRELAY);
      }
      if (addrV2) {
        messages.add(Handshakes.SENDADDRV2);
      }
      return messages;
    }

    /**
     * What it said, or would have to say again, after {@code verack}.
     *
     * @return messages in order
     */
    public List<Message> preferences() {
      List<Message> messages = new ArrayList<>();
      if (sendHeaders) {
        messages.add(Message.of(Commands.SENDHEADERS, new byte[0]));
      }
      compact.forEach(wish -> messages.add(wish.toMessage()));
      if (feeFilter > 0) {
        messages.add(new FeeFilter(feeFilter).toMessage());
      }
      return messages;
    }
  }

  /**
   * What the client would have to say again after {@code verack} to have its connection as it is.
   *
   * @return messages in order, the filter last
   */
  public List<Message> clientSaid() {
    List<Message> messages = client.preferences();
    if (filter != null) {
      messages.add(filter);
    }
    return messages;
  }

  /**
   * The relay flag for the version of another connection: not set while a filter is to be loaded
   * first, lest the client be flooded in between.
   *
   * @return the flag
   */
  public boolean relayInVersion() {
    return relay && filter == null;
  }
}
