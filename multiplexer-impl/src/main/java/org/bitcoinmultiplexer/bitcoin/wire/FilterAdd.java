package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_SCRIPT_ELEMENT_SIZE;

import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code filteradd}: one element for the bloom filter that is loaded (BIP37).
 *
 * <p>Layout: CompactSize length, element.
 */
public final class FilterAdd {

  private FilterAdd() {}

  /**
   * Reads an element.
   *
   * @param message a filteradd
   * @return a copy of the element, 0 to {@link ProtocolLimits#MAX_SCRIPT_ELEMENT_SIZE} bytes
   * @throws MalformedMessageException if it is cut off or longer
   */
  public static byte[] parse(Message message) {
    byte[] element = new ByteReader(message).varBytes("element");
    if (element.length > MAX_SCRIPT_ELEMENT_SIZE) {
      throw MalformedMessageException.misbehaviour(
          "filteradd: element of "
              + element.length
              + " bytes is above the limit of "
              + MAX_SCRIPT_ELEMENT_SIZE);
    }
    return element;
  }

  /**
   * An element as a message.
   *
   * @param element at most {@link ProtocolLimits#MAX_SCRIPT_ELEMENT_SIZE} bytes
   * @return a new filteradd
   */
  public static Message toMessage(byte[] element) {
    return new ByteWriter(ByteWriter.sizeOfVarBytes(element.length))
        .varBytes(element)
        .toMessage(Commands.FILTERADD);
  }
}
