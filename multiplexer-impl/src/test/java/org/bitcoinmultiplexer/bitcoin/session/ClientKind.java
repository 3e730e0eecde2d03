package org.bitcoinmultiplexer.bitcoin.session;

import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Version;

/** Software that connects, as far as it differs in what it says first and what it dies of. */
enum ClientKind {
  CORE(70016, "/Satoshi:28.0.0/", true, true, true),
  CORE_BLOCKS_ONLY(70016, "/Satoshi:28.0.0/", false, true, true),
  BITCOINJ(70013, "/bitcoinj:0.17/", true, false, false),
  BITCOINJ_015(70012, "/bitcoinj:0.15/", true, false, false),
  BTCD(70016, "/btcwire:0.5.0/btcd:0.24.0/", true, false, true),
  NEUTRINO(70016, "/btcwire:0.5.0/neutrino:0.16.0/", false, false, true),
  BCOIN(70015, "/bcoin:1.0.2/", true, false, true),
  ELECTRS(70001, "/electrs:0.11.1/", false, false, false);

  /** From bitcoinj 0.17 on any other command with a body is fatal. */
  static final Set<String> BITCOINJ_KNOWS =
      Set.of(
          Commands.VERSION,
          Commands.VERACK,
          Commands.PING,
          Commands.PONG,
          Commands.INV,
          Commands.BLOCK,
          Commands.TX,
          Commands.NOTFOUND,
          Commands.HEADERS,
          Commands.FEEFILTER,
          Commands.GETDATA,
          Commands.GETHEADERS);

  final int version;
  final String userAgent;
  final boolean relay;
  final boolean wtxids;
  final boolean headers;

  ClientKind(int version, String userAgent, boolean relay, boolean wtxids, boolean headers) {
    this.version = version;
    this.userAgent = userAgent;
    this.relay = relay;
    this.wtxids = wtxids;
    this.headers = headers;
  }

  /** Its first message. */
  Message introduction() {
    return introduction(version, userAgent, 0, relay, 0);
  }

  static Message introduction(
      int version, String userAgent, long services, boolean relay, int height) {
    return new Version(
            version,
            services,
            1_700_000_000L,
            NetworkAddress.UNSPECIFIED,
            NetworkAddress.UNSPECIFIED,
            4711,
            userAgent,
            height,
            relay)
        .toMessage();
  }

  /** Says hello as this kind does, and what it wishes once it may. */
  ScriptedClient greet(Scene scene) {
    return greet(scene.connect());
  }

  ScriptedClient greet(ScriptedClient client) {
    client.says(introduction());
    if (wtxids) {
      client.says(Commands.WTXIDRELAY);
    }
    client.says(Commands.VERACK);
    if (headers) {
      client.says(Commands.SENDHEADERS);
    }
    client.heard();
    return client;
  }
}
