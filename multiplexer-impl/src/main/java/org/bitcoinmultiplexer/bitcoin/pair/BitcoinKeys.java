package org.bitcoinmultiplexer.bitcoin.pair;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Pair;

/**
 * Keys by the table of pairs: one look-up by the command finds who knows.
 *
 * <p>Immutable; safe on any thread.
 */
final class BitcoinKeys implements KeyStrategy {

  private final ImmutableMap<String, Pair> byRequest;

  /**
   * By each command in which answers come, those pairs that name its keys. Of the built-in ones
   * there is one per command: two that share an answer, a block, name the same key.
   */
  private final ImmutableListMultimap<String, Pair> byResponse;

  BitcoinKeys(
      ImmutableMap<String, Pair> byRequest, ImmutableListMultimap<String, Pair> byResponse) {
    this.byRequest = byRequest;
    this.byResponse = byResponse;
  }

  @Override
  public Set<Key> requestKeys(Message request) {
    Pair pair = byRequest.get(request.command());
    return pair == null ? Set.of() : pair.requestKeys(request);
  }

  @Override
  public Set<Key> responseKeys(Message response) {
    List<Pair> pairs = byResponse.get(response.command());
    if (pairs.size() == 1) {
      return pairs.get(0).responseKeys(response);
    }
    Set<Key> keys = new LinkedHashSet<>();
    for (Pair pair : pairs) {
      keys.addAll(pair.responseKeys(response));
    }
    return keys;
  }

  @Override
  public boolean answers(Message request, Message response) {
    Pair pair = byRequest.get(request.command());
    return pair != null
        && pair.responses().contains(response.command())
        && pair.answers(request, response);
  }

  @Override
  public boolean completes(Message request, Message response) {
    Pair pair = byRequest.get(request.command());
    return pair == null || pair.completes(request, response);
  }

  @Override
  public boolean refuses(Message response) {
    List<Pair> pairs = byResponse.get(response.command());
    for (int i = 0; i < pairs.size(); i++) { // by index: asked for every message, mostly of one
      if (pairs.get(i).refuses(response)) {
        return true;
      }
    }
    return false;
  }
}
