package org.bitcoinmultiplexer.bitcoin.passthrough;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.PassthroughContext;
import org.bitcoinmultiplexer.metrics.Counter;

/** Records what a conversation does, and fails at what no engine would allow. */
final class ScriptedPassthrough implements PassthroughContext {

  final List<Message> client = new ArrayList<>();
  final List<Message> node = new ArrayList<>();
  int dialled;
  boolean nodeOpen;
  boolean reading = true;
  boolean served;
  String ready;
  String disconnected;
  String reason;

  @Override
  public EventLoop loop() {
    throw new AssertionError("a relay needs no timers");
  }

  @Override
  public EngineContext engine() {
    throw new AssertionError("a relay shares nothing");
  }

  @Override
  public void dial() {
    if (dialled++ > 0) {
      throw new AssertionError("dialled twice");
    }
    reading = false;
  }

  @Override
  public void readClient() {
    reading = true;
  }

  @Override
  public void clientIsServed() {
    served = true;
  }

  @Override
  public void toClient(Message message) {
    alive();
    client.add(message);
  }

  @Override
  public void toNode(Message message) {
    alive();
    if (!nodeOpen) {
      throw new AssertionError(message + " to a node that is not there");
    }
    node.add(message);
  }

  @Override
  public void ready(String clientInWords, String nodeInWords) {
    if (ready != null) {
      throw new AssertionError("ready twice");
    }
    ready = clientInWords + " <-> " + nodeInWords;
  }

  @Override
  public void disconnect(Counter rule, String why) {
    alive();
    disconnected = rule.rule();
    reason = why;
  }

  private void alive() {
    if (disconnected != null) {
      throw new AssertionError("used after " + disconnected);
    }
  }

  List<String> toClient() {
    return client.stream().map(Message::command).toList();
  }

  List<String> toNode() {
    return node.stream().map(Message::command).toList();
  }
}
