package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETDATA_SZ;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;

/** Merges neighbouring {@code getdata} messages; the order of items and messages is kept. */
final class Batches {

  private Batches() {}

  static List<Message> merge(Iterable<Message> requests) {
    if (requests instanceof List<Message> list
        && list.size() == 1
        && items(list.get(0)) <= MAX_GETDATA_SZ) {
      return list;
    }
    List<Message> merged = new ArrayList<>();
    List<Message> run = new ArrayList<>();
    int items = 0;
    for (Message request : requests) {
      int size = items(request);
      if (size > 0) {
        run.add(request);
        items += size;
      } else {
        write(run, items, merged);
        run.clear();
        items = 0;
        merged.add(request);
      }
    }
    write(run, items, merged);
    return merged;
  }

  private static int items(Message request) {
    try {
      return request.command().equals(Commands.GETDATA) ? Inventory.parse(request).size() : 0;
    } catch (MalformedMessageException e) {
      return 0;
    }
  }

  private static void write(List<Message> run, int items, List<Message> merged) {
    if (run.size() == 1 && items <= MAX_GETDATA_SZ) {
      merged.add(run.get(0));
      return;
    }
    int left = items;
    int room = 0;
    ByteWriter out = new ByteWriter(0);
    for (Message request : run) {
      int size = items(request);
      int at = request.offset() + ByteWriter.sizeOfCompactSize(size);
      for (int next = 0; next < size; ) {
        if (room == 0) {
          room = Math.min(left, MAX_GETDATA_SZ);
          out =
              new ByteWriter(ByteWriter.sizeOfCompactSize(room) + room * InventoryVector.SIZE)
                  .compactSize(room);
        }
        int copied = Math.min(room, size - next);
        out.bytes(request.array(), at + next * InventoryVector.SIZE, copied * InventoryVector.SIZE);
        next += copied;
        room -= copied;
        left -= copied;
        if (room == 0) {
          merged.add(out.toMessage(Commands.GETDATA));
        }
      }
    }
  }
}
