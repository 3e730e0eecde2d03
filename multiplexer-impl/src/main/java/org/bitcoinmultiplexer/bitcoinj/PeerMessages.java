package org.bitcoinmultiplexer.bitcoinj;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Function;
import org.bitcoinj.core.AddressV1Message;
import org.bitcoinj.core.AddressV2Message;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.BloomFilter;
import org.bitcoinj.core.FeeFilterMessage;
import org.bitcoinj.core.FilteredBlock;
import org.bitcoinj.core.GetAddrMessage;
import org.bitcoinj.core.GetBlocksMessage;
import org.bitcoinj.core.GetDataMessage;
import org.bitcoinj.core.GetHeadersMessage;
import org.bitcoinj.core.HeadersMessage;
import org.bitcoinj.core.InventoryMessage;
import org.bitcoinj.core.MemoryPoolMessage;
import org.bitcoinj.core.NotFoundMessage;
import org.bitcoinj.core.Ping;
import org.bitcoinj.core.Pong;
import org.bitcoinj.core.RejectMessage;
import org.bitcoinj.core.SendAddrV2Message;
import org.bitcoinj.core.SendHeadersMessage;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.VersionAck;
import org.bitcoinj.core.VersionMessage;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.jspecify.annotations.Nullable;

/** Bitcoinj's messages out of ours and the other way round, without a frame in between. */
final class PeerMessages {

  private static final Map<String, Function<ByteBuffer, org.bitcoinj.core.Message>> READERS =
      Map.ofEntries(
          Map.entry(Commands.ADDR, AddressV1Message::read),
          Map.entry(Commands.ADDRV2, AddressV2Message::read),
          Map.entry(Commands.BLOCK, Block::read),
          Map.entry(Commands.FEEFILTER, FeeFilterMessage::read),
          Map.entry(Commands.GETBLOCKS, GetBlocksMessage::read),
          Map.entry(Commands.GETDATA, GetDataMessage::read),
          Map.entry(Commands.GETHEADERS, GetHeadersMessage::read),
          Map.entry(Commands.HEADERS, HeadersMessage::read),
          Map.entry(Commands.INV, InventoryMessage::read),
          Map.entry(Commands.MERKLEBLOCK, FilteredBlock::read),
          Map.entry(Commands.NOTFOUND, NotFoundMessage::read),
          Map.entry(Commands.PING, Ping::read),
          Map.entry(Commands.PONG, Pong::read),
          Map.entry(Commands.REJECT, RejectMessage::read),
          Map.entry(Commands.SENDADDRV2, body -> new SendAddrV2Message()),
          Map.entry(Commands.SENDHEADERS, body -> new SendHeadersMessage()),
          Map.entry(Commands.TX, Transaction::read),
          Map.entry(Commands.VERACK, body -> new VersionAck()),
          Map.entry(Commands.VERSION, VersionMessage::read));

  private static final Map<Class<?>, String> COMMANDS =
      Map.ofEntries(
          Map.entry(AddressV1Message.class, Commands.ADDR),
          Map.entry(AddressV2Message.class, Commands.ADDRV2),
          Map.entry(Block.class, Commands.BLOCK),
          Map.entry(BloomFilter.class, Commands.FILTERLOAD),
          Map.entry(GetAddrMessage.class, Commands.GETADDR),
          Map.entry(GetBlocksMessage.class, Commands.GETBLOCKS),
          Map.entry(GetDataMessage.class, Commands.GETDATA),
          Map.entry(GetHeadersMessage.class, Commands.GETHEADERS),
          Map.entry(HeadersMessage.class, Commands.HEADERS),
          Map.entry(InventoryMessage.class, Commands.INV),
          Map.entry(MemoryPoolMessage.class, Commands.MEMPOOL),
          Map.entry(NotFoundMessage.class, Commands.NOTFOUND),
          Map.entry(Ping.class, Commands.PING),
          Map.entry(Pong.class, Commands.PONG),
          Map.entry(SendAddrV2Message.class, Commands.SENDADDRV2),
          Map.entry(SendHeadersMessage.class, Commands.SENDHEADERS),
          Map.entry(Transaction.class, Commands.TX),
          Map.entry(VersionAck.class, Commands.VERACK),
          Map.entry(VersionMessage.class, Commands.VERSION));

  private PeerMessages() {}

  /**
   * What bitcoinj makes of a message.
   *
   * @return null if it does not know such a command, where its own reader would close the
   *     connection
   */
  static org.bitcoinj.core.@Nullable Message read(Message message) {
    Function<ByteBuffer, org.bitcoinj.core.Message> reader = READERS.get(message.command());
    return reader == null ? null : reader.apply(message.body());
  }

  /**
   * A message of bitcoinj's as it goes through here.
   *
   * @return null for a kind that nobody expected, which has to be framed by bitcoinj
   */
  static @Nullable Message write(org.bitcoinj.core.Message message) {
    String command = COMMANDS.get(message.getClass());
    return command == null ? null : Message.of(command, message.serialize());
  }
}
