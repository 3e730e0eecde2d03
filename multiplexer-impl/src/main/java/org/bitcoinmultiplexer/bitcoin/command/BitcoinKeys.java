package org.bitcoinmultiplexer.bitcoin.command;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;

/**
 * Keys by the table of request types: one look-up by the command finds who knows.
 *
 * <p>Immutable; safe on any thread.
 */
final class BitcoinKeys implements KeyStrategy {

  private final ImmutableMap<String, AbstractRequestType> byRequest;

  /**
   * By each command in which answers come, those rows that name its keys. Of the built-in ones
   * there is one per command: two that share an answer, a block, name the same key.
   */
  private final ImmutableListMultimap<String, AbstractRequestType> byResponse;

  BitcoinKeys(
      ImmutableMap<String, AbstractRequestType> byRequest,
      ImmutableListMultimap<String, AbstractRequestType> byResponse) {
    this.byRequest = byRequest;
    this.byResponse = byResponse;
  }

  @Override
  public Set<Key> requestKeys(Message request) {
    AbstractRequestType type = byRequest.get(request.command());
    return type == null ? Set.of() : type.requestKeys(request);
  }

  @Override
  public Set<Key> responseKeys(Message response) {
    List<AbstractRequestType> types = byResponse.get(response.command());
    if (types.size() == 1) {
      return types.get(0).responseKeys(response);
    }
    Set<Key> keys = new LinkedHashSet<>();
    for (AbstractRequestType type : types) {
      keys.addAll(type.responseKeys(response));
    }
    return keys;
  }

  @Override
  public boolean answers(Message request, Message response) {
    AbstractRequestType type = byRequest.get(request.command());
    return type != null
        && type.responses().contains(response.command())
        && type.answers(request, response);
  }

  @Override
  public boolean completes(Message request, Message response) {
    AbstractRequestType type = byRequest.get(request.command());
    return type == null || type.completes(request, response);
  }

  @Override
  public boolean refuses(Message response) {
    List<AbstractRequestType> types = byResponse.get(response.command());
    for (int i = 0; i < types.size(); i++) { // by index: asked for every message, mostly of one
      if (types.get(i).refuses(response)) {
        return true;
      }
    }
    return false;
  }
}
