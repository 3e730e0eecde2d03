package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code cfcheckpt}: the filter headers at heights 1000, 2000 and so on (BIP157).
 *
 * <p>Layout: filter type u8, stop hash, CompactSize n, n filter headers.
 */
public final class FilterCheckpoints {

  private final Message message;
  private final int type;
  private final Hash stop;
  private final HashList headers;

  private FilterCheckpoints(Message message, int type, Hash stop, HashList headers) {
    this.message = message;
    this.type = type;
    this.stop = stop;
    this.headers = headers;
  }

  /**
   * Reads filter headers in place.
   *
   * @param message a cfcheckpt
   * @return a view of it
   * @throws MalformedMessageException if it is cut off
   */
  public static FilterCheckpoints parse(Message message) {
    ByteReader in = new ByteReader(message);
    int type = in.u8("filter type");
    Hash stop = in.hash("stop hash");
    HashList headers = HashList.read(in, "filter headers");
    return new FilterCheckpoints(in.canonical(), type, stop, headers);
  }

  /**
   * The filter type.
   *
   * @return 0 to 255; 0 is the basic filter
   */
  public int type() {
    return type;
  }

  /**
   * The branch's last block, as in the request.
   *
   * @return its hash
   */
  public Hash stop() {
    return stop;
  }

  /**
   * How many filter headers there are.
   *
   * @return 0 or more
   */
  public int size() {
    return headers.size();
  }

  /**
   * A filter header.
   *
   * @param index 0 to size - 1; that of height 1000 * (index + 1)
   * @return a new hash
   */
  public Hash header(int index) {
    return headers.get(index);
  }

  /**
   * The message in canonical form.
   *
   * @return the one that was parsed, if it is
   */
  public Message toMessage() {
    return message;
  }
}
